/** The three networks of a cluster: nodes, pods, services. */
import type { InputPath } from '../../types.ts';
import { formatCidr, networkAddress, overlaps, parseCidr, type Cidr } from '../address.ts';
import {
  CLUSTER_FILE,
  clusterValue,
  type Effective,
  ERROR,
  type Finding,
  JUDGEMENT,
  NODES_FILE,
  type Rule,
  type RuleInput,
} from './rule.ts';

const NETWORK_KEYS = ['node_cidr', 'cluster_pod_cidr', 'cluster_svc_cidr'] as const;
type NetworkKey = (typeof NETWORK_KEYS)[number];

interface Network {
  readonly key: NetworkKey;
  /** As it is written. */
  readonly text: string;
  readonly cidr: Cidr;
  /** Null for a default. */
  readonly path: InputPath | null;
}

/** The network of this key; null where it cannot be told. */
export function networkOf(input: RuleInput, key: NetworkKey): Network | null {
  const found = key === 'node_cidr' ? nodeNetwork(input) : clusterValue(input, key);
  return found && { key, text: found.value, cidr: parseCidr(found.value), path: found.path };
}

/** It has no default. */
function nodeNetwork({ cluster }: RuleInput): Effective<string> | null {
  return cluster?.node_cidr === undefined ? null : { value: cluster.node_cidr, path: [CLUSTER_FILE, 'node_cidr'] };
}

const networks = (input: RuleInput): readonly Network[] => NETWORK_KEYS.flatMap((key) => networkOf(input, key) ?? []);

function* networksHaveNoHostBits(input: RuleInput): Generator<Finding> {
  for (const { key, text, cidr, path } of networks(input)) {
    if (path === null || networkAddress(cidr) === cidr.address) continue;
    yield { path, message: `${key} has host bits set: ${text}`, hint: `did you mean ${formatCidr(cidr)}?` };
  }
}

function* networksDoNotOverlap(input: RuleInput): Generator<Finding> {
  const all = networks(input);
  for (const [index, second] of all.entries()) {
    for (const first of all.slice(0, index)) {
      if (overlaps(first.cidr, second.cidr)) yield* overlap(input, first, second, all);
    }
  }
}

/** The later of the two keys is the one to change, wherever the finding has to stand. */
function* overlap({ place }: RuleInput, first: Network, second: Network, all: readonly Network[]): Generator<Finding> {
  const [at, other] = second.path === null ? [first, second] : [second, first];
  if (at.path === null) return;
  const owner = other.path === null ? `the default of ${other.key}` : `${other.key} at ${place(other.path)}`;
  const free = FREE_NETWORKS.find((text) =>
    all.every(({ key, cidr }) => key === second.key || !overlaps(cidr, parseCidr(text))),
  );
  yield {
    path: at.path,
    message: `${at.key} ${at.text} overlaps ${owner}: ${other.text}`,
    hint:
      free === undefined
        ? 'choose networks that share no address'
        : `set ${second.key} to a free one, for example ${free}`,
  };
}

/** What may be offered for pods or services; three networks never cover all of these unless one covers all there is. */
const FREE_NETWORKS = [
  '10.42.0.0/16',
  '10.43.0.0/16',
  '10.244.0.0/16',
  '172.20.0.0/16',
  '172.21.0.0/16',
  '192.168.0.0/16',
];

/** Kubernetes gives each node a /24 of the pods' network (`--node-cidr-mask-size` of its controller manager). */
const NODE_POD_PREFIX = 24;

function* thePodNetworkHasRoomForEveryNode(input: RuleInput): Generator<Finding> {
  const network = networkOf(input, 'cluster_pod_cidr');
  const count = input.nodes.length;
  if (network === null || count === 0) return;
  const { prefix } = network.cidr;
  const room = prefix > NODE_POD_PREFIX ? 0 : 2 ** (NODE_POD_PREFIX - prefix);
  if (count <= room) return;
  const wanted = NODE_POD_PREFIX - Math.ceil(Math.log2(count));
  yield {
    // Where the network is the default, it is the first node too many.
    path: network.path ?? [NODES_FILE, 'nodes', room],
    message: `cluster_pod_cidr ${network.text} has room for the pods of ${nodes(room)}, a /24 each, not of ${nodes(count)}`,
    hint: `set cluster_pod_cidr to a /${wanted} or larger, for example ${formatCidr({ ...network.cidr, prefix: wanted })}`,
  };
}

const nodes = (count: number): string => `${count} ${count === 1 ? 'node' : 'nodes'}`;

/** Kubernetes' DNS takes the 10th address: a /29 has eight. */
const LONGEST_SERVICE_PREFIX = 28;

function* theServiceNetworkHasRoomForDns(input: RuleInput): Generator<Finding> {
  const network = networkOf(input, 'cluster_svc_cidr');
  if (network === null || network.path === null || network.cidr.prefix <= LONGEST_SERVICE_PREFIX) return;
  yield {
    path: network.path,
    message: `cluster_svc_cidr ${network.text} has no 10th address, which DNS takes`,
    hint: `make it a /${LONGEST_SERVICE_PREFIX} or larger; a /16 is usual`,
  };
}

export const NETWORK_RULES: readonly Rule[] = [
  {
    code: 'cidr-host-bits',
    ...ERROR,
    why: 'A network is written by its first address; a typing error looks the same, and which network was meant is a guess.',
    check: networksHaveNoHostBits,
  },
  {
    code: 'network-overlap',
    ...ERROR,
    why: "An address that is both a node's and a pod's or service's can be reached as only one of them.",
    check: networksDoNotOverlap,
  },
  {
    code: 'pod-network-too-small',
    ...JUDGEMENT,
    why: "Kubernetes gives each node a /24 of the pods' network; a node that gets none runs no pods.",
    check: thePodNetworkHasRoomForEveryNode,
  },
  {
    code: 'service-network-too-small',
    ...ERROR,
    why: "The DNS of the cluster takes the 10th address of the services' network.",
    check: theServiceNetworkHasRoomForDns,
  },
];
