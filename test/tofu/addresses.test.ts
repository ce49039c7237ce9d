/**
 * Resource addresses are a promise: a state that exists is taken over, and no later render recreates a machine. The
 * states are made from what tofu itself planned, as if Proxmox had said yes to it.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withMoves } from '../../scripts/changes/history.ts';
import { swaps } from '../../scripts/changes/swaps.ts';
import { derive } from '../../scripts/config/derive.ts';
import type { ClusterYaml, NodeYaml } from '../../scripts/config/written.gen.ts';
import { temporaryFolder } from '../support/copy.ts';
import { renderModel, writeArtifacts } from '../support/render.ts';
import { realTool } from '../support/tools.ts';
import { initWithLocalState, plan, tofu, type PlannedResource } from '../support/tofu.ts';

const CLUSTER: ClusterYaml = {
  node_cidr: '10.0.0.0/24',
  cluster_api_addr: '10.0.0.10',
  proxmox_api_url: 'https://pve.example.com:8006',
  proxmox_node: 'pve',
  talos_version: '1.13.0',
};
const NODES: readonly NodeYaml[] = [
  { name: 'cp-1', address: '10.0.0.11', controller: true },
  { name: 'wk-1', address: '10.0.0.21', controller: false, encrypt_disk: true },
];
const ISO = 'proxmox_download_file.talos_iso["ce4c980550dd2ab1b17bbf2b08801c7eb59418eafe8f279833297925d67c7515-false"]';
const CP = 'proxmox_virtual_environment_vm.talos_node["cp-1"]';
const WK = 'proxmox_virtual_environment_vm.talos_node["wk-1"]';

/** Renders into `folder`; what is there is replaced, the state stays. */
async function write(
  folder: string,
  cluster: Partial<ClusterYaml> = {},
  nodes: readonly NodeYaml[] = NODES,
  moved: readonly (readonly [from: string, to: string])[] = [],
): Promise<void> {
  const before = { shared: {}, machines: new Map(), moved: new Map(moved) };
  const derived = derive({ cluster: { ...CLUSTER, ...cluster }, nodes: [...nodes] });
  const { model } = withMoves(derived, new Map([['infrastructure/tofu', before]]), false);
  await writeArtifacts(folder, 'infrastructure/tofu', (await renderModel(model)).artifacts);
}

/** The machines as they are once they run. */
let machines: readonly PlannedResource[] = [];

beforeAll(async () => {
  if (!realTool('tofu')) return;
  const folder = await temporaryFolder(afterAll);
  await write(folder);
  await initWithLocalState(folder);
  // The second plan knows what the provider makes of what the first left open.
  await saveState(folder, await plannedResources(folder));
  machines = await plannedResources(folder);
});

/** A folder whose machines exist. @param change what was different when they were made */
async function existing(
  change: (resource: PlannedResource) => PlannedResource = (resource) => resource,
): Promise<string> {
  const folder = await temporaryFolder();
  await write(folder);
  await initWithLocalState(folder);
  await saveState(folder, machines.map(change));
  return folder;
}

async function plannedResources(folder: string): Promise<readonly PlannedResource[]> {
  return (await plan(folder)).plan.planned_values.root_module.resources;
}

async function saveState(folder: string, resources: readonly PlannedResource[]): Promise<void> {
  const state = {
    version: 4,
    terraform_version: '1.11.0',
    serial: 1,
    lineage: 'fake',
    outputs: {},
    resources: resources.map(inState),
  };
  await writeFile(join(folder, 'terraform.tfstate'), JSON.stringify(state));
}

/** A resource as state format 4 has it, with what is known only once it is there. */
function inState({ type, index, values }: PlannedResource): object {
  const isImage = type.endsWith('download_file');
  const found = isImage ? { id: `local:iso/${String(values['file_name'])}`, size: 1 } : MACHINE_THAT_RUNS;
  const provider = 'provider["registry.opentofu.org/bpg/proxmox"]';
  const vm_id = isImage ? {} : { vm_id: values['vm_id'] ?? MACHINE_THAT_RUNS.vm_id };
  const instances = [{ index_key: index, schema_version: 0, attributes: { ...values, ...found, ...vm_id } }];
  return { mode: 'managed', type, name: isImage ? 'talos_iso' : 'talos_node', provider, instances };
}

