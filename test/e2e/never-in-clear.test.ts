/** No secret is ever written in clear: not by any call of node:fs, not when rendering fails, not when the run is killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { nigari, NIGARI_BIN, project, REPOSITORY, tree } from '../support/project.ts';

const SECRETS = {
  proxmox_api_token_id: 'terraform@pve!planted-token-name',
  proxmox_api_token_secret: '5ec4e700-0000-4000-8000-planted00001',
  tfstate_password: 'planted-state-password-1',
  state_encryption_passphrase: 'planted passphrase of the state',
  cf_account_id: 'planted0account0id0planted0acco',
};

const clusterYaml = readFileSync(join(REPOSITORY, 'test/fixtures/valid/ha/cluster.yaml'), 'utf8').replaceAll(
  new RegExp(`^(${Object.keys(SECRETS).join('|')}):.*\n`, 'gm'),
  '',
);
const cluster = `${clusterYaml}\n${Object.entries(SECRETS)
  .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
  .join('')}`;
const nodes = readFileSync(join(REPOSITORY, 'test/fixtures/valid/ha/nodes.yaml'), 'utf8');

const spy = ['--import', join(REPOSITORY, 'test/support/write-spy.mjs')];
const watched = { NIGARI_SPY_SECRETS: Object.values(SECRETS).join('\n'), NIGARI_SPY_COUNT: '1' };
const own = new Set(['cluster.yaml', 'nodes.yaml']);

/** Files but the inputs that hold a secret. */
function leaks(folder: string): string[] {
  return [...tree(folder)]
    .filter(([path, bytes]) => !own.has(path) && Object.values(SECRETS).some((secret) => bytes.includes(secret)))
    .map(([path]) => path);
}

test('the spy sees a secret that is written in clear', () => {
  const folder = project({
    'leak.mjs': `import { writeFile } from 'node:fs/promises';\nawait writeFile('x', ${JSON.stringify(SECRETS.tfstate_password)});\n`,
  });
  const args = [...spy, 'leak.mjs'];
  const ended = nigari(folder, [], watched, args);
  expect(ended.status).toBe(99);
});

test('configure writes, and never a secret', () => {
  const folder = project({ 'cluster.yaml': cluster, 'nodes.yaml': nodes });
  expect(nigari(folder, ['init'], watched, spy)).toMatchObject({ status: 0 });
  const ended = nigari(folder, ['configure'], watched, spy);
  expect(ended.status, ended.all).toBe(0);
  // Temporary files at least: were the spy blind, it would have counted none.
  expect(Number(/write-spy: (\d+) writes/.exec(ended.stderr)?.[1])).toBeGreaterThan(5);
  expect(leaks(folder)).toEqual([]);
  for (const secret of Object.values(SECRETS)) expect(ended.all).not.toContain(secret);
});

test.each([
  ['a template that prints a secret', { 'templates/project/leak.txt.njk': '#{ cluster.tfstate_password }#\n' }],
  ['a template that does not parse', { 'templates/project/broken.txt.njk': '#{ cluster.\n' }],
  ['a secret in broken YAML', { 'templates/project/broken.sops.yaml.njk': 'a: "#{ cluster.tfstate_password }#\n' }],
  ['broken HCL', { 'templates/stack/broken.tf.njk': 'x = = #{ cluster.cluster_name }#\n' }],
])('nothing is written after %s', (_, files) => {
  const folder = project({ 'cluster.yaml': cluster, 'nodes.yaml': nodes, ...files });
  nigari(folder, ['init']);
  const before = tree(folder);
  const ended = nigari(folder, ['configure'], watched, spy);
  expect(ended.status, ended.all).toBe(3);
  expect(tree(folder)).toEqual(before);
  for (const secret of Object.values(SECRETS)) expect(ended.all).not.toContain(secret);
});

test(
  'a run that is killed at any moment leaves no secret, and the next one succeeds',
  { timeout: 120_000 },
  async () => {
    const folder = project({ 'cluster.yaml': cluster, 'nodes.yaml': nodes });
    nigari(folder, ['init']);
    for (let delay = 20; delay <= 400; delay += 20) {
      const child = spawn(process.execPath, [NIGARI_BIN, 'configure', '--force'], {
        cwd: folder,
        env: { HOME: folder, TMPDIR: folder, PATH: '' },
        stdio: 'ignore',
      });
      await pause(delay);
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      expect(leaks(folder)).toEqual([]);
    }
    expect(nigari(folder, ['configure']).status).toBe(0);
  },
);
