/** `nigari guard` in repositories: it refuses what is planted in the index while the work tree is clean. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { SAMPLE_KEY } from '../secrets/sample.ts';
import { sealText } from '../secrets/support.ts';
import { emptyFolder, nigari, NIGARI_BIN, project } from '../support/project.ts';
import { sealedProject } from '../support/sealed.ts';

const { PATH = '' } = process.env;
const SECRET = 'planted-secret-of-the-state';

interface Found {
  readonly code: string;
  readonly file: string;
  readonly line: number | null;
  readonly hint: string;
}

interface Verdict {
  readonly status: number | null;
  readonly problems: readonly Found[];
  readonly all: string;
}

function guard(folder: string, ...args: string[]): Verdict {
  const ended = nigari(folder, ['guard', '--json', ...args], { PATH });
  const { problems = [] } = JSON.parse(ended.stdout || '{}') as { problems?: Found[] };
  expect(ended.all).not.toContain('planted');
  return { status: ended.status, problems, all: ended.all };
}

const places = ({ problems }: Verdict): readonly string[] => problems.map(({ code, file }) => `${code} ${file}`);

const git = (folder: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.com', ...args], {
    cwd: folder,
    encoding: 'utf8',
    stdio: 'pipe',
  });

/** The files are in the index; in the work tree each of them holds nothing any more. */
function staged(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  git(folder, 'add', '--force', '--', ...Object.keys(files));
  for (const path of Object.keys(files)) writeFileSync(join(folder, path), '');
}

function repository(files: Readonly<Record<string, string>> = {}): string {
  const folder = project({ 'README.md': 'innocent\n', ...files });
  git(folder, 'init', '--quiet', '--initial-branch=main');
  git(folder, 'add', '.');
  git(folder, 'commit', '--quiet', '--message=first');
  return folder;
}

const STATE = '{"version": 4, "terraform_version": "1.12.6", "serial": 1, "lineage": "planted"}';

describe('each leak in the index, while the work tree is clean', () => {
  test.each<[string, path: string, content: () => string | Promise<string>, code: string]>([
    ['an unsealed file', 'a/secrets.sops.yaml', () => 'a: planted\n', 'not-sealed'],
    [
      'a value pasted into a sealed file',
      'secrets.sops.yaml',
      async () => (await sealText('a: x\nb: y\n')).replace(/^a: .*/m, 'a: planted'),
      'value-in-clear',
    ],
    ['a credential', 'cluster.yaml', () => 'tfstate_password: planted\n', 'credential-in-clear'],
    ['the age key', 'age.key', () => `${SAMPLE_KEY}\n`, 'secret-file'],
    ['an age key under another name', 'notes.md', () => `${SAMPLE_KEY}\n`, 'private-key-in-clear'],
    ['a state', 'infrastructure/tofu/terraform.tfstate', () => 'planted', 'secret-file'],
    ['a state under another name', 'old.json', () => STATE, 'state-in-clear'],
    ['a plan', 'infrastructure/tofu/tfplan', () => 'planted', 'secret-file'],
    ['an access to Talos', 'talosconfig', () => 'planted', 'secret-file'],
    ['a machine configuration of Talos', 'talos/clusterconfig/k-cp-1.yaml', () => 'planted', 'secret-file'],
  ])('%s', async (_, path, content, code) => {
    const folder = repository();
    staged(folder, { [path]: await content() });
    const verdict = guard(folder);
    expect(verdict.status).toBe(2);
    expect(verdict.problems.map((problem) => problem.code)).toContain(code);
    expect(new Set(verdict.problems.map(({ file }) => file))).toEqual(new Set([path]));
    for (const { hint } of verdict.problems) expect(hint).toContain('git ');
    git(folder, 'rm', '--quiet', '--cached', '--force', path);
    expect(guard(folder)).toMatchObject({ status: 0, problems: [] });
  });

  test('a secret of cluster.yaml, which git ignores', () => {
    const folder = repository({ '.gitignore': 'cluster.yaml\n' });
    writeFileSync(join(folder, 'cluster.yaml'), `tfstate_password: ${SECRET}\n`);
    staged(folder, { 'docs/how.md': `one\n  curl -u x:${SECRET}\n` });
    expect(guard(folder).problems).toMatchObject([{ code: 'known-secret-in-clear', file: 'docs/how.md', line: 2 }]);
  });

  test('a secret of a sealed file that a key here opens; without the key it says what it could not look for', async () => {
    const folder = await sealedProject({ 'infrastructure/secrets.sops.yaml': `tfstate_password: ${SECRET}\n` });
    git(folder, 'init', '--quiet');
    git(folder, 'add', 'infrastructure', '.sops.yaml');
    staged(folder, { 'notes.md': Buffer.from(SECRET).toString('base64') });
    expect(places(guard(folder))).toEqual(['known-secret-in-clear notes.md']);
    rmSync(join(folder, 'age.key'));
    const verdict = guard(folder);
    expect(verdict).toMatchObject({ status: 0, problems: [] });
    expect(verdict.all).toContain('infrastructure/secrets.sops.yaml');
  });

  test('and not what lies only in the work tree', () => {
    const folder = repository();
    staged(folder, { 'notes.md': 'innocent\n' });
    writeFileSync(join(folder, 'notes.md'), SAMPLE_KEY);
    writeFileSync(join(folder, 'age.key'), SAMPLE_KEY);
    expect(guard(folder)).toMatchObject({ status: 0, problems: [] });
  });
});