const MACHINE_THAT_RUNS = {
  id: '100',
  vm_id: 100,
  cdrom: [{ interface: 'ide2', enabled: false, file_id: 'local:iso/talos-v1.13.0-ce4c980550dd.iso' }],
  ipv4_addresses: [],
  ipv6_addresses: [],
  mac_addresses: [],
  network_interface_names: [],
};

/** What a plan would do: actions by address, and where it was moved from. */
async function actions(folder: string): Promise<Readonly<Record<string, string>>> {
  const { resource_changes } = (await plan(folder)).plan;
  return Object.fromEntries(
    resource_changes.map(({ address, previous_address, change }) => [
      address,
      [...change.actions, ...(previous_address ? [`from ${previous_address}`] : [])].join(' '),
    ]),
  );
}

describe.skipIf(!realTool('tofu'))('machines that exist', () => {
  test('are left alone by the same render', async () => {
    expect(await actions(await existing())).toEqual({ [ISO]: 'no-op', [CP]: 'no-op', [WK]: 'no-op' });
  });

  test('are left alone when what counts only at creation changes', async () => {
    const folder = await existing();
    await write(
      folder,
      { node_first_boot: 'dhcp' },
      NODES.map((node) => ({ ...node, encrypt_disk: !node.encrypt_disk })),
    );
    expect(await actions(folder)).toEqual({ [ISO]: 'no-op', [CP]: 'no-op', [WK]: 'no-op' });
  });

  test('are updated in place by a new Talos version, and the new image comes before the old one goes', async () => {
    const folder = await existing();
    await write(folder, { talos_version: '1.13.1' });
    expect(await actions(folder)).toEqual({ [ISO]: 'create delete', [CP]: 'update', [WK]: 'update' });
  });

  test('are updated in place by another size, network, tag or order', async () => {
    const folder = await existing();
    const cluster = {
      proxmox_vlan_mode: true,
      node_vlan_tag: 20,
      proxmox_vm_advanced: { tags: ['new'], net_queues: 2, balloon: 1024 },
    };
    const sizes = { vm_cores: 16, vm_memory: 4096, vm_disk_size: 512, mtu: 9000, vm_startup_order: 50 };
    await write(
      folder,
      cluster,
      NODES.map((node) => ({ ...node, ...sizes })),
    );
    expect(await actions(folder)).toEqual({ [ISO]: 'no-op', [CP]: 'update', [WK]: 'update' });
  });

  test('stay when another node is added, removed or moved in the list', async () => {
    const folder = await existing();
    const [cp, wk] = NODES as [NodeYaml, NodeYaml];
    await write(folder, {}, [wk, { ...cp, name: 'cp-2', address: '10.0.0.12' }]);
    const other = 'proxmox_virtual_environment_vm.talos_node["cp-2"]';
    expect(await actions(folder)).toEqual({ [ISO]: 'no-op', [CP]: 'delete', [WK]: 'update', [other]: 'create' });
  });

  test.each<[string, readonly [string, string][], string]>([
    ['a rename', [['cp-1', 'new']], 'new'],
    [
      'a chain of renames',
      [
        ['cp-1', 'b'],
        ['b', 'new'],
      ],
      'new',
    ],
    [
      'a chain of which a part was applied',
      [
        ['a', 'cp-1'],
        ['cp-1', 'new'],
      ],
      'new',
    ],
    [
      'a name that came back',
      [
        ['cp-1', 'b'],
        ['b', 'cp-1'],
      ],
      'cp-1',
    ],
  ])('are found under their old name by %s', async (_, moved, name) => {
    const folder = await existing();
    const [cp, wk] = NODES as [NodeYaml, NodeYaml];
    // The MAC address is made from the name: as whoever renames a machine does, it is written down.
    const mac_addr = machines.find(({ index }) => index === 'cp-1')!.values['network_device'] as [
      { mac_address: string },
    ];
    await write(folder, {}, [{ ...cp, name, mac_addr: mac_addr[0].mac_address }, wk], moved);
    const address = `proxmox_virtual_environment_vm.talos_node["${name}"]`;
    const action = name === 'cp-1' ? 'no-op' : `update from ${CP}`;
    expect(await actions(folder)).toEqual({ [ISO]: 'no-op', [address]: action, [WK]: 'no-op' });
  });

  describe('that swap names', () => {
    const [cp, wk] = NODES as [NodeYaml, NodeYaml];
    const before = new Map([
      ['cp-1', { vm_id: 111 }],
      ['wk-1', { vm_id: 121 }],
    ]);
    const after = new Map([
      ['cp-1', { vm_id: 121 }],
      ['wk-1', { vm_id: 111 }],
    ]);
    const idOf = (index: string): number | undefined => before.get(index)?.vm_id;

    /** Rendered with the names swapped; the state has the old ones. */
    async function swapped(moved: readonly (readonly [string, string])[] = []): Promise<string> {
      const folder = await existing((resource) =>
        idOf(resource.index) === undefined
          ? resource
          : { ...resource, values: { ...resource.values, vm_id: idOf(resource.index) } },
      );
      const nodes = [
        { ...cp, ...after.get('cp-1') },
        { ...wk, ...after.get('wk-1') },
      ];
      await write(folder, {}, nodes);
      const blocks = moved.map(([from, to]) => `moved {\n  from = ${vmOf(from)}\n  to   = ${vmOf(to)}\n}\n`);
      await writeFile(join(folder, 'moved.tf'), blocks.join(''));
      return folder;
    }
    const vmOf = (name: string): string => `proxmox_virtual_environment_vm.talos_node["${name}"]`;

    test('are replaced where the state knows nothing of it', async () => {
      expect(await actions(await swapped())).toMatchObject({ [CP]: 'delete create', [WK]: 'delete create' });
    });

    test.each<[string, readonly [string, string][]]>([
      [
        'directly',
        [
          ['cp-1', 'wk-1'],
          ['wk-1', 'cp-1'],
        ],
      ],
      [
        'through a third name',
        [
          ['cp-1', 'spare-1'],
          ['wk-1', 'cp-1'],
          ['spare-1', 'wk-1'],
        ],
      ],
    ])('cannot be moved by blocks %s', async (_, moved) => {
      await expect(actions(await swapped(moved))).rejects.toThrow('Moved object still exists');
    });

    test('are kept by the commands that configure names', async () => {
      const folder = await swapped();
      const hint = swaps(before, after)[0]?.hint ?? '';
      const commands = [...hint.matchAll(/tofu state mv '(\S+)' '(\S+)'/g)];
      expect(commands).toHaveLength(3);
      for (const [, from = '', to = ''] of commands) await tofu(folder, 'state', 'mv', from, to);
      expect(await actions(folder)).toMatchObject({ [CP]: 'update', [WK]: 'update' });
    });
  });

  test('are replaced by another id or host, and by nothing less', async () => {
    const folder = await existing();
    const replaced = { [ISO]: 'no-op', [CP]: 'delete create', [WK]: 'no-op' };
    const [cp, wk] = NODES as [NodeYaml, NodeYaml];
    await write(folder, {}, [{ ...cp, vm_id: 200 }, wk]);
    expect(await actions(folder)).toEqual(replaced);
    await write(folder, { proxmox_node: 'pve2' });
    expect(await actions(folder)).toMatchObject({ [CP]: 'delete create', [WK]: 'delete create' });
    const rest = {
      bios: 'seabios',
      machine: 'i440fx',
      cpu_type: 'kvm64',
      scsi_hw: 'lsi',
      numa: false,
      ostype: 'other',
    };
    await write(folder, { proxmox_disk_storage: 'ceph', proxmox_vm_advanced: rest as never });
    expect(await actions(folder)).toEqual({ [ISO]: 'no-op', [CP]: 'update', [WK]: 'update' });
  });

  test("of MatherlyNet's project move over", async () => {
    const folder = await existing(asMatherlyNet);
    expect(await actions(folder)).toEqual({
      [ISO]:
        'update from proxmox_virtual_environment_download_file.talos_iso["ce4c980550dd2ab1b17bbf2b08801c7eb59418eafe8f279833297925d67c7515-false"]',
      [CP]: 'update',
      [WK]: 'update',
    });
  });
});

/** The differences of MatherlyNet's template: alias of the image's type, its flags, no TPM, no cloud-init, other defaults. */
function asMatherlyNet(resource: PlannedResource): PlannedResource {
  if (resource.type === 'proxmox_download_file') {
    return {
      ...resource,
      type: 'proxmox_virtual_environment_download_file',
      values: { ...resource.values, overwrite: true, overwrite_unmanaged: false },
    };
  }
  const agent = [{ enabled: true, timeout: '15m', trim: false, type: 'virtio', wait_for_ip: [] }];
  return {
    ...resource,
    values: {
      ...resource.values,
      agent,
      tpm_state: [],
      initialization: [],
      stop_on_destroy: false,
      reboot_after_update: true,
    },
  };
}
