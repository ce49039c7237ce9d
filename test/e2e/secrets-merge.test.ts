/** Branches that change one sealed file, merged by the real git, with nigari as its driver and by hand. */
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import process from 'node:process';
import { expect, test } from 'vitest';
import { readSealed } from '../../scripts/secrets/sops/sealed.ts';
import { newSopsConfig } from '../../scripts/secrets/rules/rules.ts';
import { newIdentity } from '../../scripts/system/age.ts';
import { SAMPLE_KEY, SAMPLE_RECIPIENT } from '../secrets/sample.ts';
import { changedLines, config, file, sealText, SOPS, valueOf } from '../secrets/support.ts';
import { commit, git, NIGARI_CALL, repository, tryGit } from '../support/git.ts';
import { emptyFolder, nigari, type Run } from '../support/project.ts';
import { clearOf, put, sealedProject, textOf } from '../support/sealed.ts';

const FILE = 'cluster.sops.yaml';
const CLEAR = '# note\ntoken: planted-1\nvars:\n    password: planted-2\n    user: planted-3\nlist:\n    - planted-4\n';
const CONFIG = { sopsConfig: config(['mac_only_encrypted: true']) };
const DRIVER = { '.gitattributes': '*.sops.yaml merge=nigari\n.sops.yaml !merge\n' };
const BY_HAND = {};

/** What a branch does to the file: a text replaced, or a new `.sops.yaml` too. */
type Edit = (folder: string) => Promise<void>;

const replace =
  (old: string, now: string, set = CONFIG): Edit =>
  async (folder) => {
    const clear = await clearOf(folder, FILE);
    expect(clear).toContain(old);
    put(folder, FILE, await sealText(clear.replace(old, now), set, textOf(folder, FILE)));
  };

const sealFor =
  (...recipients: string[]): Edit =>
  async (folder) => {
    put(folder, '.sops.yaml', newSopsConfig(recipients.join(',')));
    await replace('', '', { sopsConfig: config(['mac_only_encrypted: true'], recipients) })(folder);
  };

const forBob = (bob: string) => ({ sopsConfig: config(['mac_only_encrypted: true'], [SAMPLE_RECIPIENT, bob]) });

const all =
  (...edits: Edit[]): Edit =>
  async (folder) => {
    for (const edit of edits) await edit(folder);
  };

/** A folder with the sealed file; git is told of nigari as its driver, and knows of it where `files` say so. */
const start = (files: Record<string, string>): Promise<string> =>
  sealedProject({ [FILE]: CLEAR }, { '.gitignore': 'age.key\n', ...files });

/**
 * Makes a repository in which `theirs` is a branch, `main` is ours, and neither knows of the other.
 * @param project the folder in it that the edits are made in
 */
async function branch(folder: string, ours: Edit, theirs: Edit, project = folder): Promise<string> {
  repository(folder);
  const chdir = relative(folder, project) || '.';
  git(folder, 'config', 'merge.nigari.driver', `${NIGARI_CALL} --chdir '${chdir}' secrets merge --driver %O %A %B %P`);
  git(folder, 'branch', 'theirs');
  await ours(project);
  commit(folder, 'ours');
  git(folder, 'checkout', '--quiet', 'theirs');
  await theirs(project);
  commit(folder, 'theirs');
  git(folder, 'checkout', '--quiet', 'main');
  return folder;
}

const branches = async (files: Record<string, string>, ours: Edit, theirs: Edit): Promise<string> =>
  branch(await start(files), ours, theirs);

const merge = (folder: string) => tryGit(folder, 'merge', '--no-edit', 'theirs');

function settle(folder: string, ...args: string[]): Run {
  const env = { PATH: process.env['PATH'] ?? '', GIT_CONFIG_GLOBAL: '/dev/null' };
  const ended = nigari(folder, ['secrets', 'merge', ...args], env);
  expect(ended.all).not.toContain('planted');
  return ended;
}

const recipientsOf = (folder: string): readonly string[] =>
  valueOf(readSealed(file(FILE, textOf(folder, FILE)))).metadata.blocks.map(({ recipient }) => recipient);

const OURS = replace('planted-1', 'ours-1');
const THEIRS = all(replace('planted-3', 'theirs-3'), replace('# note', '# their note'));
const BOTH = CLEAR.replace('planted-1', 'ours-1').replace('planted-3', 'theirs-3').replace('# note', '# their note');

