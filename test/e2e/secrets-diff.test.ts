/** `nigari secrets diff` through the built program, and as git's textconv through the real git. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { expect, test } from 'vitest';
import { commit, git, NIGARI_CALL, repository } from '../support/git.ts';
import { emptyFolder, nigari, type Run } from '../support/project.ts';
import { put, sealedProject, textOf } from '../support/sealed.ts';
import { SAMPLE_RECIPIENT } from '../secrets/sample.ts';
import { sealText } from '../secrets/support.ts';

const FILE = 'cluster.sops.yaml';
const CLEAR = 'token: planted-1\nvars:\n    password: planted-2\n    gone: planted-3\n';
const EDITED = 'token: planted-1\nvars:\n    password: planted-4\n    fresh: planted-5\n';
const ATTRIBUTES = { '.gitignore': 'age.key\n', '.gitattributes': '*.sops.yaml diff=nigari\n.sops.yaml !diff\n' };

const withGit = (folder: string, ...args: string[]): Run =>
  nigari(folder, args, { PATH: process.env['PATH'] ?? '', GIT_CONFIG_GLOBAL: '/dev/null' });

async function edited(): Promise<string> {
  const folder = repository(await sealedProject({ [FILE]: CLEAR, 'other.sops.yaml': 'a: planted-6\n' }, ATTRIBUTES));
  put(folder, FILE, await sealText(EDITED, {}, textOf(folder, FILE)));
  return folder;
}

test('since the last commit: the keys that differ, of all files that do', async () => {
  const { status, stdout, all } = withGit(await edited(), 'secrets', 'diff');
  expect(status, all).toBe(0);
  expect(stdout).toBe(`${FILE}\n  ~ vars.password\n  - vars.gone\n  + vars.fresh\n`);
  expect(all).not.toContain('planted');
});

test('as JSON', async () => {
  const { stdout } = withGit(await edited(), 'secrets', 'diff', FILE, '--json');
  const value = (kind: string, name: string) => ({ kind, what: 'value', name });
  expect(JSON.parse(stdout)).toEqual({
    files: [
      {
        file: FILE,
        sealedAnew: true,
        opened: true,
        differences: [value('changed', 'vars.password'), value('removed', 'vars.gone'), value('added', 'vars.fresh')],
      },
    ],
  });
});

test('a file that is new, one that is gone, one that is as it was, one encrypted anew', async () => {
  const folder = await edited();
  commit(folder, 'edited');
  put(folder, 'new.sops.yaml', await sealText('n: planted-7\n'));
  put(folder, FILE, await sealText(EDITED));
  rmSync(join(folder, 'other.sops.yaml'));
  const own = (mark: string, key: string): string =>
    `  ${mark} ${key}\n  ${mark} recipient ${SAMPLE_RECIPIENT}\n  ${mark} rule unencrypted_suffix: _unencrypted\n  ${mark} rule mac_only_encrypted: true\n`;
  expect(withGit(folder, 'secrets', 'diff').stdout).toBe(
    `${FILE}: the same values, only encrypted anew\nnew.sops.yaml\n${own('+', 'n')}other.sops.yaml\n${own('-', 'a')}`,
  );
  git(folder, 'checkout', '--quiet', '--', '.');
  expect(withGit(folder, 'secrets', 'diff', FILE).stdout).toBe(`${FILE}: no difference\n`);
});

test('two files, without git', async () => {
  const folder = await sealedProject({ 'a.sops.yaml': 'x: planted-1\n', 'b.sops.yaml': 'x: planted-2\n# planted-3\n' });
  const { stdout, status } = nigari(folder, ['secrets', 'diff', 'a.sops.yaml', 'b.sops.yaml']);
  expect({ stdout, status }).toEqual({
    status: 0,
    stdout: 'a.sops.yaml → b.sops.yaml\n  ~ x\n  + comments at the end\n',
  });
});

test('without the key: by ciphertext, and says so', async () => {
  const folder = await edited();
  rmSync(join(folder, 'age.key'));
  expect(withGit(folder, 'secrets', 'diff').stdout).toBe(
    `${FILE} (no key here opens both: what was encrypted anew counts as changed)\n  ~ vars.password\n  - vars.gone\n  + vars.fresh\n`,
  );
});

test.each([
  ['no repository', 'no-repository', ['a.sops.yaml']],
  ['a file that is not there', 'file-missing', ['a.sops.yaml', 'nowhere.sops.yaml']],
  ['three files', 'too-many-files', ['a.sops.yaml', 'a.sops.yaml', 'a.sops.yaml']],
  ['a file that is not sealed', 'not-sealed', ['a.sops.yaml', 'clear.sops.yaml']],
])('refuses %s', async (_, code, files) => {
  const folder = await sealedProject({ 'a.sops.yaml': 'x: planted-1\n' }, { 'clear.sops.yaml': 'x: planted-2\n' });
  const { status, stderr, all } = nigari(folder, ['secrets', 'diff', ...files]);
  expect(status).toBe(2);
  expect(stderr).toContain(`(${code})`);
  expect(all).not.toContain('planted');
});

test('git diff and git log show which values changed, by textconv', async () => {
  const folder = await edited();
  git(folder, 'config', 'diff.nigari.textconv', `${NIGARI_CALL} secrets diff --textconv`);
  const diff = git(folder, 'diff');
  expect(diff.replace(/<[0-9a-f]{12}>/g, '<>')).toMatch(
    / token: <>\n vars:\n- {4}password: <>\n- {4}gone: <>\n\+ {4}password: <>\n\+ {4}fresh: <>\n sops:\n/,
  );
  commit(folder, 'edited');
  rmSync(join(folder, 'age.key'));
  const log = git(folder, 'log', '-p', '--all');
  expect(log).toMatch(/^\+ {4}fresh: <[0-9a-f]{12}>$/m);
  expect(diff + log).not.toMatch(/planted|ENC\[/);
});

test('textconv shows what is no sealed file as it is, and one that was tampered with by its ciphertext', async () => {
  const folder = await sealedProject(
    { [FILE]: CLEAR },
    { 'clear.sops.yaml': 'a: 1\n', 'conflict.sops.yaml': '<<<<<<< a\n' },
  );
  const shown = (path: string): Run => nigari(folder, ['secrets', 'diff', '--textconv', path]);
  expect(shown('clear.sops.yaml')).toMatchObject({ status: 0, stdout: 'a: 1\n' });
  expect(shown('conflict.sops.yaml')).toMatchObject({ status: 0, stdout: '<<<<<<< a\n' });
  put(folder, FILE, textOf(folder, FILE).replace(/^token: /m, 'other: '));
  const tampered = shown(FILE);
  expect(tampered).toMatchObject({ status: 0 });
  expect(tampered.stdout).toMatch(/^other: <[0-9a-f]{12}>\nvars:\n/);
  expect(nigari(emptyFolder(), ['secrets', 'diff', '--textconv', 'nowhere'])).toMatchObject({ status: 2 });
});
