/** `npm run demo` goes as it says, and the README tells the same. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { whyWithoutTalos } from '../support/demo/demo.ts';
import { tour } from '../support/demo/tour.ts';
import { emptyFolder, REPOSITORY } from '../support/project.ts';
import { toolsDirectory } from '../../tools/real-tools.mjs';
import { cannotTry } from '../support/talos/talosctl.ts';
import { realTool, tofuEnv } from '../support/tools.ts';

const titles = tour({ connection: {}, network: '10.0.0' }).map(({ title }) => title);

test('the README has its stops, in order', () => {
  const readme = readFileSync(join(REPOSITORY, 'README.md'), 'utf8');
  const places = titles.map((title, index) => readme.indexOf(`\n${index + 1}. ${title}\n`));
  expect(places.filter((place) => place < 0)).toEqual([]);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
});

test('it leaves Talos out where it cannot be shown, and says why', async () => {
  expect(await whyWithoutTalos('127.0.0', { hasTalosctl: false })).toContain('node tools/real-tools.mjs talosctl');
  // Of the addresses for documentation: no computer has one.
  expect(await whyWithoutTalos('203.0.113', { hasTalosctl: true })).toContain('there is only 127.0.0.1');
});

const hasTalos = !cannotTry();
const WITH_TALOS = [
  'homelab works: 5 nodes',
  '+        topology.kubernetes.io/zone: rack-1',
  'upgrade k8s-worker-1: runs Talos 1.13.10',
  'reset k8s-worker-2: is in maintenance mode',
  'Resources: 1 added, 4 changed, 2 destroyed',
];

describe.skipIf(realTool('tofu') === null)('npm run demo', () => {
  const demo = join(REPOSITORY, 'tools/demo.mjs');
  const folder = emptyFolder;

  test('ends with a Proxmox VE as empty as it was', () => {
    const TMPDIR = folder();
    const env = { ...process.env, ...tofuEnv(), TMPDIR, HOME: TMPDIR, NIGARI_TOOLS: toolsDirectory(), NO_COLOR: '1' };
    const ended = spawnSync(process.execPath, [demo], { env, encoding: 'utf8', maxBuffer: 16 << 20 });
    const all = ended.stdout + ended.stderr;
    expect(ended.status, all).toBe(0);
    for (const title of titles) expect(all).toContain(title);
    expect(all).toContain('error  address of nodes[1] (k8s-cp-2) is also address of nodes[0] (k8s-cp-1)');
    expect(all).toContain('Resources: 6 added, 0 changed, 0 destroyed');
    for (const text of hasTalos ? WITH_TALOS : ['(left out: ', 'Resources: 0 added, 1 changed, 1 destroyed'])
      expect(all).toContain(text);
    expect(all).toContain('only from their next start on: k8s-worker-1 (cores)');
    expect(all).toContain('nothing to change');
    expect(all).toContain('Proxmox VE is as empty as it was.');
  });

  test('says how to get OpenTofu where there is none', () => {
    const HOME = folder();
    const env = { PATH: '/nowhere', HOME, TMPDIR: HOME, NIGARI_TOOLS: join(HOME, 'tools') };
    const ended = spawnSync(process.execPath, [demo], { env, encoding: 'utf8' });
    expect(ended.status).toBe(4);
    expect(ended.stderr).toContain('node tools/real-tools.mjs');
  });
});
