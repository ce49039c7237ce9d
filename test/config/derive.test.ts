import { describe, expect, test } from 'vitest';
import clusterSchema from '../../schemas/cluster.schema.json' with { type: 'json' };
import nodesSchema from '../../schemas/nodes.schema.json' with { type: 'json' };
import { derive } from '../../scripts/config/derive.ts';
import { isSecret, reveal } from '../../scripts/config/secret.ts';
import type { ClusterYaml, NodeYaml, SchematicYaml } from '../../scripts/config/written.gen.ts';
import { SECRET_KEYS, type Derived, type Origin } from '../../scripts/types.ts';

const NETWORK: ClusterYaml = { node_cidr: '10.0.0.0/24', cluster_api_addr: '10.0.0.10' };
const PROXMOX: ClusterYaml = { ...NETWORK, proxmox_api_url: 'https://pve.example.com:8006', proxmox_node: 'pve' };
const CONTROLLER: NodeYaml = { name: 'cp-1', address: '10.0.0.11', controller: true };
const WORKER: NodeYaml = { name: 'wk-1', address: '10.0.0.21', controller: false };
const GUEST_AGENT = 'ce4c980550dd2ab1b17bbf2b08801c7eb59418eafe8f279833297925d67c7515';
const OTHER = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba';

function derived(cluster: ClusterYaml = PROXMOX, nodes: readonly NodeYaml[] = [CONTROLLER, WORKER]): Derived {
  return derive({ cluster, nodes: [...nodes] });
}
const clusterOf = (cluster: Partial<ClusterYaml> = {}) => derived({ ...PROXMOX, ...cluster }).model.cluster;
const nodeOf = (node: Partial<NodeYaml> = {}, cluster: Partial<ClusterYaml> = {}) =>
  derived({ ...PROXMOX, ...cluster }, [{ ...CONTROLLER, ...node }]).model.nodes[0]!;
const instanceOf = (cluster: Partial<ClusterYaml> = {}) => derived({ ...PROXMOX, ...cluster }).model.instances[0]!;

/** An origin in one line: the winner, and behind `<` what it beat. */
function told(origin: Origin | undefined): string {
  if (!origin) return 'missing';
  const own =
    origin.from === 'written'
      ? origin.path.join('/')
      : origin.from === 'built-in'
        ? `${origin.name}=${String(origin.value)}`
        : `of ${origin.of.join(', ')}`;
  return [own, ...origin.beat.map(told)].join(' < ');
}

