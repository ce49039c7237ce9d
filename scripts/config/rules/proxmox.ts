/** What Proxmox needs to be told, and what it cannot tell apart. */
import { nodeDefault } from '../defaults.ts';
import type { WellFormed } from '../well-formed.ts';
import type { NodeYaml } from '../written.gen.ts';
import { CLUSTER_FILE, infrastructure, NODES_FILE, nodeLabel, type Finding, type RuleInput } from './rule.ts';

/** The two keys that switch the infrastructure on. */
const SWITCHES = ['proxmox_api_url', 'proxmox_node'] as const;

export function* apiUrlAndNodeAreWrittenTogether({ cluster, isWritten }: RuleInput): Generator<Finding> {
  if (cluster === null) return;
  const missing = SWITCHES.filter((key) => !isWritten([CLUSTER_FILE, key]));
  const written = SWITCHES.find((key) => isWritten([CLUSTER_FILE, key]));
  if (missing.length !== 1 || written === undefined) return;
  yield {
    path: [CLUSTER_FILE, written],
    message: `${written} is written, but ${missing[0]} is not`,
    hint: `add ${missing[0]}, or remove ${written} where the nodes are bare metal`,
  };
}

/** What a node must say when no VM is made for it. */
const BARE_METAL_KEYS = ['disk', 'mac_addr', 'schematic_id'] as const;

export function* bareMetalNodesSayTheirDiskMacAndSchematic(input: RuleInput): Generator<Finding> {
  if (infrastructure(input) !== 'off') return;
  for (const [index, node] of input.nodes.entries()) {
    const missing = BARE_METAL_KEYS.filter((key) => !input.isWritten([NODES_FILE, 'nodes', index, key]));
    if (missing.length === 0) continue;
    yield {
      path: [NODES_FILE, 'nodes', index],
      message: `${nodeLabel(node, index)} is bare metal and needs ${missing.join(', ')}`,
      hint: 'add them; or set proxmox_api_url and proxmox_node in cluster.yaml, and it becomes a VM',
    };
  }
}

/** How much of a schematic's id its ISO file is named by. */
const ISO_NAME_LENGTH = 12;

export function* schematicsDifferInTheFileNamesOfTheirIsos(input: RuleInput): Generator<Finding> {
  if (infrastructure(input) !== 'on') return;
  const firsts = new Map<string, { node: WellFormed<NodeYaml>; index: number }>();
  for (const [index, node] of input.nodes.entries()) {
    const file = `${schematicOf(node).slice(0, ISO_NAME_LENGTH)} ${node.secureboot ?? false}`;
    const first = firsts.get(file);
    if (first === undefined) firsts.set(file, { node, index });
    else if (schematicOf(first.node) !== schematicOf(node)) yield isoClash(input, first.index, index);
  }
}

const schematicOf = (node: WellFormed<NodeYaml>): string => node.schematic_id ?? nodeDefault('schematic_id');

/** Where one of the two ids is the default, the other one is the user's to change. */
function isoClash({ nodes, place }: RuleInput, first: number, second: number): Finding {
  const [at, other] = nodes[second]?.schematic_id === undefined ? [first, second] : [second, first];
  const path = (index: number) => [NODES_FILE, 'nodes', index, 'schematic_id'] as const;
  const [label, otherLabel] = [nodeLabel(nodes[at] ?? {}, at), nodeLabel(nodes[other] ?? {}, other)];
  return {
    path: path(at),
    message: `the schematic of ${label} begins like that of ${otherLabel} at ${place(path(other))}: their ISO files would have one name`,
    hint: `ISO files are named by the first ${ISO_NAME_LENGTH} digits; make one of the schematics anew with another extension or argument`,
  };
}
