/** What the real OpenTofu and the real provider make of every scenario. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ClusterModel, Model, NodeModel } from '../../scripts/types.ts';
import { temporaryFolder } from '../support/copy.ts';
import { renderScenario, scenarios, virtualScenarios, writeArtifacts, type Rendered } from '../support/render.ts';
import { realTool } from '../support/tools.ts';
import { initWithLocalState, initWithoutBackend, plan, SECRETS, tofu, type Plan } from '../support/tofu.ts';
import { unzip } from '../support/zip.ts';

const DIRECTORY = 'infrastructure/tofu';

/** Writes a scenario's OpenTofu files into a new folder. */
async function project(scenario: string): Promise<Rendered & { readonly folder: string }> {
  const rendered = await renderScenario(scenario);
  const folder = await temporaryFolder();
  await writeArtifacts(folder, DIRECTORY, rendered.artifacts);
  return { ...rendered, folder };
}

describe.skipIf(!realTool('tofu'))('real OpenTofu', () => {
  describe.each(virtualScenarios)('%s', (scenario) => {
    test('is formatted, initialises and validates without a warning', async () => {
      const { folder } = await project(scenario);
      expect(await tofu(folder, 'fmt', '-check', '-diff')).toBe('');
      await initWithoutBackend(folder);
      const { valid, diagnostics } = JSON.parse(await tofu(folder, 'validate', '-json')) as {
        valid: boolean;
        diagnostics: unknown[];
      };
      expect({ valid, diagnostics }).toEqual({ valid: true, diagnostics: [] });
    });

    test('plans the machines and images of the model, and the plan holds no secret', async () => {
      const { folder, model } = await project(scenario);
      await initWithLocalState(folder);
      const made = await plan(folder);
      expect(plannedImages(made.plan)).toEqual(expectedImages(model));
      expect(plannedMachines(made.plan)).toEqual(expectedMachines(model));
      expect(plannedOutputs(made.plan)).toEqual(expectedOutputs(model));
      expect(secretsIn(made.file)).toEqual([]);
    });
  });

  test('a token that is not ephemeral would be found in the plan', async () => {
    const { folder } = await project('minimal');
    const variables = join(folder, 'variables.tf');
    await writeFile(variables, (await readFile(variables, 'utf8')).replaceAll(/^ *ephemeral .*$/gm, ''));
    await initWithLocalState(folder);
    const { file } = await plan(folder);
    expect(secretsIn(file)).toEqual(['TF_VAR_proxmox_api_token_id', 'TF_VAR_proxmox_api_token_secret']);
  });
});

test.each(scenarios.filter((name) => !virtualScenarios.includes(name)))(
  'bare metal renders nothing for OpenTofu: %s',
  async (scenario) => {
    const { artifacts } = await renderScenario(scenario);
    expect(artifacts.map(({ path }) => path).filter((path) => path.startsWith('infrastructure/tofu/'))).toEqual([]);
  },
);

/** Names of the secrets that stand anywhere in a saved plan, packed or not. */
function secretsIn(file: Buffer): readonly string[] {
  const parts = [file, ...unzip(file).values()];
  return Object.entries(SECRETS)
    .filter(([, value]) => parts.some((part) => part.includes(value)))
    .map(([name]) => name);
}

type Values = Readonly<Record<string, unknown>>;

function planned(made: Plan, type: string): Readonly<Record<string, Values>> {
  const { resources } = made.planned_values.root_module;
  return Object.fromEntries(
    resources.filter((resource) => resource.type === type).map(({ address, values }) => [address, known(values)]),
  );
}

/** Without what is not set: null, and blocks that are not there. */
function known<T>(value: T): T {
  if (Array.isArray(value)) return value.map(known) as T;
  if (typeof value !== 'object' || value === null) return value;
  const set = Object.entries(value).filter(([, item]) => item !== null && !(Array.isArray(item) && item.length === 0));
  return Object.fromEntries(set.map(([key, item]) => [key, known(item)])) as T;
}

const plannedImages = (made: Plan) => planned(made, 'proxmox_download_file');

function expectedImages({ cluster, instances }: Model): Readonly<Record<string, Values>> {
  const images = instances.flatMap((instance) => instance.images);
  const all = images.map(({ key, file_name, url }) => {
    const fixed = {
      content_type: 'iso',
      overwrite: false,
      overwrite_unmanaged: true,
      upload_timeout: 600,
      verify: true,
    };
    const place = { node_name: cluster.proxmox_node, datastore_id: cluster.proxmox_iso_storage };
    return [`proxmox_download_file.talos_iso["${key}"]`, { ...fixed, ...place, file_name, url }] as const;
  });
  return Object.fromEntries(all);
}

const plannedMachines = (made: Plan) => planned(made, 'proxmox_virtual_environment_vm');

function expectedMachines({ cluster, nodes }: Model): Readonly<Record<string, Values>> {
  return Object.fromEntries(
    nodes.map((node) => [
      `proxmox_virtual_environment_vm.talos_node["${node.name}"]`,
      known(expectedMachine(cluster, node)),
    ]),
  );
}

