/** What the API of a simulated Kubernetes knows: nodes that have registered, pods, and what else somebody put there. */
import { createHash } from 'node:crypto';
import { hasNetwork, isController, tagOf, textAt } from '../machine-config.ts';
import { answers, type Cluster, type TalosNode } from '../world.ts';

/** What Kubernetes itself remembers of a node; the rest is what the machine is. */
export interface NodeObject {
  readonly name: string;
  readonly node: TalosNode;
  /** Cordoned. */
  unschedulable: boolean;
}

/** A pod of somebody's. */
export interface Pod {
  readonly namespace: string;
  readonly name: string;
  /** Name of its Kubernetes node. */
  readonly nodeName: string;
  /** A disruption budget never lets it go. */
  readonly stays?: boolean;
}

export type Json = Readonly<Record<string, unknown>>;

export interface Kubernetes {
  /** By their names. */
  readonly nodes: Map<string, NodeObject>;
  readonly pods: Pod[];
  /** By `namespace/name`, as they were sent. */
  readonly configMaps: Map<string, Json>;
  /** Somebody has installed a network, where the machine configurations bring none. */
  network: boolean;
}

export const newKubernetes = (): Kubernetes => ({ nodes: new Map(), pods: [], configMaps: new Map(), network: false });

export const objectOf = ({ kubernetes }: Cluster, node: TalosNode): NodeObject | undefined =>
  [...(kubernetes?.nodes.values() ?? [])].find((object) => object.node === node);

/** Registered, its kubelet up, and with a network. */
export function isReady(cluster: Cluster, node: TalosNode): boolean {
  const { config, kubelet } = node;
  const connected = config !== null && (hasNetwork(config) || cluster.kubernetes?.network === true);
  return connected && kubelet && answers(node) && objectOf(cluster, node) !== undefined;
}

const CREATED = '2026-01-01T00:00:00Z';

/** An object with a version that changes when it does. */
function versioned(kind: string, metadata: Json, rest: Json, apiVersion = 'v1'): Json {
  const uid = createHash('sha256')
    .update(`${kind}/${JSON.stringify(metadata)}`)
    .digest('hex')
    .slice(0, 32);
  const version = createHash('sha256')
    .update(JSON.stringify([metadata, rest]))
    .digest()
    .readUInt32BE();
  const own = { uid, creationTimestamp: CREATED, resourceVersion: String(version) };
  return { kind, apiVersion, metadata: { ...metadata, ...own }, ...rest };
}

const condition = (type: string, isSo: boolean): Json => ({
  type,
  status: isSo ? 'True' : 'False',
  lastTransitionTime: CREATED,
});

const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';

export function nodeJson(cluster: Cluster, { name, node, unschedulable }: NodeObject): Json {
  const { config, address, version, bootId } = node;
  const labels = {
    'kubernetes.io/hostname': name,
    ...(config && isController(config) ? { [CONTROL_PLANE]: '' } : {}),
  };
  return versioned(
    'Node',
    { name, labels },
    {
      spec: { ...(unschedulable ? { unschedulable } : {}), providerID: '' },
      status: {
        addresses: [
          { type: 'InternalIP', address },
          { type: 'Hostname', address: name },
        ],
        conditions: [condition('Ready', isReady(cluster, node))],
        nodeInfo: {
          kubeletVersion: `v${tagOf(textAt(config?.main, 'machine.kubelet.image'))}`,
          osImage: `Talos (v${version})`,
          bootID: bootId,
          operatingSystem: 'linux',
          architecture: 'amd64',
        },
      },
    },
  );
}

/** The components that run on control planes, and where a machine configuration has their image. */
const STATIC_PODS: Readonly<Record<string, string>> = {
  'kube-apiserver': 'cluster.apiServer.image',
  'kube-controller-manager': 'cluster.controllerManager.image',
  'kube-scheduler': 'cluster.scheduler.image',
};

const status = ({ address }: TalosNode, isUp: boolean): Json => ({
  phase: 'Running',
  hostIP: address,
  podIP: address,
  conditions: [condition('Ready', isUp)],
});

function staticPods({ name, node }: NodeObject): readonly Json[] {
  const { config } = node;
  if (config === null || !isController(config)) return [];
  return Object.entries(STATIC_PODS).map(([app, path]) => {
    const image = textAt(config.main, path);
    const annotations = { 'kubernetes.io/config.mirror': app, 'talos.dev/config-version': configVersion(image) };
    const metadata = { name: `${app}-${name}`, namespace: 'kube-system', labels: { 'k8s-app': app }, annotations };
    const spec = { nodeName: name, containers: [{ name: app, image }] };
    return versioned('Pod', metadata, { spec, status: status(node, node.etcd === 'up') });
  });
}

/** A number that is another one for another text: version of the resource that a static pod is made from. */
export const configVersion = (text: string): string =>
  String(createHash('sha256').update(text).digest().readUInt32BE());

function podJson({ nodes }: Kubernetes, { namespace, name, nodeName }: Pod): Json {
  const node = nodes.get(nodeName)?.node;
  const spec = { nodeName, containers: [{ name: 'main', image: 'example.test/main' }] };
  return versioned('Pod', { name, namespace }, { spec, ...(node ? { status: status(node, node.kubelet) } : {}) });
}

/** All pods: those of the control planes, and those that somebody put there. */
export const podsOf = (kubernetes: Kubernetes): readonly Json[] => [
  ...[...kubernetes.nodes.values()].flatMap(staticPods),
  ...kubernetes.pods.map((pod) => podJson(kubernetes, pod)),
];

export const configMapJson = (object: Json): Json => {
  const { name, namespace, ...metadata } = object['metadata'] as Json;
  return versioned('ConfigMap', { ...metadata, name, namespace }, { data: object['data'] ?? {} });
};
