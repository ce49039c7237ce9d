/** `cluster.ClusterService/HealthCheck`: what a control plane finds when it looks at its whole cluster. */
import { setTimeout as delay } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { onController, Refused, type Call, type Row } from './call.ts';
import { isReady, objectOf } from './kubernetes/objects.ts';
import { hasNetwork, isController } from './machine-config.ts';
import { answers, hasQuorum, nodesOf, type Cluster, type TalosNode, type World } from './world.ts';

interface Looked {
  readonly world: World;
  readonly cluster: Cluster;
  readonly controllers: readonly TalosNode[];
  readonly all: readonly TalosNode[];
}

/** A name, and what stands against it; `SKIP` where it is not asked. */
type Condition = readonly [string, (looked: Looked) => string | null];

const those = (nodes: readonly TalosNode[], isWrong: (node: TalosNode) => boolean, what: string): string | null => {
  const wrong = nodes.filter(isWrong).map(({ address }) => address);
  return wrong.length === 0 ? null : `${what}: [${wrong.join(' ')}]`;
};

/** Sentences as in Talos v1.13: `pkg/cluster/check`. */
const CONDITIONS: readonly Condition[] = [
  [
    'etcd to be healthy',
    ({ controllers }) => those(controllers, ({ etcd }) => etcd !== 'up', 'service "etcd" not healthy'),
  ],
  [
    'etcd members to be consistent across nodes',
    ({ world, cluster }) => (cluster.split || !hasQuorum(world, cluster) ? 'etcdserver: no leader' : null),
  ],
  [
    'etcd members to be control plane nodes',
    ({ cluster, controllers }) =>
      cluster.members.size === controllers.length && controllers.every(({ name }) => cluster.members.has(name))
        ? null
        : `mismatch between etcd member and control plane nodes`,
  ],
  ['apid to be ready', ({ all }) => those(all, (node) => !answers(node), 'connection refused')],
  ['kubelet to be healthy', ({ all }) => those(all, ({ kubelet }) => !kubelet, 'service "kubelet" not healthy')],
  ['all nodes to finish boot sequence', ({ all }) => those(all, ({ stage }) => stage !== 'running', 'not booted')],
  [
    'all k8s nodes to report',
    ({ cluster, all }) => those(all, (node) => !objectOf(cluster, node), 'missing k8s nodes'),
  ],
  [
    'all k8s nodes to report ready',
    ({ cluster, all }) => {
      if (all.some(({ config }) => config !== null && !hasNetwork(config))) return SKIP;
      return those(all, (node) => !isReady(cluster, node), 'some nodes are not ready');
    },
  ],
  [
    'all k8s nodes to report schedulable',
    ({ cluster, all }) =>
      those(all, (node) => objectOf(cluster, node)?.unschedulable === true, 'some nodes are not schedulable'),
  ],
];

const SKIP = 'SKIP';
const POLL = 100;

/** As the request names them; otherwise all that belong to the cluster. */
function look({ world, request }: Call, cluster: Cluster): Looked {
  const { controlPlaneNodes = [], workerNodes = [] } = (request.clusterInfo ?? {}) as Record<string, string[]>;
  const own = nodesOf(world, cluster);
  const named = (addresses: readonly string[]): readonly TalosNode[] =>
    addresses.flatMap((address) => [...world.nodes.values()].find((node) => node.address === address) ?? []);
  if (controlPlaneNodes.length + workerNodes.length > 0)
    return {
      world,
      cluster,
      controllers: named(controlPlaneNodes),
      all: named([...controlPlaneNodes, ...workerNodes]),
    };
  return { world, cluster, controllers: own.filter(({ config }) => config && isController(config)), all: own };
}

async function healthCheck(call: Call): Promise<void> {
  const { cluster } = onController(call, 'cluster health check');
  const end = Date.now() + Number(call.request.waitTimeout?.seconds ?? 0) * 1000;
  const addresses = look(call, cluster).all.map(({ address }) => `"${address}"`);
  call.send({ message: `discovered nodes: [${addresses.join(' ')}]` });
  for (const condition of CONDITIONS) await wait(call, cluster, condition, end);
}

/** Says each new state of one condition until nothing stands against it. */
async function wait(call: Call, cluster: Cluster, [name, check]: Condition, end: number): Promise<void> {
  let last = '...';
  const say = (state: string): void => call.send({ message: `waiting for ${name}: ${state}` });
  say(last);
  for (;;) {
    const problem = check(look(call, cluster));
    if (problem === null || problem === SKIP) return say(problem ?? 'OK');
    if (problem !== last) say(problem);
    last = problem;
    if (call.over.aborted) return undefined;
    if (Date.now() > end) throw new Refused(status.DEADLINE_EXCEEDED, 'context deadline exceeded');
    await delay(POLL);
  }
}

export const healthRows: readonly Row[] = [['ClusterService/HealthCheck', 'reader', healthCheck]];
