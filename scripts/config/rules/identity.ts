/** What makes a machine itself is its own alone: name, MAC address, VM id. Addresses have a file of their own. */
import { normalMac } from '../mac.ts';
import type { WellFormed } from '../well-formed.ts';
import type { NodeYaml } from '../written.gen.ts';
import { ERROR, type Finding, nodeLabel, nodePath, type Rule, type RuleInput } from './rule.ts';

const nodeNamesAreUnique = (input: RuleInput): Iterable<Finding> => repetitions(input, 'name', (node) => node.name);

/** Compared in one form: `BC-24-11-00-00-01` is `bc:24:11:00:00:01`. */
const macAddressesAreUnique = (input: RuleInput): Iterable<Finding> =>
  repetitions(input, 'mac_addr', (node) => (node.mac_addr === undefined ? undefined : normalMac(node.mac_addr)));

const vmIdsAreUnique = (input: RuleInput): Iterable<Finding> => repetitions(input, 'vm_id', (node) => node.vm_id);

/** Every node but the first of those that share a value, with the first's name and place. */
function* repetitions(
  { nodes, place }: RuleInput,
  key: keyof NodeYaml,
  valueOf: (node: WellFormed<NodeYaml>) => string | number | undefined,
): Generator<Finding> {
  const firsts = new Map<string | number, number>();
  for (const [index, node] of nodes.entries()) {
    const value = valueOf(node);
    if (value === undefined) continue;
    const first = firsts.get(value);
    if (first === undefined) firsts.set(value, index);
    else
      yield {
        path: nodePath(index, key),
        message: `${nodeLabel(node, index)} has the same ${key} as ${nodeLabel(nodes[first] ?? {}, first)} at ${place(nodePath(first, key))}: ${value}`,
        hint: `give each node its own ${key}`,
      };
  }
}

/** Names that files and groups about all nodes, or all of a role, go by. */
const RESERVED_NAMES = ['global', 'controller', 'worker'];

function* nodeNamesAreNotThoseOfGroups({ nodes }: RuleInput): Generator<Finding> {
  for (const [index, { name }] of nodes.entries()) {
    if (name === undefined || !RESERVED_NAMES.includes(name)) continue;
    yield {
      path: nodePath(index, 'name'),
      message: `a node cannot be called ${name}: ${RESERVED_NAMES.join(', ')} are names of groups`,
      hint: `for example ${name}-1`,
    };
  }
}

function* macAddressesAreThoseOfOneDevice({ nodes }: RuleInput): Generator<Finding> {
  for (const [index, node] of nodes.entries()) {
    const mac = node.mac_addr === undefined ? null : normalMac(node.mac_addr);
    if (mac === null || !isMulticast(mac)) continue;
    yield {
      path: nodePath(index, 'mac_addr'),
      message: `mac_addr of ${nodeLabel(node, index)} is a multicast address, which no device can have: ${mac}`,
      hint: 'the second digit of a device is even; without the line a VM gets one that is stable',
    };
  }
}

/** IEEE 802: the lowest bit of the first octet marks an address of a group; the broadcast address is one of them. */
function isMulticast(mac: string): boolean {
  return Number.parseInt(mac.slice(0, 2), 16) % 2 === 1;
}

export const IDENTITY_RULES: readonly Rule[] = [
  {
    code: 'duplicate-node-name',
    ...ERROR,
    why: "The name is the node's key in the OpenTofu state and its name in Kubernetes.",
    check: nodeNamesAreUnique,
  },
  {
    code: 'reserved-node-name',
    ...ERROR,
    why: 'Files about all nodes, or about all of a role, go by these names.',
    check: nodeNamesAreNotThoseOfGroups,
  },
  {
    code: 'duplicate-mac-addr',
    ...ERROR,
    why: 'Switches send what is for one of the two to either, and DHCP gives both one address.',
    check: macAddressesAreUnique,
  },
  {
    code: 'multicast-mac-addr',
    ...ERROR,
    why: 'Proxmox refuses it; on bare metal no network device has such an address, so the node is never found.',
    check: macAddressesAreThoseOfOneDevice,
  },
  {
    code: 'duplicate-vm-id',
    ...ERROR,
    why: 'The provider takes over, and may later delete, a VM whose id it finds taken.',
    check: vmIdsAreUnique,
  },
];
