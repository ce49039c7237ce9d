/** From two YAML files to a cluster, through its life, and away: the real tofu and talosctl, on simulated machines. */
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { emptyFolder } from '../support/project.ts';
import { holdsOneOf, machineLine, machinesProject } from '../support/talos-project.ts';
import { cannotTry } from '../support/talos/talosctl.ts';
import { realTool } from '../support/tools.ts';
import { watch } from '../support/watched.ts';

interface Nodes {
  readonly nodes: readonly { readonly name: string; readonly talos: string; readonly kubernetes: string }[];
}

test('a file that is gone again was seen', () => {
  const folder = emptyFolder();
  const watched = watch(folder);
  onTestFinished(watched.close);
  writeFileSync(join(folder, 'x'), 'one secret');
  const leaks = (): readonly string[] => watched.leaks(holdsOneOf(['one secret']));
  expect(leaks()).toEqual([join(folder, 'x')]);
  rmSync(join(folder, 'x'));
  expect(leaks()).toEqual([join(folder, 'x')]);
  expect(watched.leaks(holdsOneOf(['another one']))).toEqual([]);
});

describe.skipIf(cannotTry() || realTool('tofu') === null)('virtual machines', () => {
  test('become a cluster, live, and go, and no secret of theirs is ever in a file', async () => {
    const { talos, proxmox, folder, nigari, json, edit, address, bundle } = await machinesProject();
    const watched = watch(folder, '/dev/shm');
    onTestFinished(watched.close);
    const nodes = async (): Promise<readonly string[]> =>
      (await json<Nodes>(['talos', 'nodes', '--json'])).nodes.map(
        (node) => `${node.name} ${node.talos} ${node.kubernetes}`,
      );

    await nigari(['infra', 'apply-auto', '--yes']);
    expect([...talos.nodes.values()].map(({ stage }) => stage)).toEqual(Array(4).fill('maintenance'));
    await nigari(['bootstrap', 'talos']);
    const holds = holdsOneOf(bundle());
    await nigari(['talos', 'kubeconfig', '--merge']);
    expect(statSync(join(folder, '.kube/config')).mode & 0o777).toBe(0o600);
    expect(await nodes()).toEqual(['cp-1', 'cp-2', 'cp-3', 'wk-1'].map((name) => `${name} 1.13.0 1.36.0`));

    edit('cluster.yaml', (text) => text.replace('talos_version: 1.13.0', 'talos_version: 1.13.2'));
    await nigari(['configure']);
    talos.fail({ node: 'cp-2', how: 'upgrade-fails', times: 1 });
    expect((await nigari(['talos', 'upgrade'], 4)).stderr).toContain('left as they are: cp-3, wk-1');
    expect(await nodes()).toEqual([
      'cp-1 1.13.2 1.36.0',
      ...['cp-2', 'cp-3', 'wk-1'].map((name) => `${name} 1.13.0 1.36.0`),
    ]);
    await nigari(['talos', 'upgrade']);

    edit('cluster.yaml', (text) => text.replace('kubernetes_version: 1.36.0', 'kubernetes_version: 1.36.1'));
    await nigari(['configure']);
    await nigari(['talos', 'upgrade-k8s']);
    edit('nodes.yaml', (text) => `${text}${machineLine('wk-2', address(22))}\n`);
    await nigari(['configure']);
    await nigari(['infra', 'apply-auto', '--yes']);
    await nigari(['talos', 'apply']);
    expect(await nodes()).toEqual(['cp-1', 'cp-2', 'cp-3', 'wk-1', 'wk-2'].map((name) => `${name} 1.13.2 1.36.1`));
    expect((await nigari(['talos', 'status'])).stdout).toContain('all is well');

    await nigari(['talos', 'reset', 'wk-2', '--yes']);
    await talos.until(({ nodes: all }) => all.get('wk-2')?.stage === 'maintenance');
    await nigari(['infra', 'destroy', '--yes']);
    expect([...proxmox.guests(), ...proxmox.volumes(), ...talos.nodes.keys()]).toEqual([]);
    // What the user asked for by name is the one file that may hold a certificate of the cluster.
    expect(watched.leaks(holds, /\/\.kube\/config$/)).toEqual([]);
    expect(watched.leaks(holds)).toEqual([join(folder, '.kube/config')]);
  });
});
