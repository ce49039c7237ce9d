/** The API of Kubernetes as a table, as far as talosctl and kubectl ask it about nodes and draining. */
import { matchPattern } from '../../faults.ts';
import { decode } from '../protocol.ts';
import { changed, type Cluster, type World } from '../world.ts';
import { configMapJson, nodeJson, podsOf, type Json, type Kubernetes, type NodeObject } from './objects.ts';

export interface Asked {
  readonly method: string;
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly body: Json | string;
}

interface Request extends Asked {
  readonly world: World;
  readonly cluster: Cluster;
  readonly kubernetes: Kubernetes;
  /** What the placeholders of the pattern stand for. */
  readonly at: Readonly<Record<string, string>>;
}

/** `[METHOD path, what it answers]`; a list answers with its kind and items, so that it can be watched too. */
type Row = readonly [string, (request: Request) => Json | string | Answer | List];

export interface List {
  readonly kind: string;
  readonly items: readonly Json[];
}

const failure = (status: number, reason: string, message: string): Answer => ({
  status,
  body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code: status },
});

const missing = (kind: string, name: string): Answer => failure(404, 'NotFound', `${kind} "${name}" not found`);

const DONE: Json = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' };

const resource = (name: string, kind: string, namespaced: boolean, more: Json = {}): Json => ({
  name,
  kind,
  namespaced,
  singularName: '',
  verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'],
  ...more,
});

const RESOURCES: Json = {
  kind: 'APIResourceList',
  groupVersion: 'v1',
  resources: [
    resource('nodes', 'Node', false),
    resource('namespaces', 'Namespace', false),
    resource('configmaps', 'ConfigMap', true),
    resource('pods', 'Pod', true),
    resource('pods/eviction', 'Eviction', true, { group: 'policy', version: 'v1', verbs: ['create'] }),
  ],
};

/** The version of Kubernetes that runs: the lowest of the API servers. */
function version({ kubernetes }: Request): Json {
  const servers = podsOf(kubernetes).flatMap(({ metadata, spec }) => {
    const isServer = ((metadata as Json)['labels'] as Json | undefined)?.['k8s-app'] === 'kube-apiserver';
    return isServer ? (((spec as Json)['containers'] as Json[])[0]?.['image'] as string) : [];
  });
  const gitVersion = servers.map((image) => image.slice(image.lastIndexOf(':') + 1)).toSorted()[0] ?? 'v0.0.0';
  const [major = '', minor = ''] = gitVersion.slice(1).split('.');
  return { major, minor, gitVersion, platform: 'linux/amd64' };
}

function withNode(request: Request, run: (node: NodeObject) => void = () => {}): Json | Answer {
  const name = request.at['name'] ?? '';
  const found = request.kubernetes.nodes.get(name);
  if (!found) return missing('nodes', name);
  run(found);
  changed(request.world);
  return nodeJson(request.cluster, found);
}

function patchNode(request: Request): Json | Answer {
  const { spec } = JSON.parse(request.body.toString()) as { spec?: { unschedulable?: boolean | null } };
  return withNode(request, (node) => {
    if (spec && 'unschedulable' in spec) node.unschedulable = spec.unschedulable === true;
  });
}

/** `a=b,c = d` against what an object says; field selectors name a path. */
function selected(items: readonly Json[], query: URLSearchParams): readonly Json[] {
  const terms = (name: string): readonly [string, string][] =>
    (query.get(name) ?? '').split(',').flatMap((term) => {
      const [key = '', value] = term.split(/\s*==?\s*/);
      return value === undefined ? [] : [[key.trim(), value.trim()] as [string, string]];
    });
  const field = (item: Json, path: string): unknown =>
    path.split('.').reduce<unknown>((place, key) => (place as Json | undefined)?.[key], item);
  return items.filter(
    (item) =>
      terms('fieldSelector').every(([path, value]) => field(item, path) === value) &&
      terms('labelSelector').every(
        ([label, value]) => (field(item, 'metadata.labels') as Json | undefined)?.[label] === value,
      ),
  );
}

const pods = ({ kubernetes, query, at }: Request): List => {
  const inNamespace = podsOf(kubernetes).filter(
    ({ metadata }) => at['namespace'] === undefined || (metadata as Json)['namespace'] === at['namespace'],
  );
  return { kind: 'PodList', items: selected(inNamespace, query) };
};

function pod({ kubernetes, at }: Request): Json | Answer {
  const found = podsOf(kubernetes).find(({ metadata }) => {
    const { name, namespace } = metadata as { name: string; namespace: string };
    return name === at['name'] && namespace === at['namespace'];
  });
  return found ?? missing('pods', at['name'] ?? '');
}