describe('cluster.yaml', () => {
  test('every key of the schema is in the model but for where secrets come from, and no other', () => {
    const keys = Object.keys(clusterSchema.properties).filter((key) => key !== 'secrets');
    expect(Object.keys(clusterOf()).toSorted()).toEqual(keys.toSorted());
  });

  test('what is not written gets its default', () => {
    expect(clusterOf()).toMatchObject({
      node_cidr: '10.0.0.0/24',
      node_default_gateway: '10.0.0.1',
      node_dns_servers: ['1.1.1.1', '1.0.0.1'],
      node_ntp_servers: ['162.159.200.1', '162.159.200.123'],
      node_vlan_tag: null,
      proxmox_vlan_mode: false,
      node_first_boot: 'static',
      cluster_name: 'kubernetes',
      cluster_api_tls_sans: [],
      cluster_pod_cidr: '10.42.0.0/16',
      cluster_svc_cidr: '10.43.0.0/16',
      talos_version: '1.12.0',
      kubernetes_version: '1.35.0',
      proxmox_insecure: false,
      proxmox_iso_storage: 'local',
      proxmox_disk_storage: 'local-lvm',
      proxmox_vm_defaults: { cores: 4, sockets: 1, memory: 8192, disk_size: 128 },
      proxmox_vm_controller_defaults: { cores: 4, sockets: 1, memory: 8192, disk_size: 64 },
      proxmox_vm_worker_defaults: { cores: 8, sockets: 1, memory: 16384, disk_size: 256 },
      proxmox_vm_advanced: {
        bios: 'ovmf',
        machine: 'q35',
        cpu_type: 'host',
        scsi_hw: 'virtio-scsi-pci',
        balloon: 0,
        net_queues: 4,
      },
      cloudflare_domain: null,
      tfstate_url: null,
      tfstate_name: 'proxmox',
      vars: {},
    });
  });

  test.each([
    ['https://pve:8006', 'https://pve:8006'],
    ['https://pve:8006/', 'https://pve:8006'],
    ['https://pve:8006/api2/json', 'https://pve:8006'],
    ['https://pve:8006/api2/json/', 'https://pve:8006'],
  ])('proxmox_api_url %s becomes %s', (url, endpoint) =>
    expect(clusterOf({ proxmox_api_url: url }).proxmox_api_url).toBe(endpoint),
  );

  test('a VLAN tag is a number, however it was written', () => {
    expect([clusterOf({ node_vlan_tag: '20' }).node_vlan_tag, clusterOf({ node_vlan_tag: 20 }).node_vlan_tag]).toEqual([
      20, 20,
    ]);
  });

  test.each([
    ['1.12.4', '1.35.0'],
    ['1.13.0', '1.36.0'],
  ])('Talos %s brings Kubernetes %s', (talos_version, kubernetes) =>
    expect(clusterOf({ talos_version }).kubernetes_version).toBe(kubernetes),
  );

  test('secrets are marked values, and null when not written', () => {
    const all = Object.fromEntries(SECRET_KEYS.map((key) => [key, `value of ${key}`]));
    const [none, some] = [clusterOf(), clusterOf(all)];
    expect(SECRET_KEYS.map((key) => none[key])).toEqual(SECRET_KEYS.map(() => null));
    expect(SECRET_KEYS.map((key) => isSecret(some[key]) && reveal(some[key]))).toEqual(
      SECRET_KEYS.map((key) => `value of ${key}`),
    );
  });

  test.each<[Partial<ClusterYaml>, string | null]>([
    [{}, null],
    [{ cloudflare_domain: 'example.com' }, 'terraform'],
    [{ tfstate_url: 'https://state.example.com' }, 'terraform'],
    [{ tfstate_username: 'me' }, 'me'],
    [{ cloudflare_domain: 'example.com', tfstate_username: 'me' }, 'me'],
  ])('with %j the user of the state is %s', (cluster, user) => {
    const { tfstate_username } = clusterOf(cluster);
    expect(tfstate_username && reveal(tfstate_username)).toBe(user);
  });
});

describe('nodes.yaml', () => {
  test('every key of the schema is in the model', () => {
    expect(Object.keys(nodeOf())).toEqual(expect.arrayContaining(Object.keys(nodesSchema.definitions.node.properties)));
  });

  test('a controller that says nothing', () => {
    expect(nodeOf()).toEqual({
      name: 'cp-1',
      address: '10.0.0.11',
      address_cidr: '10.0.0.11/24',
      controller: true,
      role: 'controller',
      description: 'Talos Linux control plane node',
      disk: '/dev/sda',
      disk_selector: null,
      disk_match: 'disk.dev_path == "/dev/sda"',
      mac_addr: 'bc:24:11:68:49:a4',
      schematic_id: GUEST_AGENT,
      schematic: null,
      image: `${GUEST_AGENT}-false`,
      install_image: `factory.talos.dev/nocloud-installer/${GUEST_AGENT}:v1.12.0`,
      mtu: null,
      secureboot: false,
      encrypt_disk: false,
      tpm: false,
      kernel_modules: [],
      labels: {},
      talos_patches: [],
      tags: ['controller', 'kubernetes', 'linux', 'talos'],
      vm_id: null,
      vm_cores: 4,
      vm_sockets: 1,
      vm_memory: 8192,
      vm_disk_size: 64,
      vm_startup_order: 4,
      vm_startup_delay: 15,
      vm_shutdown_delay: 60,
      vars: {},
    });
  });

  test('a worker that says everything', () => {
    const everything: NodeYaml = {
      ...WORKER,
      disk: '/dev/nvme0n1',
      mac_addr: 'AA-BB-CC-00-11-22',
      schematic_id: OTHER,
      mtu: 9000,
      secureboot: true,
      encrypt_disk: true,
      kernel_modules: ['nbd'],
      labels: { rack: 'b2' },
      talos_patches: [{ machine: {} }],
      vm_id: 801,
      vm_cores: 2,
      vm_sockets: 2,
      vm_memory: 2048,
      vm_disk_size: 32,
      vm_startup_order: 9,
      vm_startup_delay: 0,
      vm_shutdown_delay: 5,
      vars: { rack: 'b2' },
    };
    expect(derived(PROXMOX, [everything]).model.nodes[0]).toEqual({
      ...everything,
      mac_addr: 'aa:bb:cc:00:11:22',
      schematic: null,
      address_cidr: '10.0.0.21/24',
      role: 'worker',
      description: 'Talos Linux worker node',
      disk_selector: null,
      disk_match: 'disk.dev_path == "/dev/nvme0n1"',
      image: `${OTHER}-true`,
      install_image: `factory.talos.dev/nocloud-installer-secureboot/${OTHER}:v1.12.0`,
      tpm: true,
      tags: ['kubernetes', 'linux', 'talos', 'worker'],
    });
  });

  test('a TPM comes with secure boot or an encrypted disk', () => {
    const tpm = (secureboot: boolean, encrypt_disk: boolean) => nodeOf({ secureboot, encrypt_disk }).tpm;
    expect([tpm(false, false), tpm(true, false), tpm(false, true), tpm(true, true)]).toEqual([false, true, true, true]);
  });

  test('tags are lower-case, sorted, without repeats, and hold the role', () => {
    expect(nodeOf({}, { proxmox_vm_advanced: { tags: ['Zeta', 'alpha', 'ALPHA', 'Controller'] } }).tags).toEqual([
      'alpha',
      'controller',
      'zeta',
    ]);
  });

  test('the place in the list gives the startup order', () => {
    const nodes = ['a', 'b', 'c'].map((name, index) => ({ ...WORKER, name, address: `10.0.0.${30 + index}` }));
    expect(derived(PROXMOX, nodes).model.nodes.map((node) => node.vm_startup_order)).toEqual([4, 5, 6]);
  });
});

