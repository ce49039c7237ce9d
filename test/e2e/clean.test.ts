/** `nigari clean` through the built program: what it takes, what it leaves, and what it does not let itself be told. */
import { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { hashOf } from '../../scripts/changes/manifest.ts';
import { digests, nigari, NIGARI_BIN, project, tree } from '../support/project.ts';
import { hasScript, onTerminal } from '../support/script.ts';

const BACKEND = 'infrastructure/tofu/backend.tf';
const MANIFEST = '.nigari/manifest.json';
const SEALED = 'infrastructure/secrets.sops.yaml';

function configured(scenario = 'minimal'): string {
  const folder = project({}, scenario);
  nigari(folder, ['init']);
  const { status, all } = nigari(folder, ['configure', '--no-init']);
  expect(status, all).toBe(0);
  return folder;
}

const pathsOf = (folder: string): readonly string[] => [...tree(folder).keys()];
const isOwn = (path: string): boolean => /^(infrastructure|talos)\//.test(path) || path === MANIFEST;

describe('nigari clean', () => {
  test('with --force takes all that was made, its folders and the manifest, and nothing else', () => {
    const folder = configured();
    writeFileSync(join(folder, 'own.tf'), 'mine\n');
    const others = pathsOf(folder).filter((path) => !isOwn(path));
    const dry = nigari(folder, ['clean', '--force', '--dry-run', '--json']);
    const before = pathsOf(folder);
    expect((JSON.parse(dry.stdout) as { deleted: unknown }).deleted).toEqual([
      ...before.filter((path) => isOwn(path) && path !== MANIFEST),
      MANIFEST,
    ]);
    expect(nigari(folder, ['clean']).all).toContain('(consent-needed)');
    expect(nigari(folder, ['clean']).status).toBe(2);
    expect(pathsOf(folder)).toEqual(before);
    const { status, all } = nigari(folder, ['clean', '--force', '--yes']);
    expect(status, all).toBe(0);
    expect(pathsOf(folder)).toEqual(others);
    expect(nigari(folder, ['clean', '--yes'])).toMatchObject({ status: 2 });
    // What is gone is made again.
    expect(nigari(folder, ['configure', '--no-init']).status).toBe(0);
    expect(pathsOf(folder)).toEqual(before);
  });

  test('leaves what was edited, and what is sealed', () => {
    const folder = configured();
    appendFileSync(join(folder, BACKEND), '# mine\n');
    const { status, stdout, stderr } = nigari(folder, ['clean', '--yes', '--json']);
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ dryRun: false, kept: [SEALED, BACKEND] });
    expect(stderr).toMatch(/\(sealed-stays\)[^]*\(edited-stays\)/);
    expect(pathsOf(folder).filter(isOwn)).toEqual([MANIFEST, SEALED, BACKEND]);
    // It still knows them.
    expect(nigari(folder, ['configure', '--no-init']).all).toContain('(edited-file)');
  });

  test.each([
    ['minimal', 'terraform.tfstate'],
    ['minimal', 'errored.tfstate'],
    ['http-backend', '.terraform/x'],
  ])('refuses while machines may hang on it: %s with %s', (scenario, name) => {
    const folder = configured(scenario);
    const left = ['.terraform/x', name].map((file) => `infrastructure/tofu/${file}`);
    mkdirSync(join(folder, 'infrastructure/tofu/.terraform'));
    for (const path of left) writeFileSync(join(folder, path), '{}');
    const before = digests(folder);
    const { status, stderr } = nigari(folder, ['clean', '--yes']);
    expect(status).toBe(2);
    expect(stderr).toContain('(state-exists)');
    expect(stderr).toContain('first destroy them:');
    expect(digests(folder)).toEqual(before);
    expect(nigari(folder, ['clean', '--yes', '--force']).status).toBe(0);
    expect(pathsOf(folder).filter(isOwn)).toEqual([...new Set(left)]);
  });

  test.runIf(hasScript())('asks on a terminal, for the name of the folder', async () => {
    const folder = configured();
    const before = digests(folder);
    const where = { cwd: folder, env: { HOME: folder, TERM: 'dumb', PATH: process.env['PATH'] ?? '' } };
    const words = [process.execPath, NIGARI_BIN, 'clean', '--force'];
    const refused = await onTerminal(words, where, [['type the name of this folder', 'y\n']]);
    expect([refused.status, digests(folder)]).toEqual([2, before]);
    const agreed = await onTerminal(words, where, [['type the name of this folder', `${basename(folder)}\n`]]);
    expect(agreed.status, agreed.shown).toBe(0);
    expect(pathsOf(folder).filter(isOwn)).toEqual([]);
  });
});

describe('a manifest that somebody else wrote takes nothing away', () => {
  const hostile = (folder: string, path: string): string => {
    const sha256 = hashOf(readFileSync(join(folder, path)));
    return JSON.stringify({ schema: 1, nigari: '0.1.0', files: { [path]: { sha256, template: 't' } } });
  };

  test.each([
    ['../outside', 'manifest-missing'],
    ['a/../cluster.yaml', 'manifest-missing'],
    ['cluster.yaml', 'manifest-missing'],
    ['nodes.yaml', 'manifest-missing'],
    ['age.key', 'manifest-missing'],
    ['.sops.yaml', 'manifest-missing'],
    ['.git/HEAD', 'manifest-missing'],
    ['linked/HEAD', 'link-in-the-way'],
    ['outward/outside', 'path-outside-project'],
    ['link.tf', 'link-in-the-way'],
    ['folder', 'folder-in-the-way'],
  ])('%s', (path, code) => {
    const folder = configured();
    const inner = join(folder, 'inner');
    for (const name of ['inner', 'inner/a', 'inner/.git', 'inner/folder']) mkdirSync(join(folder, name));
    for (const name of ['cluster.yaml', 'nodes.yaml', 'age.key', '.sops.yaml', '.git/HEAD', '../outside', 'real.tf'])
      writeFileSync(join(inner, name), 'mine\n');
    symlinkSync('.git', join(inner, 'linked'));
    symlinkSync('..', join(inner, 'outward'));
    symlinkSync('real.tf', join(inner, 'link.tf'));
    mkdirSync(join(inner, '.nigari'));
    const text = path === 'folder' ? hostile(inner, 'real.tf').replace('real.tf', path) : hostile(inner, path);
    writeFileSync(join(inner, MANIFEST), text);
    const before = digests(folder);
    for (const args of [
      ['clean', '--yes'],
      ['clean', '--yes', '--force'],
    ]) {
      const { status, all } = nigari(inner, args);
      expect(status, all).toBe(2);
      expect(all).toContain(`(${code})`);
    }
    expect(digests(folder)).toEqual(before);
  });

  test('damaged, or of a newer nigari', () => {
    const folder = configured();
    for (const text of ['{', '{"schema": 99, "nigari": "9.9.9", "files": {}}']) {
      writeFileSync(join(folder, MANIFEST), text);
      const before = digests(folder);
      expect(nigari(folder, ['clean', '--yes', '--force']).status).toBe(2);
      expect(digests(folder)).toEqual(before);
    }
  });
});