test('1,000 innocent files pass', async () => {
  const folder = await sealedProject({ 'infrastructure/secrets.sops.yaml': `tfstate_password: ${SECRET}\n` });
  git(folder, 'init', '--quiet');
  git(folder, 'add', 'infrastructure', '.sops.yaml');
  const text = readFileSync('README.md', 'utf8');
  staged(
    folder,
    Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`docs/${index}.md`, `${index}\n${text}`])),
  );
  const ended = nigari(folder, ['guard'], { PATH });
  expect(ended).toMatchObject({ status: 0, stderr: '' });
  expect(ended.stdout).toBe('1002 staged files hold no secret in clear\n');
});

describe('repositories of every shape', () => {
  test('none, and no git', () => {
    const folder = emptyFolder();
    expect(places(guard(folder))).toEqual(['no-repository null']);
    expect(nigari(folder, ['guard'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('git-missing') as string,
    });
  });

  test('before the first commit, and with nothing staged', () => {
    const folder = emptyFolder();
    git(folder, 'init', '--quiet');
    expect(guard(folder)).toMatchObject({ status: 0 });
    staged(folder, { 'age.key': SAMPLE_KEY });
    expect(places(guard(folder))).toContain('secret-file age.key');
  });

  test('with SHA-256', () => {
    const folder = emptyFolder();
    git(folder, 'init', '--quiet', '--object-format=sha256');
    staged(folder, { 'notes.md': SAMPLE_KEY, 'empty.md': '' });
    expect(places(guard(folder))).toEqual(['private-key-in-clear notes.md']);
  });

  test('a project in a folder: its own names, and those above it', () => {
    const folder = repository({ 'cluster/nodes.yaml': 'a: 1\n' });
    staged(folder, { 'cluster/cluster.yaml': 'tfstate_password: planted\n', 'other/notes.md': SAMPLE_KEY });
    const expected = ['credential-in-clear cluster.yaml', 'private-key-in-clear ../other/notes.md'];
    expect(places(guard(join(folder, 'cluster')))).toEqual(expected);
    expect(places(guard(folder, '--chdir', 'cluster'))).toEqual(expected);
    expect(places(guard(join(folder, 'cluster'), '--all'))).toEqual(expected);
  });

  test('during a merge', () => {
    const folder = repository();
    git(folder, 'checkout', '--quiet', '-b', 'other');
    staged(folder, { 'notes.md': SAMPLE_KEY, 'README.md': 'theirs\n' });
    git(folder, 'commit', '--quiet', '--message=leak');
    git(folder, 'checkout', '--quiet', '--force', 'main');
    staged(folder, { 'README.md': 'ours\n' });
    git(folder, 'commit', '--quiet', '--message=ours');
    git(folder, 'checkout', '--quiet', '--', '.');
    // It ends in a conflict, with the other files staged.
    expect(() => git(folder, 'merge', '--no-commit', 'other')).toThrow('merge');
    expect(places(guard(folder))).toEqual(['private-key-in-clear notes.md']);
  });

  test('files that were renamed, odd names, links, submodules, files without content', () => {
    const folder = repository({ 'old.md': `${'x\n'.repeat(50)}${SAMPLE_KEY}\n` });
    git(folder, 'mv', 'old.md', 'new name\n"ü".md');
    symlinkSync(SAMPLE_KEY, join(folder, 'link'));
    mkdirSync(join(folder, 'sub'));
    git(join(folder, 'sub'), 'init', '--quiet');
    git(join(folder, 'sub'), 'commit', '--quiet', '--allow-empty', '--message=x');
    git(folder, 'add', 'link', 'sub');
    writeFileSync(join(folder, 'later.md'), SAMPLE_KEY);
    git(folder, 'add', '--intent-to-add', 'later.md');
    expect(places(guard(folder)).toSorted()).toEqual([
      'private-key-in-clear link',
      'private-key-in-clear new name\n"ü".md',
    ]);
  });

  test('settings of the user change nothing, and no program of the repository is started', () => {
    const folder = repository();
    const hook = join(folder, 'hook.sh');
    writeFileSync(hook, `#!/bin/sh\ntouch '${join(folder, 'started')}'\ncat "$@"\n`, { mode: 0o755 });
    for (const setting of ['diff.external', 'core.fsmonitor', 'diff.x.textconv', 'filter.x.smudge', 'filter.x.clean'])
      git(folder, 'config', setting, setting === 'filter.x.clean' ? 'cat' : hook);
    for (const setting of ['diff.relative', 'diff.renames', 'diff.noprefix']) git(folder, 'config', setting, 'true');
    git(folder, 'config', 'diff.orderFile', '/nowhere');
    staged(folder, { '.gitattributes': '* diff=x filter=x\n', 'notes.md': SAMPLE_KEY });
    rmSync(join(folder, 'started'), { force: true });
    expect(places(guard(folder))).toEqual(['private-key-in-clear notes.md']);
    expect(() => readFileSync(join(folder, 'started'))).toThrow('ENOENT');
  });
});

describe('--all and --range', () => {
  test('what is tracked, staged or not', () => {
    const folder = repository({ 'notes.md': SAMPLE_KEY });
    expect(guard(folder)).toMatchObject({ status: 0 });
    const verdict = guard(folder, '--all');
    expect(verdict).toMatchObject({ status: 2, problems: [{ file: 'notes.md', line: 1 }] });
    expect(verdict.problems[0]?.hint).toContain('history');
  });

  test('what each commit of a range brings, though the next one takes it away', () => {
    const folder = repository();
    git(folder, 'tag', 'base');
    staged(folder, { 'notes.md': SAMPLE_KEY });
    git(folder, 'commit', '--quiet', '--message=leak');
    git(folder, 'rm', '--quiet', '--force', 'notes.md');
    git(folder, 'commit', '--quiet', '--message=gone');
    expect(guard(folder, '--all')).toMatchObject({ status: 0 });
    expect(places(guard(folder, '--range', 'base..HEAD'))).toEqual(['private-key-in-clear notes.md']);
    expect(guard(folder, '--range', 'HEAD~1..HEAD')).toMatchObject({ status: 0 });
  });

  test('a merge counts by what it adds to both sides', () => {
    const folder = repository();
    git(folder, 'checkout', '--quiet', '-b', 'other');
    staged(folder, { 'other.md': 'x' });
    git(folder, 'commit', '--quiet', '--message=other');
    git(folder, 'checkout', '--quiet', '--force', 'main');
    git(folder, 'merge', '--quiet', '--no-ff', '--no-commit', 'other');
    staged(folder, { 'README.md': SAMPLE_KEY });
    git(folder, 'commit', '--quiet', '--message=merge');
    expect(places(guard(folder, '--range', 'HEAD^..HEAD'))).toEqual(['private-key-in-clear README.md']);
  });

  test.each([
    ['nowhere..HEAD', 'range-unknown'],
    ['--all', 'range-unknown'],
    ['', 'range-unknown'],
  ])('the range %j is refused', (range, code) => {
    expect(guard(repository(), `--range=${range}`)).toMatchObject({ status: 2, problems: [{ code }] });
  });

  test('not both', () => {
    expect(places(guard(repository(), '--all', '--range', 'a..b'))).toEqual(['guard-all-or-range null']);
  });

  test('what git does not have is not passed', () => {
    const folder = repository({ 'notes.md': 'unique\n' });
    const id = git(folder, 'rev-parse', 'HEAD:notes.md').trim();
    const object = join(folder, '.git/objects', id.slice(0, 2), id.slice(2));
    chmodSync(object, 0o644);
    rmSync(object);
    expect(places(guard(folder, '--all'))).toEqual(['blob-missing notes.md']);
  });
});

test('fixtures are named in .gitattributes, and hold no secret that is known', () => {
  const folder = repository({ '.gitignore': 'cluster.yaml\n', '.gitattributes': 'test/** -nigari-guard\n' });
  writeFileSync(join(folder, 'cluster.yaml'), `tfstate_password: ${SECRET}\n`);
  staged(folder, { 'test/age.key': SAMPLE_KEY, 'test/cluster.yaml': 'tfstate_password: planted\n' });
  expect(guard(folder)).toMatchObject({ status: 0 });
  staged(folder, { 'test/notes.md': SECRET });
  expect(places(guard(folder))).toEqual(['known-secret-in-clear test/notes.md']);
});

describe.skipIf(process.platform === 'win32')('as a hook', () => {
  /** A repository in which a commit asks guard. */
  function hooked(chdir = '.'): string {
    const folder = repository({ 'a.md': 'a\n', 'b.md': 'b\n', 'sub/x': '' });
    const line = `exec '${process.execPath}' '${NIGARI_BIN}' guard --chdir ${chdir}`;
    writeFileSync(join(folder, '.git/hooks/pre-commit'), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
    return folder;
  }

  const commit = (folder: string, ...args: string[]) =>
    spawnSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@x', 'commit', '-m', 'x', ...args], {
      cwd: folder,
      encoding: 'utf8',
    });

  test.each(['.', 'sub'])('a commit is refused, whichever way it is made (--chdir %s)', (chdir) => {
    const folder = hooked(chdir);
    writeFileSync(join(folder, 'a.md'), SAMPLE_KEY);
    for (const how of [['-a'], ['a.md'], ['--include', 'a.md']]) {
      const { status, stderr } = commit(folder, ...how);
      expect([how, status]).toEqual([how, 1]);
      expect(stderr).toContain('a.md:1:1  error  a private age key stands here');
    }
    writeFileSync(join(folder, 'b.md'), 'innocent\n');
    expect(commit(folder, 'b.md').status).toBe(0);
    expect(commit(folder, '-a', '--no-verify').status).toBe(0);
  });

  test('in a work tree of its own', () => {
    const folder = hooked();
    git(folder, 'worktree', 'add', '--quiet', 'tree');
    const tree = join(folder, 'tree');
    writeFileSync(join(tree, 'a.md'), SAMPLE_KEY);
    expect(commit(tree, '-a').stderr).toContain('private-key-in-clear');
  });
});