describe('the schematic', () => {
  const of = (...names: readonly string[]): SchematicYaml => ({
    customization: { systemExtensions: { officialExtensions: names.map((name) => `siderolabs/${name}`) } },
  });
  const ISCSI = '613e1592b2da41ae5e265e8789429f22e121aab91cb4deb6bc3c0b6262961245';
  const shared = { talos_schematic: of('util-linux-tools', 'iscsi-tools', 'util-linux-tools') };

  test.each<[string, Partial<NodeYaml>, Partial<ClusterYaml>, string, SchematicYaml | null]>([
    ['nothing written', {}, {}, GUEST_AGENT, null],
    ["the cluster's", {}, shared, ISCSI, of('iscsi-tools', 'util-linux-tools')],
    [
      "a node's beats the cluster's",
      { schematic: of('qemu-guest-agent') },
      shared,
      GUEST_AGENT,
      of('qemu-guest-agent'),
    ],
    ["a node's id beats the cluster's", { schematic_id: OTHER }, shared, OTHER, null],
    ['one without anything', { schematic: {} }, shared, OTHER, {}],
  ])('is that of %s', (_, node, cluster, id, content) => {
    const { schematic_id, schematic, image } = nodeOf(node, cluster);
    expect({ schematic_id, schematic, image }).toEqual({ schematic_id: id, schematic: content, image: `${id}-false` });
  });

  test('gives the image that VMs boot from', () => {
    const [image] = derived({ ...PROXMOX, ...shared }, [WORKER]).model.instances[0]?.images ?? [];
    expect(image?.url).toBe(`https://factory.talos.dev/image/${ISCSI}/v1.12.0/nocloud-amd64.iso`);
  });

  test('knows where it is from', () => {
    const { origins } = derived({ ...PROXMOX, ...shared }, [{ ...WORKER, schematic: of('drbd') }]);
    expect(origins.get('nodes[0].schematic_id')).toMatchObject({
      from: 'computed',
      of: ['nodes[0].schematic'],
      beat: [{ from: 'computed', of: ['cluster.talos_schematic'], value: ISCSI }, { from: 'built-in' }],
    });
  });
});

