/** Kinds of resources: what `talosctl get` can show. Types, namespaces and columns as in Talos v1.13. */
import { configVersion } from './kubernetes/objects.ts';
import { machineStatus, nodeName } from './life.ts';
import { isController, textAt } from './machine-config.ts';
import { servicesOf } from './services.ts';
import { clusterOf, nodesOf, type Disk, type TalosNode, type World } from './world.ts';

export interface Resource {
  readonly id: string;
  /** As YAML; `talosctl get` shows it. */
  readonly spec: unknown;
  /** As a message, for what `talosctl` reads itself: type in `protocol.ts`, and value. */
  readonly message?: readonly [string, object];
  readonly version?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Kind {
  /** `Disks.block.talos.dev`: the first word in the plural. */
  readonly type: string;
  readonly namespace: string;
  readonly aliases?: readonly string[];
  /** Heading and path of each column. */
  readonly columns?: Readonly<Record<string, string>>;
  /** Not shown in maintenance mode. */
  readonly secret?: boolean;
  readonly list: (node: TalosNode, world: World) => readonly Resource[];
}

const GIGA = 1_000_000_000;

/** Talos leaves out what it does not know of a disk. */
const disk = ({ path, size, ...known }: Disk): Resource => ({
  id: path.replace('/dev/', ''),
  spec: {
    dev_path: path,
    size,
    pretty_size: `${Math.round(size / GIGA)} GB`,
    io_size: 512,
    sector_size: 512,
    readonly: false,
    cdrom: false,
    model: 'QEMU HARDDISK',
    transport: 'virtio',
    bus_path: '/pci0000:00/0000:00:05.0',
    sub_system: '/sys/class/block',
    ...known,
  },
});

/** The image of a Kubernetes component: its place in the v1alpha1 document. */
const image = (node: TalosNode, path: string): string => textAt(node.config?.main, path);

const component = (type: string, id: string, path: string): Kind => ({
  type: `${type}s.kubernetes.talos.dev`,
  namespace: 'controlplane',
  list: (node) => {
    if (node.config === null || !isController(node.config)) return [];
    const spec = { image: image(node, path) };
    return [{ id, spec, message: [`spec.${type}`, { enabled: true, ...spec }], version: configVersion(spec.image) }];
  },
});

export const KINDS: readonly Kind[] = [
  {
    type: 'Disks.block.talos.dev',
    namespace: 'runtime',
    columns: { Size: '{.pretty_size}', 'Read Only': '{.readonly}', Transport: '{.transport}', Serial: '{.serial}' },
    list: ({ disks }) => disks.map(disk),
  },
  {
    type: 'LinkStatuses.net.talos.dev',
    namespace: 'network',
    aliases: ['link', 'links'],
    columns: { Type: '{.type}', 'Hw Addr': '{.hardwareAddr}', 'Oper State': '{.operationalState}' },
    list: ({ mac }) => [
      {
        id: 'eth0',
        spec: {
          alias: '',
          type: 'ether',
          hardwareAddr: mac,
          permanentAddr: mac,
          mtu: 1500,
          operationalState: 'up',
          linkState: true,
          driver: 'virtio_net',
        },
      },
    ],
  },
  {
    type: 'AddressStatuses.net.talos.dev',
    namespace: 'network',
    aliases: ['address', 'addresses'],
    columns: { Address: '{.address}', Link: '{.linkName}' },
    list: ({ address }) => [
      {
        id: `eth0/${address}/24`,
        spec: { address: `${address}/24`, linkName: 'eth0', family: 'inet4', scope: 'global' },
      },
    ],
  },
  {
    type: 'HostnameStatuses.net.talos.dev',
    namespace: 'network',
    aliases: ['hostname'],
    columns: { Hostname: '{.hostname}' },
    list: (node) => [{ id: 'hostname', spec: { hostname: nodeName(node), domainname: '' } }],
  },
  {
    type: 'SystemInformations.hardware.talos.dev',
    namespace: 'hardware',
    aliases: ['systeminformation'],
    columns: { Manufacturer: '{.manufacturer}', SerialNumber: '{.serialnumber}' },
    list: ({ serial }) => [
      { id: 'systeminformation', spec: { manufacturer: 'QEMU', productName: 'Standard PC', serialnumber: serial } },
    ],
  },
  {
    type: 'MachineStatuses.runtime.talos.dev',
    namespace: 'runtime',
    columns: { Stage: '{.stage}', Ready: '{.status.ready}' },
    list: (node, world) => [{ id: 'machine', spec: { stage: node.stage, status: machineStatus(world, node) } }],
  },
  {
    type: 'MachineConfigs.config.talos.dev',
    namespace: 'config',
    aliases: ['mc'],
    secret: true,
    list: ({ config, staged }) => [
      ...(config ? [machineConfig('v1alpha1', config.text)] : []),
      ...(config ? [machineConfig('persistent', (staged ?? config).text)] : []), // what the next boot takes
    ],
  },
  {
    type: 'Nodenames.kubernetes.talos.dev',
    namespace: 'k8s',
    columns: { Nodename: '{.nodename}' },
    list: (node) => {
      const spec = { nodename: nodeName(node) };
      return node.config ? [{ id: 'nodename', spec, message: ['spec.Nodename', spec] }] : [];
    },
  },
  {
    type: 'Services.v1alpha1.talos.dev',
    namespace: 'runtime',
    aliases: ['svc'],
    columns: { Running: '{.running}', Healthy: '{.healthy}', 'Health Unknown': '{.unknown}' },
    list: (node) =>
      servicesOf(node)
        .filter(([, state]) => state === 'Running')
        .map(([id, , healthy]) => {
          const spec = { running: true, healthy, unknown: false };
          return { id, spec, message: ['spec.Service', spec] };
        }),
  },
  {
    type: 'KubeletSpecs.kubernetes.talos.dev',
    namespace: 'k8s',
    list: (node) => {
      const spec = { image: image(node, 'machine.kubelet.image'), expectedNodename: nodeName(node) };
      return node.config ? [{ id: 'kubelet', spec, message: ['spec.KubeletSpec', spec] }] : [];
    },
  },
  // What is brought into a new cluster is not simulated; `talosctl upgrade-k8s` asks for it.
  { type: 'Manifests.kubernetes.talos.dev', namespace: 'controlplane', list: () => [] },
  component('APIServerConfig', 'kube-apiserver', 'cluster.apiServer.image'),
  component('ControllerManagerConfig', 'kube-controller-manager', 'cluster.controllerManager.image'),
  component('SchedulerConfig', 'kube-scheduler', 'cluster.scheduler.image'),
  {
    type: 'Members.cluster.talos.dev',
    namespace: 'cluster',
    columns: { Hostname: '{.hostname}', 'Machine Type': '{.machineType}', Addresses: '{.addresses}' },
    list: ({ config }, world) =>
      config === null ? [] : nodesOf(world, clusterOf(world, config)).map((node) => member(node)),
  },
];

const machineConfig = (id: string, text: string): Resource => ({
  id,
  spec: text,
  message: ['spec.MachineConfig', { yamlMarshalled: Buffer.from(text) }],
  // The specification is a text that holds YAML, not YAML itself.
  annotations: { 'talos.dev/yaml-spec': '1' },
});

const member = (node: TalosNode): Resource => ({
  id: nodeName(node),
  spec: {
    hostname: nodeName(node),
    machineType: node.config && isController(node.config) ? 'controlplane' : 'worker',
    addresses: [node.address],
    operatingSystem: `Talos (v${node.version})`,
  },
});