function removePod({ world, kubernetes, at }: Request, isEviction: boolean): Json | Answer {
  const index = kubernetes.pods.findIndex(
    ({ name, namespace }) => name === at['name'] && namespace === at['namespace'],
  );
  if (index === -1) return missing('pods', at['name'] ?? '');
  if (isEviction && kubernetes.pods[index]?.stays)
    return failure(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.");
  kubernetes.pods.splice(index, 1);
  changed(world);
  return DONE;
}

function configMap({ kubernetes, at }: Request): Json | Answer {
  const found = kubernetes.configMaps.get(`${at['namespace']}/${at['name']}`);
  return found ? configMapJson(found) : missing('configmaps', at['name'] ?? '');
}

/** Clients send JSON, or Protocol Buffers behind four bytes that say so. */
function readConfigMap(body: Buffer): { readonly metadata: { readonly name?: string } } {
  const isProto = body.subarray(0, 4).toString() === 'k8s\0';
  const read = (): object => decode('k8s.ConfigMap', (decode('k8s.Unknown', body.subarray(4)) as { raw: Buffer }).raw);
  return (isProto ? read() : JSON.parse(body.toString())) as { metadata: { name?: string } };
}

function putConfigMap({ world, kubernetes, at, body }: Request): Json {
  const object = readConfigMap(body);
  const name = at['name'] ?? object.metadata.name ?? '';
  const full = { ...object, metadata: { ...object.metadata, name, namespace: at['namespace'] ?? '' } };
  kubernetes.configMaps.set(`${at['namespace']}/${name}`, full);
  changed(world);
  return configMapJson(full);
}

const NAMESPACED = 'api/v1/namespaces/{namespace}';

const ROWS: readonly Row[] = [
  ['GET readyz', () => 'ok'],
  ['GET livez', () => 'ok'],
  ['GET healthz', () => 'ok'],
  ['GET version', version],
  ['GET api', () => ({ kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] })],
  ['GET apis', () => ({ kind: 'APIGroupList', apiVersion: 'v1', groups: [] })],
  ['GET api/v1', () => RESOURCES],
  [
    'GET api/v1/nodes',
    ({ cluster, kubernetes, query }) => ({
      kind: 'NodeList',
      items: selected(
        [...kubernetes.nodes.values()].map((node) => nodeJson(cluster, node)),
        query,
      ),
    }),
  ],
  ['GET api/v1/nodes/{name}', (request) => withNode(request)],
  ['PATCH api/v1/nodes/{name}', patchNode],
  ['DELETE api/v1/nodes/{name}', (request) => withNode(request, ({ name }) => request.kubernetes.nodes.delete(name))],
  ['GET api/v1/pods', pods],
  [`GET ${NAMESPACED}/pods`, pods],
  [`GET ${NAMESPACED}/pods/{name}`, pod],
  [`DELETE ${NAMESPACED}/pods/{name}`, (request) => removePod(request, false)],
  [`POST ${NAMESPACED}/pods/{name}/eviction`, (request) => removePod(request, true)],
  [
    'GET api/v1/namespaces/{name}',
    ({ at }) => ({ kind: 'Namespace', apiVersion: 'v1', metadata: { name: at['name'] }, status: { phase: 'Active' } }),
  ],
  [`GET ${NAMESPACED}/configmaps/{name}`, configMap],
  [`POST ${NAMESPACED}/configmaps`, putConfigMap],
  [`PUT ${NAMESPACED}/configmaps/{name}`, putConfigMap],
  [`PATCH ${NAMESPACED}/configmaps/{name}`, putConfigMap],
];

const isList = (given: object): given is List => 'items' in given;
const isAnswer = (given: object): given is Answer => 'body' in given;

/** A list stays one: who asked may want to watch it. */
export function answer(world: World, cluster: Cluster, asked: Asked): Answer | List {
  const { kubernetes } = cluster;
  if (kubernetes === null) return failure(503, 'ServiceUnavailable', 'etcd is not there');
  for (const [pattern, run] of ROWS) {
    const at = matchPattern(pattern, asked.method, asked.path);
    if (!at) continue;
    const given = run({ ...asked, world, cluster, kubernetes, at });
    if (typeof given === 'string') return { status: 200, body: given };
    return isList(given) || isAnswer(given) ? given : { status: asked.method === 'POST' ? 201 : 200, body: given };
  }
  return missing(asked.path.at(-2) ?? '', asked.path.at(-1) ?? '');
}

export const unauthorized = (): Answer => failure(401, 'Unauthorized', 'Unauthorized');