describe('the size of a VM', () => {
  const global = { proxmox_vm_defaults: { cores: 2 } };
  const role = { proxmox_vm_controller_defaults: { cores: 6 }, proxmox_vm_worker_defaults: { cores: 12 } };
  const builtIn = 'proxmox_vm_controller_defaults.cores=4 < proxmox_vm_defaults.cores=4';

  test.each<[string, Partial<NodeYaml>, Partial<ClusterYaml>, number, string]>([
    ['nothing written', {}, {}, 4, builtIn],
    [
      'the global default beats the built-in role',
      {},
      global,
      2,
      `cluster.yaml/proxmox_vm_defaults/cores < ${builtIn}`,
    ],
    ['the role beats the built-in role', {}, role, 6, `cluster.yaml/proxmox_vm_controller_defaults/cores < ${builtIn}`],
    [
      'the role beats the global default',
      {},
      { ...global, ...role },
      6,
      `cluster.yaml/proxmox_vm_controller_defaults/cores < cluster.yaml/proxmox_vm_defaults/cores < ${builtIn}`,
    ],
    [
      'the node beats all',
      { vm_cores: 1 },
      { ...global, ...role },
      1,
      `nodes.yaml/nodes/0/vm_cores < cluster.yaml/proxmox_vm_controller_defaults/cores < cluster.yaml/proxmox_vm_defaults/cores < ${builtIn}`,
    ],
  ])('%s', (_, node, cluster, cores, source) => {
    const { model, origins } = derived({ ...PROXMOX, ...cluster }, [{ ...CONTROLLER, ...node }]);
    expect(model.nodes[0]?.vm_cores).toBe(cores);
    expect(told(origins.get('nodes[0].vm_cores'))).toBe(source);
  });

  test('each value is looked up on its own', () => {
    const node = nodeOf(
      { vm_memory: 4096 },
      { proxmox_vm_defaults: { cores: 2, memory: 1024 }, proxmox_vm_controller_defaults: { disk_size: 99 } },
    );
    expect(node).toMatchObject({ vm_cores: 2, vm_sockets: 1, vm_memory: 4096, vm_disk_size: 99 });
  });

  test('the model offers what a role gets', () => {
    const { proxmox_vm_defaults, proxmox_vm_controller_defaults, proxmox_vm_worker_defaults } = clusterOf({
      ...global,
      proxmox_vm_worker_defaults: { memory: 1024 },
    });
    expect(proxmox_vm_defaults).toEqual({ cores: 2, sockets: 1, memory: 8192, disk_size: 128 });
    expect(proxmox_vm_controller_defaults).toEqual({ cores: 2, sockets: 1, memory: 8192, disk_size: 64 });
    expect(proxmox_vm_worker_defaults).toEqual({ cores: 2, sockets: 1, memory: 1024, disk_size: 256 });
  });
});

