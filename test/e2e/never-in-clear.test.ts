/** No secret is ever written in clear: not by any call of node:fs, not when rendering fails, not when the run is killed. */
import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { expect, onTestFinished, test } from 'vitest';
import { newIdentity } from '../../scripts/system/age.ts';
import { killedRuns, openLeaks } from '../support/killed.ts';
import { leaksBelow, plant } from '../support/planted.ts';
import { nigari, project, REPOSITORY, tree } from '../support/project.ts';
import { sealedProject } from '../support/sealed.ts';

const planted = plant();
const secrets = Object.values(planted.values);
const spy = ['--import', join(REPOSITORY, 'test/support/write-spy.mjs')];
const watched = { NIGARI_SPY_SECRETS: secrets.join('\n'), NIGARI_SPY_COUNT: '1' };

test('the spy sees a secret that is written in clear', () => {
  const folder = project({
    'leak.mjs': `import { writeFile } from 'node:fs/promises';\nawait writeFile('x', ${JSON.stringify(secrets[0])});\n`,
  });
  const args = [...spy, 'leak.mjs'];
  const ended = nigari(folder, [], watched, args);
  expect(ended.status).toBe(99);
});

test('configure writes, and never a secret', () => {
  const folder = project(planted.files);
  expect(nigari(folder, ['init'], watched, spy)).toMatchObject({ status: 0 });
  const ended = nigari(folder, ['configure'], watched, spy);
  expect(ended.status, ended.all).toBe(0);
  // Temporary files at least: were the spy blind, it would have counted none.
  expect(Number(/write-spy: (\d+) writes/.exec(ended.stderr)?.[1])).toBeGreaterThan(5);
  expect(leaksBelow(folder, planted)).toEqual([]);
  expect(planted.foundIn(ended.all)).toEqual([]);
});

test.each([
  ['a template that prints a secret', { 'templates/project/leak.txt.njk': '#{ cluster.tfstate_password }#\n' }],
  ['a template that does not parse', { 'templates/project/broken.txt.njk': '#{ cluster.\n' }],
  ['a secret in broken YAML', { 'templates/project/broken.sops.yaml.njk': 'a: "#{ cluster.tfstate_password }#\n' }],
  ['broken HCL', { 'templates/stack/broken.tf.njk': 'x = = #{ cluster.cluster_name }#\n' }],
])('nothing is written after %s', (_, files) => {
  const folder = project({ ...planted.files, ...files });
  nigari(folder, ['init']);
  const before = tree(folder);
  const ended = nigari(folder, ['configure'], watched, spy);
  expect(ended.status, ended.all).toBe(3);
  expect(tree(folder)).toEqual(before);
  expect(planted.foundIn(ended.all)).toEqual([]);
});

test.skipIf(process.platform !== 'linux')('a file that was removed is looked into while it is open', () => {
  const file = join(project({ x: planted.files['cluster.yaml'] }), 'x');
  const descriptor = openSync(file, 'r');
  onTestFinished(() => closeSync(descriptor));
  rmSync(file);
  expect(openLeaks(process.pid, planted)).toEqual([`open: ${file} (deleted)`]);
  expect(openLeaks(process.pid, plant())).toEqual([]);
});

/** `npm run soak` kills a thousand. */
const RUNS = 18;

test.skipIf(process.platform !== 'linux')(
  'runs that are killed at random moments leave no secret, and the next ones succeed',
  { timeout: 600_000 },
  async () => {
    const outcomes = await killedRuns(RUNS, 2);
    expect(outcomes).toHaveLength(RUNS);
    expect(outcomes.filter(({ leaks, next }) => leaks.length > 0 || next.status !== 0)).toEqual([]);
  },
);

test('no command for single secrets and whole files writes one either', async () => {
  const folder = await sealedProject({ 'cluster.sops.yaml': 'vars:\n    other: text\n' });
  const value = planted.values['tfstate_password'] ?? '';
  writeFileSync(join(folder, 'clear.sops.yaml'), `password: ${JSON.stringify(value)}\n`);
  const run = (...args: readonly string[]): void => {
    const ended = nigari(folder, ['secrets', ...args], watched, spy, args[0] === 'set' ? value : '');
    expect(ended.status, ended.all).toBe(0);
    expect(Number(/write-spy: (\d+) writes/.exec(ended.stderr)?.[1])).toBeGreaterThan(0);
    expect(planted.foundIn(ended.all)).toEqual([]);
  };
  run('set', 'tfstate_password');
  run('set', 'registry.password');
  run('encrypt', 'clear.sops.yaml');
  run('rotate');
  run('recipients', 'add', newIdentity().recipient);
  expect(leaksBelow(folder, planted)).toEqual([]);
});
