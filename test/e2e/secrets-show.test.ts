import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emptyFolder, nigari, type Run } from '../support/project.ts';
import { put, sealedProject } from '../support/sealed.ts';

const FILES = {
  'cluster.sops.yaml': 'tfstate_password: from-the-input\nvars:\n    list:\n        - 1\n        - two\n',
  'secrets.sops.yaml': 'registry: own\nboth: own\n"a/b": slash\nflag: true\nnumber: 1.5\n',
  'infrastructure/secrets.sops.yaml': 'tfstate_password: generated\nproxmox_api_token_id: only-here\nboth: generated\n',
};

const show = (folder: string, ...args: readonly string[]): Run => nigari(folder, ['secrets', 'show', ...args]);

test.each([
  [['tfstate_password'], 'from-the-input'],
  [['proxmox_api_token_id'], 'only-here'],
  [['both'], 'own'],
  [['both', '--file', 'infrastructure/secrets.sops.yaml'], 'generated'],
  [['vars.list[1]'], 'two'],
  [['vars.list[0]'], '1'],
  [['a/b'], 'slash'],
  [['["a/b"]'], 'slash'],
  [['flag'], 'true'],
  [['number'], '1.5'],
])('%j prints the value and nothing else', async (args, value) => {
  const { status, stdout, stderr } = show(await sealedProject(FILES), ...args);
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: value, stderr: '' });
});

test('as data it tells the place too', async () => {
  const { stdout } = show(await sealedProject(FILES), 'registry', '--json');
  expect(JSON.parse(stdout)).toEqual({ name: 'registry', place: 'secrets.sops.yaml', value: 'own' });
});

test.each([
  ['tfstate_pasword', 'did you mean tfstate_password?'],
  ['vars.list', 'below it are vars.list[0], vars.list[1]'],
  ['nothing-like-it', '`nigari secrets list` names what there is'],
])('%s is nowhere, and the hint helps', async (name, hint) => {
  const { status, stdout, stderr } = show(await sealedProject(FILES), name);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain('(secret-missing)');
  expect(stderr).toContain(hint);
});

test('without a key, a file and a whole file it refuses, and shows nothing', async () => {
  const folder = await sealedProject(FILES);
  rmSync(join(folder, 'age.key'));
  expect(show(folder, 'registry').stderr).toContain('(no-key)');
  put(folder, 'secrets.sops.yaml', 'registry: planted\n');
  const clear = show(folder, 'registry');
  expect(clear.stderr).toContain('(not-sealed)');
  expect(clear.all).not.toContain('planted');
  expect(show(emptyFolder(), 'registry').stderr).toContain('there is no sealed file yet');
  expect(show(folder, 'a', '--file', 'none.yaml').stderr).toContain('(file-missing)');
});