describe('origins', () => {
  test.each([
    ['cluster.node_cidr', 'cluster.yaml/node_cidr'],
    ['cluster.cluster_name', 'cluster_name=kubernetes'],
    ['cluster.talos_version', 'cluster.yaml/talos_version < talos_version=1.12.0'],
    ['cluster.kubernetes_version', 'of cluster.talos_version'],
    ['cluster.node_default_gateway', 'cluster.yaml/node_default_gateway < of cluster.node_cidr'],
    ['cluster.tfstate_url', 'of cluster.cloudflare_domain < tfstate_url=null'],
    ['cluster.node_vlan_tag', 'node_vlan_tag=null'],
    ['cluster.proxmox_vm_advanced.balloon', 'cluster.yaml/proxmox_vm_advanced/balloon < proxmox_vm_advanced.balloon=0'],
    ['nodes[1].disk', 'nodes[].disk=/dev/sda'],
    ['nodes[1].mac_addr', 'of cluster.cluster_name, nodes[1].name'],
    ['nodes[1].vm_id', 'nodes.yaml/nodes/1/vm_id < nodes[].vm_id=null'],
    ['nodes[1].vm_startup_order', 'of nodes[1]'],
    ['nodes[1]', 'nodes.yaml/nodes/1'],
    ['nodes[1].role', 'of nodes[1].controller'],
    ['nodes[1].address_cidr', 'of nodes[1].address, cluster.node_cidr'],
    ['nodes[1].image', 'of nodes[1].schematic_id, nodes[1].secureboot'],
    ['nodes[1].tpm', 'of nodes[1].secureboot, nodes[1].encrypt_disk'],
    ['nodes[1].tags', 'of cluster.proxmox_vm_advanced.tags, nodes[1].controller'],
    ['nodes[1].description', 'of nodes[1].controller'],
    ['instances[0].directory', 'instances[].directory=infrastructure/tofu'],
    ['instances[0].backend.kind', 'of cluster.tfstate_url'],
    ['instances[0].backend.lock_address', 'of cluster.tfstate_url, cluster.tfstate_name'],
    ['instances[0].state_encryption', 'of cluster.state_encryption_passphrase'],
    ['instances[0].images[0].schematic_id', 'of nodes[0].schematic_id'],
    ['instances[0].images[0].url', 'of nodes[0].schematic_id, nodes[0].secureboot, cluster.talos_version'],
    ['instances[0].images[1].secureboot', 'of nodes[1].secureboot'],
  ])('%s comes from %s', (path, source) => {
    const cluster = {
      ...PROXMOX,
      talos_version: '1.13.0',
      node_default_gateway: '10.0.0.2',
      cloudflare_domain: 'example.com',
      proxmox_vm_advanced: { balloon: 1 },
    };
    expect(told(derived(cluster, [CONTROLLER, { ...WORKER, vm_id: 801, secureboot: true }]).origins.get(path))).toBe(
      source,
    );
  });

  const everything: readonly (readonly [string, Derived])[] = [
    ['VMs', derived({ ...PROXMOX, cloudflare_domain: 'example.com' })],
    ['local state', derived()],
    ['bare metal', derived(NETWORK)],
  ];

  test.each(everything)('every leaf has one, and every node: %s', (_, { model, origins }) => {
    const leaves = (value: unknown, path: string): readonly string[] => {
      if (Array.isArray(value) && typeof value[0] === 'object')
        return value.flatMap((item, index) => leaves(item, `${path}[${index}]`));
      const inner =
        typeof value === 'object' &&
        value !== null &&
        !Array.isArray(value) &&
        !isSecret(value) &&
        !/\.(vars|labels)$/.test(path);
      return inner ? Object.entries(value).flatMap(([key, item]) => leaves(item, `${path}.${key}`)) : [path];
    };
    const expected = [
      ...leaves(model.cluster, 'cluster'),
      ...model.nodes.flatMap((node, index) => [`nodes[${index}]`, ...leaves(node, `nodes[${index}]`)]),
      ...model.instances.flatMap((instance, index) => leaves(instance, `instances[${index}]`)),
      ...leaves(model.talos, 'talos'),
    ];
    expect([...origins.keys()].toSorted()).toEqual(expected.toSorted());
  });

  test.each(everything)('a computed one names only paths that have one, never itself: %s', (_, { origins }) => {
    const below = (origin: Origin | undefined, above: readonly string[]): readonly string[] => {
      if (origin === undefined) return [`${above.at(-1)} has no origin`];
      const named = origin.from === 'computed' ? origin.of : [];
      return [
        ...named.flatMap((path) =>
          above.includes(path) ? [`${path} in a circle`] : below(origins.get(path), [...above, path]),
        ),
        ...origin.beat.flatMap((beaten) => below(beaten, above)),
      ];
    };
    expect([...origins].flatMap(([path, origin]) => below(origin, [path]))).toEqual([]);
    const computed = [...origins.values()].filter(({ from }) => from === 'computed');
    expect(computed.every((origin) => origin.from === 'computed' && origin.of.length > 0)).toBe(true);
  });
});

describe('MAC addresses', () => {
  const macs = (nodes: readonly NodeYaml[], cluster_name = 'kubernetes') =>
    derived({ ...PROXMOX, cluster_name }, nodes).model.nodes.map((node) => node.mac_addr);

  /** SHA-256 of `kubernetes/cp-1` begins 6849a4e78a41, of `homelab/cp-1` f25ba7: these never change. */
  test('are made of cluster and node name', () => {
    expect(macs([CONTROLLER])).toEqual(['bc:24:11:68:49:a4']);
    expect(macs([CONTROLLER], 'homelab')).toEqual(['bc:24:11:f2:5b:a7']);
  });

  test('do not depend on the other nodes', () => {
    expect(macs([WORKER, CONTROLLER])[1]).toBe(macs([CONTROLLER, WORKER])[0]);
  });

  test('a taken one gives way to the next three bytes of the digest', () => {
    const holder = { ...WORKER, mac_addr: 'BC24.1168.49A4' };
    expect(macs([CONTROLLER, holder])).toEqual(['bc:24:11:e7:8a:41', 'bc:24:11:68:49:a4']);
  });

  test.each(['AA:BB:CC:00:11:22', 'aa-bb-cc-00-11-22', 'AABB.CC00.1122'])('%s is normalised', (mac_addr) => {
    expect(nodeOf({ mac_addr }).mac_addr).toBe('aa:bb:cc:00:11:22');
  });

  test('of 10,000 nodes are all different', () => {
    const nodes = Array.from({ length: 10_000 }, (_, index) => ({ ...WORKER, name: `n${index}` }));
    expect(new Set(macs(nodes)).size).toBe(10_000);
  });
});

