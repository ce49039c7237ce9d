/** `nigari bootstrap talos` and `nigari talos …`, by the real talosctl, on simulated machines. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesWith, talosProject } from '../support/talos-project.ts';
import { realTool } from '../support/tools.ts';

interface Nodes {
  readonly nodes: readonly Readonly<Record<string, unknown>>[];
}

describe.skipIf(realTool('talosctl') === null)('a cluster of Talos machines', () => {
  test('is bootstrapped once, and is as the files say', async () => {
    const { talos, folder, nigari, json, edit, address, bundle } = await talosProject();
    const nodes = async (): Promise<readonly string[]> =>
      (await json<Nodes>(['talos', 'nodes', '--json'])).nodes.map((node) => Object.values(node).join(' '));

    const dry = await nigari(['bootstrap', 'talos', '--dry-run']);
    expect(dry.stdout).toContain(
      `talosctl apply-config --file <machine configuration> --insecure --nodes ${address(11)}`,
    );
    expect([...talos.nodes.values()].map(({ stage }) => stage)).toEqual(Array(4).fill('maintenance'));

    const first = await nigari(['bootstrap', 'talos']);
    expect(first.stdout).toContain('etcd has its first member: cp-1');
    expect(first.stdout).toContain('demo works: 4 nodes');
    expect(talos.calls('cp-1').filter(({ call }) => call.endsWith('Bootstrap'))).toHaveLength(1);
    expect(talos.calls('cp-2').filter(({ call }) => call.endsWith('Bootstrap'))).toEqual([]);
    const values = bundle();
    expect(filesWith(folder, values)).toEqual([]);
    expect(await nodes()).toEqual([
      `cp-1 ${address(11)} controller configured 1.13.0 1.36.0 true true`,
      `cp-2 ${address(12)} controller configured 1.13.0 1.36.0 true true`,
      `cp-3 ${address(13)} controller configured 1.13.0 1.36.0 true true`,
      `wk-1 ${address(21)} worker configured 1.13.0 1.36.0 true `,
    ]);

    const calls = (): number => changes(talos.calls('cp-1').map(({ call }) => call));
    const before = [calls(), readFileSync(join(folder, 'talos/secrets.sops.yaml'), 'utf8')];
    await nigari(['bootstrap', 'talos']);
    expect([calls(), readFileSync(join(folder, 'talos/secrets.sops.yaml'), 'utf8')]).toEqual(before);
    expect((await nigari(['talos', 'status'])).stdout).toContain('all is well');
    expect((await nigari(['talos', 'verify'])).stdout).not.toMatch(/^(fail|warning)/m);
    expect((await nigari(['talos', 'health'])).all).toContain('waiting for etcd to be healthy: OK');

    edit('cluster.yaml', (text) => text.replace('talos_version: 1.13.0', 'talos_version: 1.13.2'));
    expect((await nigari(['talos', 'upgrade'], 2)).stderr).toContain('(render-stale)');
    await nigari(['configure']);
    expect((await nigari(['talos', 'status'], 4)).stderr).toContain(
      'cp-1 runs Talos 1.13.0, not 1.13.2  (talos-version)',
    );
    expect((await nigari(['talos', 'diff', '--check'], 5)).stdout).toMatch(/^\+ +image: .*:v1\.13\.2$/m);
    await nigari(['talos', 'apply']);
    expect((await nigari(['talos', 'diff', '--check'])).stdout).toContain('every machine has the configuration');
    edit(
      'cluster.yaml',
      (text) => `${text}talos_patches: [{ machine: { sysctls: { vm.max_map_count: "262144" } } }]\n`,
    );
    await nigari(['configure']);
    expect((await nigari(['talos', 'apply', 'wk-1'])).stdout).toMatch(/^\+ +vm\.max_map_count: "262144"$/m);
    await nigari(['talos', 'diff', 'wk-1', '--check']);
    expect((await nigari(['talos', 'diff', 'cp-1', '--check'], 5)).stdout).toMatch(/^\+ +vm\.max_map_count/m);
    expect((await nigari(['talos', 'reset', 'wk-1'], 2)).stderr).toContain('(consent-needed)');
    expect(filesWith(folder, values)).toEqual([]);
  });

  test('gives its administrator’s credentials only where somebody asks for them', async () => {
    const { folder, nigari } = await talosProject({ 'cp-1': 11 });
    await nigari(['bootstrap', 'talos']);
    for (const name of ['kubeconfig', 'talosconfig'])
      expect((await nigari(['talos', name], 2)).stderr).toContain('(config-place)');
    expect((await nigari(['talos', 'kubeconfig', '--stdout'])).stdout).toContain('current-context: admin@demo');
    await nigari(['talos', 'kubeconfig', '--merge']);
    await nigari(['talos', 'talosconfig', '--merge', '--file', 'mine/talosconfig']);
    for (const file of ['.kube/config', 'mine/talosconfig'])
      expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
    const merged = await nigari(['talos', 'kubeconfig', '--merge']);
    expect(merged.stderr).toContain('updated  ~/.kube/config');
  });
});

/** Those that ask for nothing but a change. */
const changes = (calls: readonly string[]): number =>
  calls.filter((call) => /ApplyConfiguration|Bootstrap|Reset|Reboot|Upgrade/.test(call)).length;
