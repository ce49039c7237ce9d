/** What `init` tells git, and what git makes of it: attributes in a file, and settings in two lines to copy. */
import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { expect, test } from 'vitest';
import { gitSettingsNote, withAttributesBlock } from '../../../scripts/commands/init/git-sealed.ts';
import { sealText } from '../../secrets/support.ts';
import { commit, git, NIGARI_CALL } from '../../support/git.ts';
import { emptyFolder, nigari, project, REPOSITORY } from '../../support/project.ts';
import { clearOf, put, sealedProject, textOf } from '../../support/sealed.ts';

const { PATH = '' } = process.env;
const ENV = { PATH, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };

test('the attributes are those of sealed files, and of no others', () => {
  const folder = project({ '.gitattributes': withAttributesBlock('*.yaml diff=mine') });
  git(folder, 'init', '--quiet');
  const sealed = ['cluster.sops.yaml', 'infrastructure/secrets.sops.yaml', 'a b/x.sops.yml'];
  const others = ['.sops.yaml', 'a/.sops.yaml', 'cluster.yaml', 'x.sops.yaml.njk'];
  const said = (path: string): string => git(folder, 'check-attr', 'merge', '--', path).trim();
  expect(sealed.map(said)).toEqual(sealed.map((path) => `${path}: merge: nigari`));
  expect(others.map(said)).toEqual(others.map((path) => `${path}: merge: unspecified`));
  expect(git(folder, 'check-attr', 'diff', '--', 'nodes.yaml')).toContain('diff: mine');
});

test("nigari's own .gitattributes has the block already: `npm start` leaves a clone clean", () => {
  const own = readFileSync(join(REPOSITORY, '.gitattributes'), 'utf8').replaceAll('\r\n', '\n');
  expect(withAttributesBlock(own)).toBe(own);
});

test('init keeps the block, and leaves what else is in the file', () => {
  const folder = project({ '.gitattributes': '* text=auto\n' });
  expect(JSON.parse(nigari(folder, ['init', '--json']).stdout).updated).toEqual(['.gitattributes']);
  expect(readFileSync(join(folder, '.gitattributes'), 'utf8')).toBe(withAttributesBlock('* text=auto\n'));
  expect(JSON.parse(nigari(folder, ['init', '--json']).stdout).updated).toEqual([]);
});

test('without git nothing is printed; with it the settings that are missing', async () => {
  const folder = emptyFolder();
  expect(await gitSettingsNote({ root: folder, env: {} })).toBe(null);
  git(folder, 'init', '--quiet');
  const note = await gitSettingsNote({ root: folder, env: ENV });
  expect(note?.split('\n').slice(1)).toEqual([
    "  git config diff.nigari.textconv 'npx --no nigari secrets diff --textconv'",
    "  git config merge.nigari.driver 'npx --no nigari secrets merge --driver %O %A %B %P'",
  ]);
  git(folder, 'config', 'merge.nigari.driver', 'x');
  expect(await gitSettingsNote({ root: folder, env: ENV })).toMatch(/textconv'$/);
  git(folder, 'config', 'diff.nigari.textconv', 'x');
  expect(await gitSettingsNote({ root: folder, env: ENV })).toBe(null);
});

test.each(['.', "it's a project"])(
  'as copied from what init prints in %s, git shows and merges by key',
  async (below) => {
    const folder = emptyFolder();
    const at = join(folder, below);
    cpSync(
      await sealedProject({ 'x.sops.yaml': 'a: planted-1\nb: planted-2\n' }, { 'cluster.yaml': '', 'nodes.yaml': '' }),
      at,
      { recursive: true },
    );
    git(folder, 'init', '--quiet');
    const { notes } = JSON.parse(nigari(at, ['init', '--json'], ENV).stdout) as { notes: readonly string[] };
    const lines = notes.join('\n').match(/^ {2}git config .*$/gm) ?? [];
    expect(lines).toHaveLength(2);
    // The nigari of this checkout in the place of an installed one; each line is for a shell, and so is what it sets.
    for (const line of lines) execFileSync('sh', ['-c', line], { cwd: folder });
    for (const name of ['diff.nigari.textconv', 'merge.nigari.driver']) {
      const set = git(folder, 'config', '--get', name).trim();
      expect(set).toContain(below === '.' ? 'npx --no nigari secrets' : '--prefix');
      git(
        folder,
        'config',
        name,
        set.replace(/^npx --no( --prefix '.*?'(?= nigari))? nigari/, () => NIGARI_CALL),
      );
    }
    commit(folder, 'start');
    git(folder, 'branch', 'theirs');
    const change = async (old: string, now: string): Promise<void> =>
      put(
        at,
        'x.sops.yaml',
        await sealText((await clearOf(at, 'x.sops.yaml')).replace(old, now), {}, textOf(at, 'x.sops.yaml')),
      );
    await change('planted-1', 'ours');
    expect(git(folder, 'diff')).toMatch(/^-a: <.*>\n\+a: <.*>$/m);
    commit(folder, 'ours');
    git(folder, 'checkout', '--quiet', 'theirs');
    await change('planted-2', 'theirs');
    commit(folder, 'theirs');
    git(folder, 'merge', '--quiet', '--no-edit', 'main');
    expect(await clearOf(at, 'x.sops.yaml')).toBe('a: ours\nb: theirs\n');
  },
);