describe('instances', () => {
  test('there is one, called proxmox', () => {
    expect(derived().model.instances).toEqual([
      {
        stack: 'proxmox',
        kind: 'talos-vms',
        engine: 'tofu',
        directory: 'infrastructure/tofu',
        secrets_file: 'infrastructure/secrets.sops.yaml',
        backend: { kind: 'local', address: null, lock_address: null },
        state_encryption: false,
        images: [
          {
            key: `${GUEST_AGENT}-false`,
            schematic_id: GUEST_AGENT,
            secureboot: false,
            file_name: 'talos-v1.12.0-ce4c980550dd.iso',
            url: `https://factory.talos.dev/image/${GUEST_AGENT}/v1.12.0/nocloud-amd64.iso`,
          },
        ],
        moved: [],
      },
    ]);
  });

  test('bare metal has none, and its nodes are filled in all the same', () => {
    const { model } = derived(NETWORK);
    expect(model.instances).toEqual([]);
    const onVms = derived().model.nodes;
    const image = (text: string): string => text.replace('/nocloud-installer/', '/metal-installer/');
    expect(model.nodes).toEqual(onVms.map((node) => ({ ...node, install_image: image(node.install_image) })));
  });

  test.each<[Partial<ClusterYaml>, string | null]>([
    [{}, null],
    [{ cloudflare_domain: 'example.com' }, 'https://tfstate.example.com/states/proxmox'],
    [{ tfstate_url: 'https://s.example.com/base' }, 'https://s.example.com/base/proxmox'],
    [{ tfstate_url: 'https://s.example.com/base//' }, 'https://s.example.com/base/proxmox'],
    [{ tfstate_url: 'http://s', cloudflare_domain: 'example.com', tfstate_name: 'two' }, 'http://s/two'],
  ])('with %j the state is at %s', (cluster, address) => {
    const expected =
      address === null
        ? { kind: 'local', address, lock_address: null }
        : { kind: 'http', address, lock_address: `${address}/lock` };
    expect(instanceOf(cluster).backend).toEqual(expected);
  });

  test('a passphrase switches the encryption of the state on', () => {
    expect(instanceOf({ state_encryption_passphrase: 'a passphrase of words' }).state_encryption).toBe(true);
  });

  test('one image for each schematic with and without secure boot', () => {
    const nodes = [
      CONTROLLER,
      { ...WORKER, name: 'b', secureboot: true },
      { ...WORKER, name: 'c', schematic_id: OTHER },
      { ...WORKER, name: 'd', secureboot: true },
    ];
    const { model } = derived({ ...PROXMOX, talos_version: '1.13.2' }, nodes);
    expect(model.instances[0]?.images.map(({ key, file_name }) => [key, file_name])).toEqual([
      [`${GUEST_AGENT}-false`, 'talos-v1.13.2-ce4c980550dd.iso'],
      [`${GUEST_AGENT}-true`, 'talos-v1.13.2-ce4c980550dd-secureboot.iso'],
      [`${OTHER}-false`, 'talos-v1.13.2-376567988ad3.iso'],
    ]);
    expect(model.instances[0]?.images[1]?.url).toBe(
      `https://factory.talos.dev/image/${GUEST_AGENT}/v1.13.2/nocloud-amd64-secureboot.iso`,
    );
  });
});

describe('the model', () => {
  test('is frozen to its depth, and the config is not', () => {
    const config = {
      cluster: { ...PROXMOX, vars: { deep: { list: [{ a: 1 }] } } },
      nodes: [{ ...WORKER, kernel_modules: ['nbd'] }],
      locate: () => null,
    };
    const { model } = derive(config);
    const loose = (value: unknown): boolean =>
      typeof value === 'object' &&
      value !== null &&
      !isSecret(value) &&
      (!Object.isFrozen(value) || Object.values(value).some(loose));
    expect(loose(model)).toBe(false);
    config.cluster.vars.deep.list[0]!.a = 2;
    config.nodes[0]!.kernel_modules.push('drbd');
    expect([model.cluster.vars, model.nodes[0]?.kernel_modules]).toEqual([{ deep: { list: [{ a: 1 }] } }, ['nbd']]);
  });

  test('is the same for the same config', () => {
    expect(derived().model).toEqual(derived().model);
  });
});
