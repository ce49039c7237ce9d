/** Addresses of the nodes' network: each lies in it, and each has one owner. */
import type { InputPath } from '../../types.ts';
import {
  broadcastAddress,
  contains,
  firstHost,
  formatAddress,
  lastHost,
  networkAddress,
  parseAddress,
  type Cidr,
} from '../address.ts';
import { networkOf } from './networks.ts';
import {
  CLUSTER_FILE,
  ERROR,
  type Finding,
  JUDGEMENT,
  nodeLabel,
  nodePath,
  type Rule,
  type RuleInput,
} from './rule.ts';

/** An address and whose it is. */
interface Owned {
  readonly address: number;
  /** As messages name it: `cluster_api_addr`, `address of nodes[0] (k8s-cp-1)`. */
  readonly owner: string;
  /** Null for a default: the gateway that follows from node_cidr. */
  readonly path: InputPath | null;
}

type OwnedByUser = Owned & { readonly path: InputPath };

/** Of the cluster first, then of the nodes: of two that clash the later one is the finding. */
function addresses(input: RuleInput): readonly Owned[] {
  const nodes = input.nodes.flatMap((node, index) => {
    if (node.address === undefined) return [];
    const owner = `address of ${nodeLabel(node, index)}`;
    return [{ address: parseAddress(node.address), owner, path: nodePath(index, 'address') }];
  });
  return [...apiAddress(input), ...gateway(input), ...nodes];
}

function apiAddress({ cluster }: RuleInput): readonly Owned[] {
  const [key, text] = ['cluster_api_addr', cluster?.cluster_api_addr] as const;
  return text === undefined ? [] : [{ address: parseAddress(text), owner: key, path: [CLUSTER_FILE, key] }];
}

function gateway(input: RuleInput): readonly Owned[] {
  const [owner, text] = ['node_default_gateway', input.cluster?.node_default_gateway] as const;
  if (text !== undefined) return [{ address: parseAddress(text), owner, path: [CLUSTER_FILE, owner] }];
  const network = networkOf(input, 'node_cidr');
  if (network === null || input.isWritten([CLUSTER_FILE, owner])) return [];
  return [{ address: firstHost(network.cidr), owner, path: null }];
}

const writtenAddresses = (input: RuleInput): readonly OwnedByUser[] =>
  addresses(input).filter((owned): owned is OwnedByUser => owned.path !== null);

function* addressesLieInTheirNetwork(input: RuleInput): Generator<Finding> {
  const network = networkOf(input, 'node_cidr');
  if (network === null) return;
  for (const { address, owner, path } of writtenAddresses(input)) {
    if (contains(network.cidr, address)) continue;
    yield {
      path,
      message: `${owner} is outside node_cidr, which is ${network.text} at ${input.place([CLUSTER_FILE, 'node_cidr'])}: ${formatAddress(address)}`,
      hint: hostsHint(network.cidr),
    };
  }
}

const hostsHint = (cidr: Cidr): string =>
  `use one from ${formatAddress(firstHost(cidr))} to ${formatAddress(lastHost(cidr))}`;

/** In a /31 (RFC 3021) and a /32 every address is a machine's. */
const LONGEST_RESERVED_PREFIX = 30;

function* addressesAreNeitherNetworkNorBroadcast(input: RuleInput): Generator<Finding> {
  const network = networkOf(input, 'node_cidr');
  if (network === null || network.cidr.prefix > LONGEST_RESERVED_PREFIX) return;
  const reserved = new Map([
    [networkAddress(network.cidr), 'the network address'],
    [broadcastAddress(network.cidr), 'the broadcast address'],
  ]);
  for (const { address, owner, path } of writtenAddresses(input)) {
    const role = reserved.get(address);
    if (role === undefined) continue;
    yield {
      path,
      message: `${owner} is ${role} of node_cidr ${network.text}: ${formatAddress(address)}`,
      hint: hostsHint(network.cidr),
    };
  }
}

function* addressesHaveOneOwner(input: RuleInput): Generator<Finding> {
  const firsts = new Map<number, Owned>();
  for (const owned of addresses(input)) {
    const first = firsts.get(owned.address);
    if (first === undefined) firsts.set(owned.address, owned);
    else yield* clash(input, first, owned);
  }
}

function* clash({ place }: RuleInput, first: Owned, second: Owned): Generator<Finding> {
  const [at, other] = second.path === null ? [first, second] : [second, first];
  if (at.path === null) return;
  const where = other.path === null ? 'by default the first host of node_cidr' : `at ${place(other.path)}`;
  yield {
    path: at.path,
    message: `${at.owner} is also ${other.owner}, ${where}: ${formatAddress(at.address)}`,
    hint: other.path === null ? `choose another one, or set ${other.owner}` : 'give each its own',
  };
}

export const ADDRESS_RULES: readonly Rule[] = [
  {
    code: 'address-outside-network',
    ...JUDGEMENT,
    why: 'Nodes reach each other, the API address and the gateway directly, without a router.',
    check: addressesLieInTheirNetwork,
  },
  {
    code: 'reserved-address',
    ...ERROR,
    why: 'The first and the last address of a network belong to no machine.',
    check: addressesAreNeitherNetworkNorBroadcast,
  },
  {
    code: 'duplicate-address',
    ...ERROR,
    why: 'Two owners of one address answer in turns: nodes drop out of the cluster, or the API cannot be reached.',
    check: addressesHaveOneOwner,
  },
];
