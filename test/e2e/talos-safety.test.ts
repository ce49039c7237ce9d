/** What must never happen to a cluster: a second one, two machines away at once, etcd without a majority. */
import { describe, expect, test } from 'vitest';
import { expectClear } from '../support/clear.ts';
import { talosProject } from '../support/talos-project.ts';
import type { Simulator } from '../support/talos/simulator.ts';
import { realTool } from '../support/tools.ts';

const CONTROLLERS = { 'cp-1': 11, 'cp-2': 12, 'cp-3': 13 };

/** The most control planes that were away at the same time, from now on. */
function mostAway(talos: Simulator): () => number {
  let most = 0;
  talos.world.changes.on('changed', () => {
    const away = [...talos.nodes.values()].filter(({ etcd }) => etcd === 'waiting').length;
    most = Math.max(most, away);
  });
  return () => most;
}

describe.skipIf(realTool('talosctl') === null)('a cluster of Talos machines', () => {
  test('is not made a second time where etcd of the first one has lost its majority', async () => {
    const { talos, nigari, address } = await talosProject(CONTROLLERS);
    await nigari(['bootstrap', 'talos']);
    talos.remove('cp-1');
    talos.add({ name: 'cp-1', address: address(11), mac: 'bc:24:11:00:00:0b' });
    await talos.until(({ nodes }) => nodes.get('cp-1')?.stage === 'maintenance');
    Object.assign(talos.nodes.get('cp-3') ?? {}, { etcd: 'waiting' });
    const ended = await nigari(['bootstrap', 'talos', '--timeout', '8'], 4);
    expectClear(ended, 'talos-etcd-incomplete');
    expect(talos.calls('cp-1').map(({ call }) => call)).toContain('ApplyConfiguration');
    expect(talos.clusters().map(({ split }) => split)).toEqual([false]);
  });

  test('makes no etcd while the disk of a control plane, on which one may be, is not mounted', async () => {
    const { talos, nigari } = await talosProject(CONTROLLERS);
    talos.fail({ node: 'cp-3', how: 'etcd-not-mounted' });
    expectClear(await nigari(['bootstrap', 'talos', '--timeout', '8'], 4), 'talos-etcd-unseen');
    expect(talos.clusters().map(({ members }) => members.size)).toEqual([0]);
    talos.heal();
    await nigari(['bootstrap', 'talos']);
    expect(talos.clusters().map(({ split }) => split)).toEqual([false]);
  });

  test('is not made a second time while those that have etcd are still starting', async () => {
    const { talos, nigari, address } = await talosProject(CONTROLLERS);
    await nigari(['bootstrap', 'talos']);
    talos.remove('cp-1');
    talos.add({ name: 'cp-1', address: address(11), mac: 'bc:24:11:00:00:0b' });
    await talos.until(({ nodes }) => nodes.get('cp-1')?.stage === 'maintenance');
    for (const node of ['cp-2', 'cp-3']) {
      Object.assign(talos.nodes.get(node) ?? {}, { etcd: 'waiting', stage: 'booting' });
      talos.fail({ node, how: 'etcd-not-mounted' });
    }
    const ended = await nigari(['bootstrap', 'talos', '--timeout', '8'], 4);
    expectClear(ended, 'talos-etcd-unseen');
    expect(ended.stderr).toContain('cp-2');
    expect(talos.clusters().map(({ split }) => split)).toEqual([false]);
  });

  test('loses no control plane while etcd tells nothing of itself', async () => {
    const { talos, nigari } = await talosProject(CONTROLLERS);
    await nigari(['bootstrap', 'talos']);
    talos.fail({ how: 'no-quorum' });
    const ended = await nigari(['talos', 'reset', 'cp-2', '--yes'], 2);
    expectClear(ended, 'quorum-loss');
    expect(ended.stderr).toContain('no control plane tells who is in etcd');
    expect(talos.nodes.get('cp-2')?.stage).toBe('running');
  });

  test('loses no control plane while etcd of another one is down, though that machine answers', async () => {
    const { talos, nigari } = await talosProject(CONTROLLERS);
    await nigari(['bootstrap', 'talos']);
    Object.assign(talos.nodes.get('cp-3') ?? {}, { etcd: 'waiting' });
    expect((await nigari(['talos', 'status'], 4)).stderr).toContain(
      'etcd does not work at cp-3  (talos-etcd-incomplete)',
    );
    const ended = await nigari(['talos', 'reset', 'cp-2', '--yes'], 2);
    expectClear(ended, 'quorum-loss');
    expect(ended.stderr).toContain('without cp-2 etcd has 2 members and needs 2 of them, but 1 is up');
    expect(talos.nodes.get('cp-2')?.stage).toBe('running');
  });

  test('restarts one machine at a time for a new configuration, and none that is about to go down counts as back', async () => {
    const { talos, nigari, edit } = await talosProject(CONTROLLERS, '', { timings: { install: 3000 } });
    await nigari(['bootstrap', 'talos']);
    edit('talos/patches/controllers.yaml', (text) =>
      text.replace(/^machine:\n/m, 'machine:\n  udev: { rules: [x] }\n'),
    );
    const most = mostAway(talos);
    expectClear(await nigari(['talos', 'apply', '--stale-ok'], 2), 'consent-needed');
    await nigari(['talos', 'apply', '--stale-ok', '--yes']);
    expect(most()).toBe(1);
    expect((await nigari(['talos', 'diff', '--stale-ok', '--check'])).stdout).toContain('every machine has the');
  });

  test('is told which machine came back with the Talos that it had', async () => {
    const { talos, nigari, edit } = await talosProject(CONTROLLERS);
    await nigari(['bootstrap', 'talos']);
    edit('cluster.yaml', (text) => text.replace('talos_version: 1.13.0', 'talos_version: 1.13.2'));
    await nigari(['configure']);
    talos.fail({ node: 'cp-1', how: 'upgrade-rolls-back', times: 1 });
    const ended = await nigari(['talos', 'upgrade'], 4);
    expectClear(ended, 'talos-rolled-back');
    expect(ended.stderr).toContain('restarted with Talos 1.13.0');
    expect(ended.stderr).toContain('left as they are: cp-2, cp-3');
  });
});
