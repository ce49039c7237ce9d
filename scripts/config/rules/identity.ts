/** What makes a machine itself is its own alone: name, address, MAC address, VM id. */
import { normalMac } from '../mac.ts';
import type { WellFormed } from '../well-formed.ts';
import type { NodeYaml } from '../written.gen.ts';
import { NODES_FILE, nodeLabel, type Finding, type RuleInput } from './rule.ts';

export const nodeNamesAreUnique = (input: RuleInput): Iterable<Finding> =>
  repetitions(input, 'name', (node) => node.name);

export const nodeAddressesAreUnique = (input: RuleInput): Iterable<Finding> =>
  repetitions(input, 'address', (node) => node.address);

/** Compared in one form: `BC-24-11-00-00-01` is `bc:24:11:00:00:01`. */
export const macAddressesAreUnique = (input: RuleInput): Iterable<Finding> =>
  repetitions(input, 'mac_addr', (node) => (node.mac_addr === undefined ? undefined : normalMac(node.mac_addr)));

export const vmIdsAreUnique = (input: RuleInput): Iterable<Finding> =>
  repetitions(input, 'vm_id', (node) => node.vm_id);

/** Every node but the first of those that share a value, with the first's name and place. */
function* repetitions(
  { nodes, place }: RuleInput,
  key: keyof NodeYaml,
  valueOf: (node: WellFormed<NodeYaml>) => string | number | undefined,
): Generator<Finding> {
  const firsts = new Map<string | number, string>();
  for (const [index, node] of nodes.entries()) {
    const value = valueOf(node);
    if (value === undefined) continue;
    const path = [NODES_FILE, 'nodes', index, key] as const;
    const first = firsts.get(value);
    if (first === undefined) firsts.set(value, `${nodeLabel(node, index)} at ${place(path)}`);
    else
      yield {
        path,
        message: `${nodeLabel(node, index)} has the same ${key} as ${first}: ${value}`,
        hint: `give each node its own ${key}`,
      };
  }
}