/** Every attribute that a plan knows: what we set, beside the provider's own defaults. */
function expectedMachine(cluster: ClusterModel, node: NodeModel): Values {
  const advanced = cluster.proxmox_vm_advanced;
  const datastore_id = cluster.proxmox_disk_storage;
  return {
    ...PROVIDER_DEFAULTS,
    name: node.name,
    description: node.description,
    node_name: cluster.proxmox_node,
    ...(node.vm_id === null ? {} : { vm_id: node.vm_id }),
    tags: node.tags,
    started: true,
    on_boot: true,
    stop_on_destroy: true,
    reboot_after_update: false,
    bios: advanced.bios,
    machine: { q35: 'q35', i440fx: 'pc' }[advanced.machine],
    scsi_hardware: advanced.scsi_hw,
    boot_order: ['scsi0', 'ide2'],
    operating_system: [{ type: advanced.ostype }],
    serial_device: [{ device: 'socket' }],
    vga: [{ type: 'std', memory: 16 }],
    startup: [{ order: node.vm_startup_order, up_delay: node.vm_startup_delay, down_delay: node.vm_shutdown_delay }],
    agent: [
      {
        enabled: advanced.qemu_agent,
        timeout: '15m',
        trim: false,
        type: 'virtio',
        wait_for_ip: [{ disabled: true, ipv4: false, ipv6: false }],
      },
    ],
    cpu: [
      { ...CPU_DEFAULTS, cores: node.vm_cores, sockets: node.vm_sockets, type: advanced.cpu_type, numa: advanced.numa },
    ],
    memory: [{ dedicated: node.vm_memory, floating: advanced.balloon, shared: 0, keep_hugepages: false }],
    efi_disk: advanced.bios === 'ovmf' ? [{ datastore_id, type: '4m', pre_enrolled_keys: false }] : [],
    tpm_state: node.secureboot || node.encrypt_disk ? [{ datastore_id, version: 'v2.0' }] : [],
    disk: [
      {
        ...DISK_DEFAULTS,
        datastore_id,
        interface: 'scsi0',
        file_format: 'raw',
        size: node.vm_disk_size,
        discard: advanced.disk_discard ? 'on' : 'ignore',
        ssd: advanced.disk_ssd,
        backup: advanced.disk_backup,
        replicate: advanced.disk_replicate,
        iothread: advanced.scsi_hw === 'virtio-scsi-single',
      },
    ],
    cdrom: [{ interface: 'ide2', enabled: false }],
    initialization: cluster.node_first_boot === 'static' ? [expectedInitialization(cluster, node)] : [],
    network_device: [
      {
        ...NETWORK_DEFAULTS,
        bridge: advanced.network_bridge,
        model: 'virtio',
        mac_address: node.mac_addr.toUpperCase(),
        queues: advanced.net_queues,
        mtu: node.mtu ?? 0,
        vlan_id: cluster.proxmox_vlan_mode ? (cluster.node_vlan_tag ?? 0) : 0,
      },
    ],
  };
}

function expectedInitialization(cluster: ClusterModel, node: NodeModel): Values {
  const ipv4 = [
    { address: `${node.address}/${cluster.node_cidr.split('/')[1]}`, gateway: cluster.node_default_gateway },
  ];
  return {
    datastore_id: cluster.proxmox_disk_storage,
    interface: 'ide0',
    ip_config: [{ ipv4 }],
    dns: [{ servers: cluster.node_dns_servers }],
  };
}

/** What bpg/proxmox 0.112 plans where nothing is asked for. */
const PROVIDER_DEFAULTS: Values = {
  acpi: true,
  delete_unreferenced_disks_on_destroy: true,
  keyboard_layout: 'en-us',
  migrate: false,
  protection: false,
  purge_on_destroy: true,
  reboot: false,
  tablet_device: true,
  template: false,
  timeout_clone: 1800,
  timeout_create: 1800,
  timeout_migrate: 1800,
  timeout_move_disk: 1800,
  timeout_reboot: 1800,
  timeout_shutdown_vm: 1800,
  timeout_start_vm: 1800,
  timeout_stop_vm: 300,
};
const CPU_DEFAULTS: Values = { hotplugged: 0, limit: 0 };
const DISK_DEFAULTS: Values = { aio: 'io_uring', cache: 'none', queues: 0 };
const NETWORK_DEFAULTS: Values = { enabled: true, firewall: false, rate_limit: 0 };

function plannedOutputs(made: Plan): Values {
  return Object.fromEntries(Object.entries(made.planned_values.outputs).map(([name, { value }]) => [name, value]));
}

function expectedOutputs({ cluster, nodes }: Model): Values {
  const names = (role: NodeModel['role']) => nodes.filter((node) => node.role === role).map(({ name }) => name);
  return {
    node_addresses: Object.fromEntries(nodes.map(({ name, address }) => [name, address])),
    controller_nodes: names('controller'),
    worker_nodes: names('worker'),
    talos_version: cluster.talos_version,
    kubernetes_version: cluster.kubernetes_version,
    cluster_summary: expect.stringContaining(`https://${cluster.cluster_api_addr}:6443`),
    next_steps: expect.stringContaining(`talosctl version --insecure --nodes ${nodes[0]?.address}`),
  };
}
