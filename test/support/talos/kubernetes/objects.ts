/** What the API of a simulated Kubernetes knows: nodes that have registered, pods that somebody put there. */
import { hasNetwork } from '../machine-config.ts';
import { answers, type Cluster, type TalosNode } from '../world.ts';

/** What Kubernetes itself remembers of a node; the rest is what the machine is. */
export interface NodeObject {
  readonly name: string;
  readonly node: TalosNode;
  /** Cordoned. */
  unschedulable: boolean;
}

export interface Pod {
  readonly namespace: string;
  readonly name: string;
  /** Name of the Kubernetes node. */
  readonly nodeName: string;
  /** A disruption budget never lets it go. */
  readonly stays: boolean;
}

export interface Kubernetes {
  /** By their names. */
  readonly nodes: Map<string, NodeObject>;
  readonly pods: Pod[];
  /** Somebody has installed a network, where the machine configurations bring none. */
  network: boolean;
}

export const newKubernetes = (): Kubernetes => ({ nodes: new Map(), pods: [], network: false });

export const objectOf = ({ kubernetes }: Cluster, node: TalosNode): NodeObject | undefined =>
  [...(kubernetes?.nodes.values() ?? [])].find((object) => object.node === node);

/** Registered, its kubelet up, and with a network. */
export function isReady(cluster: Cluster, node: TalosNode): boolean {
  const { config, kubelet } = node;
  const connected = config !== null && (hasNetwork(config) || cluster.kubernetes?.network === true);
  return connected && kubelet && answers(node) && objectOf(cluster, node) !== undefined;
}
