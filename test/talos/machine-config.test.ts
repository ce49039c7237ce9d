/** What the real talosctl makes of the patches: valid machine configurations that say what the inputs say. */
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { derive } from '../../scripts/config/derive.ts';
import { defaultKubernetesVersion } from '../../scripts/config/talos-versions.ts';
import { emptyFolder } from '../support/project.ts';
import { renderModel, scenarios, scenarioTexts, writeArtifacts, writtenIn } from '../support/render.ts';
import {
  clusterOf,
  documentsOf,
  generateConfig,
  generateSecrets,
  talhelperConfigs,
  validateConfig,
  type Documents,
} from '../support/talos/generate.ts';
import { realTool } from '../support/tools.ts';

/** The versions whose dialects the real talosctl knows: it stays below 1.14. */
const CONTRACTS = ['1.11.5', '1.12.0', '1.13.9'];

/** A scenario, for another version of Talos. */
async function written(scenario: string, talosVersion: string) {
  const { cluster, nodes } = writtenIn(await scenarioTexts(scenario));
  const versions = {
    talos_version: talosVersion,
    kubernetes_version: defaultKubernetesVersion(talosVersion),
  };
  return { cluster: { ...cluster, ...versions }, nodes };
}

/** The project's `talos/` on disk, for one call. */
async function rendered(input: Awaited<ReturnType<typeof written>>) {
  const { artifacts } = await renderModel(derive(input).model);
  const root = emptyFolder();
  await writeArtifacts(join(root, 'talos'), 'talos', artifacts);
  const bytes = artifacts.find(({ path }) => path === 'talos/cluster.yaml')?.bytes;
  return { root, cluster: clusterOf(new TextDecoder().decode(bytes)) };
}

/** What the document without a kind says of the machine. */
const machineOf = ([main]: Documents) => (main?.['machine'] ?? {}) as Readonly<Record<string, unknown>>;

let secrets = '';

/** The configurations of all nodes, by name. */
async function generated(input: Awaited<ReturnType<typeof written>>): Promise<ReadonlyMap<string, string>> {
  const { root, cluster } = await rendered(input);
  const configs = new Map<string, string>();
  for (const node of cluster.nodes) configs.set(node.name, await generateConfig(root, cluster, node, secrets));
  return configs;
}

describe.skipIf(realTool('talosctl') === null)('with the real talosctl', { timeout: 60_000 }, () => {
  beforeAll(async () => {
    secrets = await generateSecrets('1.13.0');
  });

  describe.each(scenarios)('the machines of %s', (scenario) => {
    test.each(CONTRACTS)('have valid configurations for Talos %s, the same each time', async (version) => {
      const input = await written(scenario, version);
      const configs = await generated(input);
      for (const [name, config] of configs) await expect(validateConfig(config), name).resolves.toBeDefined();
      expect(await generated(input)).toEqual(configs);
    });
  });

  test.each(['1.9.5', '1.10.0'])('older contracts of the same dialect are valid as well: %s', async (version) => {
    const configs = await generated(await written('talos-legacy', version));
    for (const config of configs.values()) await expect(validateConfig(config)).resolves.toBeDefined();
  });

  test("labels, modules and disks are the nodes' own", async () => {
    const configs = await generated(await written('talos-options', '1.13.9'));
    const machine = (name: string) => machineOf(documentsOf(configs.get(name) ?? ''));
    expect(machine('cp-1')['nodeLabels']).toEqual({
      'node-role.kubernetes.io/gpu': '',
    });
    expect(machine('wk-1')).toMatchObject({
      install: {
        diskSelector: {
          size: '>= 100GB',
          type: 'nvme',
          model: 'WDC*',
          serial: 'S4E*',
          wwid: 'naa.5*',
        },
      },
      kernel: { modules: [{ name: 'nbd' }, { name: 'dm_thin_pool' }] },
      nodeLabels: {
        'topology.kubernetes.io/zone': 'rack-1',
        'example.com/rack': '1',
      },
    });
    expect(machine('wk-1')['install']).not.toHaveProperty('disk');
    expect(machine('wk-4')['install']).toMatchObject({
      disk: '/dev/disk/by-id/ata-x',
    });
  });

  test('what the cluster says is in the configuration of each node', async () => {
    const configs = await generated(await written('talos-options', '1.13.9'));
    const [{ cluster }] = documentsOf(configs.get('cp-1') ?? '') as [{ cluster: object }];
    expect(cluster).toMatchObject({
      allowSchedulingOnControlPlanes: true,
      apiServer: { certSANs: ['127.0.0.1', '10.0.0.10', 'k8s.example.com'] },
      controlPlane: { endpoint: 'https://10.0.0.10:6443' },
      discovery: { enabled: false },
      etcd: { advertisedSubnets: ['10.0.0.0/24'] },
      network: {
        cni: { name: 'none' },
        podSubnets: ['10.42.0.0/16'],
        serviceSubnets: ['10.43.0.0/16'],
      },
      proxy: { disabled: true },
    });
  });
});

describe.skipIf(realTool('talosctl') === null || realTool('talhelper') === null)('with the real talhelper', () => {
  beforeAll(async () => {
    secrets = await generateSecrets('1.13.0');
  });

  /** In one order: the programs have an order each. */
  const inOrder = (config: string): readonly string[] =>
    documentsOf(config)
      .map((document) => JSON.stringify(document, sortedKeys))
      .toSorted();

  test.each(scenarios.flatMap((scenario) => [[scenario, '1.11.5'] as const, [scenario, '1.13.0'] as const]))(
    'the configurations of %s for Talos %s say exactly what those of talosctl say',
    { timeout: 60_000 },
    async (scenario, version) => {
      const { cluster, nodes } = await written(scenario, version);
      const input = { cluster: { ...cluster, talos_driver: 'talhelper' as const }, nodes };
      const { root, cluster: rendering } = await rendered(input);
      const theirs = await talhelperConfigs(root, rendering, secrets, join(root, 'clusterconfig'));
      const ours = await generated(input);
      expect([...theirs.keys()]).toEqual([...ours.keys()]);
      for (const [name, config] of theirs) expect(inOrder(config), name).toEqual(inOrder(ours.get(name) ?? ''));
    },
  );
});

/** For JSON.stringify: the order of keys says nothing. */
function sortedKeys(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
