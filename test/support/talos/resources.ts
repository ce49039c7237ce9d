/** What `talosctl get` reads: `cosi.resource.State`. Types, namespaces and columns as in Talos v1.13. */
import { status } from '@grpc/grpc-js';
import { stringify } from 'yaml';
import { Refused, type Call, type Row } from './call.ts';
import { configVersion } from './kubernetes/objects.ts';
import { machineStatus, nodeName } from './life.ts';
import { isController, textAt } from './machine-config.ts';
import { servicesOf } from './services.ts';
import { encode } from './protocol.ts';
import { clusterOf, nodesOf, type Disk, type TalosNode, type World } from './world.ts';

interface Resource {
  readonly id: string;
  /** As YAML; `talosctl get` shows it. */
  readonly spec: unknown;
  /** As a message, for what `talosctl` reads itself: type in `protocol.ts`, and value. */
  readonly message?: readonly [string, object];
  readonly version?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface Kind {
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

const disk = ({ path, size, serial = '', model = 'QEMU HARDDISK', transport = 'virtio' }: Disk): Resource => ({
  id: path.replace('/dev/', ''),
  spec: {
    dev_path: path,
    size,
    pretty_size: `${Math.round(size / GIGA)} GB`,
    io_size: 512,
    sector_size: 512,
    readonly: false,
    cdrom: false,
    rotational: false,
    model,
    serial,
    transport,
    bus_path: '/pci0000:00/0000:00:05.0',
    sub_system: '/sys/class/block',
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

const KINDS: readonly Kind[] = [
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

const DEFINITION = 'ResourceDefinitions.meta.cosi.dev';

/** What is listed to find out what `disks` means. */
function definition({ type, namespace, aliases = [], columns = {}, secret }: Kind): Resource {
  const name = type.split('.')[0] ?? '';
  const one = name.replace(/(?<=us)es$|s$/, '');
  const spec = {
    resourceType: type,
    displayType: one,
    defaultNamespace: namespace,
    aliases: [...aliases],
    allAliases: [...new Set([name.toLowerCase(), one.toLowerCase(), ...aliases])],
    printColumns: Object.entries(columns).map(([name, jsonPath]) => ({ name, jsonPath })),
    sensitivity: secret ? 1 : 0,
  };
  return { id: type.toLowerCase(), spec, message: ['cosi.resource.meta.ResourceDefinitionSpec', spec] };
}

const DEFINITIONS: Kind = { type: DEFINITION, namespace: 'meta', list: () => KINDS.map(definition) };

/** @throws as Talos does for a type that it does not know, or does not show */
function kindOf({ node, request }: Call): Kind {
  const kind = [DEFINITIONS, ...KINDS].find(({ type }) => type === request.type);
  if (!kind) throw new Refused(status.NOT_FOUND, `resource type ${request.type} doesn't exist`);
  if (kind.secret && node.config === null) throw new Refused(status.PERMISSION_DENIED, 'not authorized');
  return kind;
}

const CREATED = { seconds: '1700000000', nanos: 0 };

function asMessage({ type, namespace }: Pick<Kind, 'type' | 'namespace'>, resource: Resource): object {
  const { id, spec, message, version = '1', annotations = {} } = resource;
  const metadata = {
    namespace,
    type,
    id,
    version,
    phase: 'running',
    created: CREATED,
    updated: CREATED,
    annotations,
  };
  const protoSpec = message ? encode(...message) : Buffer.alloc(0);
  return { metadata, spec: { protoSpec, yamlSpec: stringify(spec, { lineWidth: 0, blockQuote: 'literal' }) } };
}

function get(call: Call): object {
  const kind = kindOf(call);
  const { id, namespace } = call.request;
  const found = kind.list(call.node, call.world).find((resource) => resource.id === id);
  if (!found) throw new Refused(status.NOT_FOUND, `resource ${kind.type}(${namespace}/${id}@undefined) doesn't exist`);
  return { resource: asMessage(kind, found) };
}

function list(call: Call): void {
  const kind = kindOf(call);
  for (const resource of kind.list(call.node, call.world)) call.send({ resource: asMessage(kind, resource) });
}

const CREATED_EVENT = 0;
const UPDATED_EVENT = 1;
const DESTROYED_EVENT = 2;
const BOOTSTRAPPED_EVENT = 3;

/** First an empty answer, then what there is (for one resource always, for a kind when asked), then each change. */
async function watch(call: Call): Promise<void> {
  const kind = kindOf(call);
  const { world, node, request, send, over } = call;
  const seen = new Map<string, object>();
  const say = (eventType: number, resource?: object): void =>
    send({ event: [{ eventType, ...(resource ? { resource } : {}) }] });
  const follow = (): void => {
    const all = kind.list(node, world).filter(({ id }) => request.id === '' || id === request.id);
    const now = new Map(all.map((resource) => [resource.id, asMessage(kind, resource)]));
    for (const [id, resource] of seen) {
      if (now.has(id)) continue;
      seen.delete(id);
      say(DESTROYED_EVENT, resource);
    }
    for (const [id, resource] of now) {
      const before = seen.get(id);
      seen.set(id, resource);
      if (JSON.stringify(before) !== JSON.stringify(resource)) say(before ? UPDATED_EVENT : CREATED_EVENT, resource);
    }
  };
  send({});
  follow();
  if (request.id === '' && request.options?.bootstrapContents) say(BOOTSTRAPPED_EVENT);
  world.changes.on('changed', follow);
  await new Promise((resolve) => over.addEventListener('abort', resolve));
  world.changes.off('changed', follow);
}

export const resourceRows: readonly Row[] = [
  ['State/Get', 'reader', get],
  ['State/List', 'reader', list],
  ['State/Watch', 'reader', watch],
];