test('as a driver: different values merge without a hand, and what did not change keeps its bytes', async () => {
  const folder = await branches(DRIVER, OURS, THEIRS);
  const ours = textOf(folder, FILE);
  expect(merge(folder)).toMatchObject({ status: 0 });
  expect(await clearOf(folder, FILE)).toBe(BOTH);
  expect(changedLines(ours, textOf(folder, FILE)).map((line) => line.trim().split(/:? /)[0])).toEqual([
    expect.stringMatching(/^#ENC/),
    'user',
    'lastmodified',
    'mac',
  ]);
  expect(git(folder, 'status', '--porcelain')).toBe('');
});

test.skipIf(!SOPS)('real sops opens what was merged', async () => {
  const folder = await branches(DRIVER, OURS, THEIRS);
  merge(folder);
  const env = { PATH: '', HOME: folder, SOPS_AGE_KEY: SAMPLE_KEY, SOPS_DISABLE_VERSION_CHECK: '1' };
  expect(execFileSync(SOPS ?? '', ['decrypt', FILE], { cwd: folder, env, encoding: 'utf8' })).toBe(BOTH);
});

test('as a driver in a rebase', async () => {
  const folder = await branches(DRIVER, OURS, THEIRS);
  git(folder, 'rebase', '--quiet', 'theirs');
  expect(await clearOf(folder, FILE)).toBe(BOTH);
});

test('as a driver of a project below the repository', async () => {
  const folder = emptyFolder();
  const project = join(folder, 'a project');
  cpSync(await start(DRIVER), project, { recursive: true });
  await branch(
    folder,
    all(OURS, replace('planted-2', 'ours-2')),
    all(THEIRS, replace('planted-2', 'theirs-2')),
    project,
  );
  expect(merge(folder).stderr).toContain(`secrets merge ${FILE} --take-ours`);
  expect(settle(project, FILE, '--ours')).toMatchObject({ status: 0 });
  git(folder, 'commit', '--quiet', '--all', '--no-edit');
  expect(await clearOf(project, FILE)).toBe(BOTH.replace('planted-2', 'ours-2'));
});

test('as a driver: what both changed is named, ours stays, and is settled afterwards', async () => {
  const folder = await branches(
    DRIVER,
    all(OURS, replace('planted-2', 'ours-2')),
    all(THEIRS, replace('planted-2', 'theirs-2')),
  );
  const ours = textOf(folder, FILE);
  const ended = merge(folder);
  expect(ended.status).toBe(1);
  expect(ended.stderr).toContain(`vars.password: both sides changed it  (merge-conflict)`);
  expect(ended.stderr).toContain(
    `nigari secrets merge ${FILE} --take-ours 'vars.password', or --take-theirs 'vars.password'`,
  );
  expect(textOf(folder, FILE)).toBe(ours);
  expect(settle(folder)).toMatchObject({ status: 2 });
  expect(textOf(folder, FILE)).toBe(ours);
  const { stdout, status, all: said } = settle(folder, FILE, '--take-theirs', 'vars.password');
  expect(status, said).toBe(0);
  expect(stdout).toBe(
    `${FILE}: merged; look at it, then run \`git add ${FILE}\`\n  ~ comments of token\n  ~ vars.password\n  ~ vars.user\n`,
  );
  expect(await clearOf(folder, FILE)).toBe(BOTH.replace('planted-2', 'theirs-2'));
  expect(git(folder, 'status', '--porcelain')).toContain(`UU ${FILE}`);
  git(folder, 'add', FILE);
  git(folder, 'commit', '--quiet', '--no-edit');
});

test.each([
  [['--ours'], 'ours-1', 'ours-2'],
  [['--theirs'], 'theirs-1', 'theirs-2'],
  [['--take-ours', 'vars', '--theirs'], 'theirs-1', 'ours-2'],
  [['--take-ours', 'token', '--take-theirs', 'vars.password'], 'ours-1', 'theirs-2'],
])('by hand, without a driver, with %j', async (args, token, password) => {
  const both = (side: string): Edit => all(replace('planted-1', `${side}-1`), replace('planted-2', `${side}-2`));
  const folder = await branches(BY_HAND, both('ours'), both('theirs'));
  expect(merge(folder).status).toBe(1);
  expect(textOf(folder, FILE)).toContain('<<<<<<< ');
  expect(settle(folder, FILE, ...args)).toMatchObject({ status: 0 });
  expect(await clearOf(folder, FILE)).toBe(CLEAR.replace('planted-1', token).replace('planted-2', password));
});

test('by hand: the usual conflict is none', async () => {
  const folder = await branches(BY_HAND, OURS, THEIRS);
  const ours = textOf(folder, FILE);
  expect(merge(folder).status).toBe(1);
  expect(settle(folder)).toMatchObject({ status: 0 });
  expect(await clearOf(folder, FILE)).toBe(BOTH);
  expect(changedLines(ours, textOf(folder, FILE))).toHaveLength(4);
});

test('a file that both sides made', async () => {
  const fresh =
    (text: string): Edit =>
    async (folder) =>
      put(folder, 'new.sops.yaml', await sealText(text));
  const folder = await branches(DRIVER, fresh('a: planted-1\n'), fresh('b: planted-2\n'));
  expect(merge(folder)).toMatchObject({ status: 0 });
  expect(await clearOf(folder, 'new.sops.yaml')).toBe('b: planted-2\na: planted-1\n');
});

test('a recipient that one side added is kept by a driver that sees the .sops.yaml of the other', async () => {
  const { recipient: bob } = newIdentity();
  const folder = await branches(DRIVER, OURS, all(THEIRS, sealFor(SAMPLE_RECIPIENT, bob)));
  const ours = textOf(folder, FILE);
  expect(merge(folder)).toMatchObject({ status: 0 });
  expect(recipientsOf(folder)).toEqual([SAMPLE_RECIPIENT, bob]);
  expect(await clearOf(folder, FILE)).toBe(BOTH);
  expect(changedLines(ours, textOf(folder, FILE)).filter((line) => line.includes('ENC['))).toHaveLength(3);
});

test('a recipient that one side removed cannot read what the other adds', async () => {
  const { recipient: bob } = newIdentity();
  const folder = await start(DRIVER);
  await sealFor(SAMPLE_RECIPIENT, bob)(folder);
  await branch(folder, replace('planted-1', 'ours-1', forBob(bob)), sealFor(SAMPLE_RECIPIENT));
  const ours = textOf(folder, FILE);
  expect(merge(folder)).toMatchObject({ status: 0 });
  expect(recipientsOf(folder)).toEqual([SAMPLE_RECIPIENT]);
  const kept = textOf(folder, FILE)
    .split('\n')
    .filter((line) => line.includes('ENC[') && ours.includes(line));
  expect(kept).toEqual([]);
});

test('by hand: .sops.yaml counts, is settled first, and who loses access by it is told', async () => {
  const { recipient: bob } = newIdentity();
  const { recipient: carol } = newIdentity();
  const folder = await branches(
    BY_HAND,
    all(OURS, sealFor(SAMPLE_RECIPIENT, bob)),
    all(THEIRS, sealFor(SAMPLE_RECIPIENT, carol)),
  );
  merge(folder);
  const refused = settle(folder);
  expect(refused).toMatchObject({ status: 2 });
  expect(refused.stderr).toContain('(rules-in-conflict)');
  put(folder, '.sops.yaml', newSopsConfig(`${SAMPLE_RECIPIENT},${bob}`));
  git(folder, 'add', '.sops.yaml');
  const settled = settle(folder);
  expect(settled).toMatchObject({ status: 0 });
  expect(settled.stderr).toContain(`${carol} could open ${FILE}, but .sops.yaml does not name it`);
  expect(recipientsOf(folder)).toEqual([SAMPLE_RECIPIENT, bob]);
  expect(await clearOf(folder, FILE)).toBe(BOTH);
});

test.each<[string, string, Edit, Edit, (folder: string) => void]>([
  ['no key', 'no-key', OURS, THEIRS, (folder) => rmSync(join(folder, 'age.key'))],
  [
    'a side that was tampered with',
    'sealed-damaged',
    OURS,
    async (folder) => put(folder, FILE, textOf(folder, FILE).replace('token: ', 'other: ')),
    () => {},
  ],
  ['a side in clear', 'not-sealed', OURS, async (folder) => put(folder, FILE, 'token: planted-9\n'), () => {}],
  [
    'rules that differ',
    'merge-rule',
    replace('planted-1', 'ours-1', { sopsConfig: config(['encrypted_regex: ^token$']) }),
    replace('planted-2', 'theirs-2', { sopsConfig: config(['encrypted_suffix: word']) }),
    () => {},
  ],
])('as a driver with %s: says so, and leaves ours', async (_, code, ours, theirs, before) => {
  const folder = await branches(DRIVER, ours, theirs);
  const text = textOf(folder, FILE);
  before(folder);
  const ended = merge(folder);
  expect(ended.status).toBe(1);
  expect(ended.stderr).toContain(`(${code})`);
  expect(textOf(folder, FILE)).toBe(text);
  expect(git(folder, 'status', '--porcelain')).toContain(`UU ${FILE}`);
});

test('refuses a file that is not in conflict, one that a side removed, one that was settled, and both sides', async () => {
  const folder = await branches(BY_HAND, OURS, async (at) => rmSync(join(at, FILE)));
  expect(settle(folder)).toMatchObject({ status: 0, stdout: 'No sealed file is in conflict.\n' });
  expect(settle(folder, FILE).stderr).toContain('(not-in-conflict)');
  merge(folder);
  expect(settle(folder).stderr).toContain('(gone-on-one-side)');
  const settled = await branches(BY_HAND, OURS, THEIRS);
  merge(settled);
  const own = await sealText('token: mine\n');
  put(settled, FILE, own);
  expect(settle(settled).stderr).toContain('(settled-already)');
  expect(textOf(settled, FILE)).toBe(own);
  expect(settle(settled, '--ours', '--theirs').stderr).toContain('(both-sides)');
  expect(settle(settled, '--force')).toMatchObject({ status: 0 });
  expect(await clearOf(settled, FILE)).toBe(BOTH);
});

test('a driver that git does not call is refused', async () => {
  const ended = nigari(await start(BY_HAND), ['secrets', 'merge', '--driver', 'a', 'b']);
  expect(ended).toMatchObject({ status: 2 });
  expect(ended.stderr).toContain('(not-from-git)');
});
