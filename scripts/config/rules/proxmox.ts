/** What Proxmox needs to be told, and what it cannot tell apart. */
import { normalSchematic, schematicId, type Schematic } from '../../talos/schematic.ts';
import type { InputPath } from '../../types.ts';
import { CLUSTER_SCHEMATIC, nodeSchematic } from './node-schematic.ts';
import {
  CLUSTER_FILE,
  ERROR,
  ERROR_AT_PLAN,
  type Finding,
  infrastructure,
  nodeLabel,
  nodePath,
  NODES_FILE,
  type Rule,
  type RuleInput,
  WARNING,
} from './rule.ts';

/** Two keys of cluster.yaml of which one says nothing without the other. */
type Pair = readonly [first: string, second: string];

/** The one of a pair that is written alone, and the one that is missing. */
function half({ cluster, isWritten }: RuleInput, pair: Pair): { written: string; missing: string } | null {
  const missing = pair.find((key) => !isWritten([CLUSTER_FILE, key]));
  const written = pair.find((key) => isWritten([CLUSTER_FILE, key]));
  return cluster === null || missing === undefined || written === undefined ? null : { written, missing };
}

/** The two keys that switch the infrastructure on. */
const SWITCHES: Pair = ['proxmox_api_url', 'proxmox_node'];

function* apiUrlAndNodeAreWrittenTogether(input: RuleInput): Generator<Finding> {
  const alone = half(input, SWITCHES);
  if (alone === null) return;
  yield {
    path: [CLUSTER_FILE, alone.written],
    message: `${alone.written} is written, but ${alone.missing} is not`,
    hint: `add ${alone.missing}, or remove ${alone.written} where the nodes are bare metal`,
  };
}

const TOKEN: Pair = ['proxmox_api_token_id', 'proxmox_api_token_secret'];

function* theIdAndTheSecretOfTheTokenAreWrittenTogether(input: RuleInput): Generator<Finding> {
  const alone = half(input, TOKEN);
  if (alone === null) return;
  yield {
    path: [CLUSTER_FILE, alone.written],
    message: `${alone.written} is written, but ${alone.missing} is not`,
    hint: `add ${alone.missing}, or remove ${alone.written}`,
  };
}

function* theProxmoxApiHasAToken(input: RuleInput): Generator<Finding> {
  if (infrastructure(input) !== 'on' || TOKEN.some((key) => input.isWritten([CLUSTER_FILE, key]))) return;
  yield {
    path: [CLUSTER_FILE, SWITCHES[0]],
    message: `there is no token for the Proxmox API: ${TOKEN.join(' and ')} are missing`,
    hint: `add ${TOKEN.join(' and ')}; \`pveum user token add\` on the Proxmox host makes one`,
  };
}

/** Proxmox makes the secrets of its tokens as UUIDs. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function* theSecretOfTheTokenIsAUuid({ cluster }: RuleInput): Generator<Finding> {
  const secret = cluster?.proxmox_api_token_secret;
  if (secret === undefined || UUID.test(secret)) return;
  yield {
    path: [CLUSTER_FILE, TOKEN[1]],
    message: `${TOKEN[1]} is no UUID, as those that Proxmox makes are`,
    hint: 'copy it again from what `pveum user token add` printed; it is shown only once',
  };
}

/** What a node must say when no VM is made for it. */
const BARE_METAL_KEYS = ['disk', 'mac_addr', 'schematic_id'] as const;
/** What says the same of the node. */
const INSTEAD = { disk: 'disk_selector', mac_addr: 'mac_addr', schematic_id: 'schematic' } as const;

/** A schematic may be said for all nodes at once, too. */
const isSaid = ({ isWritten }: RuleInput, index: number, key: (typeof BARE_METAL_KEYS)[number]): boolean =>
  [key, INSTEAD[key]].some((one) => isWritten(nodePath(index, one))) ||
  (key === 'schematic_id' && isWritten(CLUSTER_SCHEMATIC));

function* bareMetalNodesSayTheirDiskMacAndSchematic(input: RuleInput): Generator<Finding> {
  if (infrastructure(input) !== 'off') return;
  for (const [index, node] of input.nodes.entries()) {
    const missing = BARE_METAL_KEYS.filter((key) => !isSaid(input, index, key));
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

/** A node's schematic, by its id. */
interface Booted {
  readonly index: number;
  readonly id: string;
  /** Where it is written; null for the built-in one. */
  readonly path: InputPath | null;
}

function* schematicsDifferInTheFileNamesOfTheirIsos(input: RuleInput): Generator<Finding> {
  if (infrastructure(input) !== 'on') return;
  const firsts = new Map<string, Booted>();
  for (const booted of bootedNodes(input)) {
    const file = `${booted.id.slice(0, ISO_NAME_LENGTH)} ${input.nodes[booted.index]?.secureboot ?? false}`;
    const first = firsts.get(file);
    if (first === undefined) firsts.set(file, booted);
    else if (first.id !== booted.id) yield isoClash(input, first, booted);
  }
}

function* bootedNodes(input: RuleInput): Generator<Booted> {
  // The cluster's schematic is that of many nodes: its id is worked out once.
  const ids = new Map<unknown, string | null>();
  for (const index of input.nodes.keys()) {
    const schematic = nodeSchematic(input, index);
    if (schematic === null) continue;
    const { id, content, path } = schematic;
    if (!ids.has(content)) ids.set(content, content && certainId(content));
    const known = id ?? ids.get(content) ?? null;
    if (known !== null) yield { index, id: known, path };
  }
}

function certainId(content: Schematic): string | null {
  const found = schematicId(normalSchematic(content));
  return 'id' in found ? found.id : null;
}

/** Where one of the two ids is the default, the other one is the user's to change. */
function isoClash({ nodes, place }: RuleInput, first: Booted, second: Booted): Finding {
  const [at, other] = second.path === null ? [first, second] : [second, first];
  const [label, otherLabel] = [at, other].map(({ index }) => nodeLabel(nodes[index] ?? {}, index));
  return {
    path: at.path ?? nodePath(at.index, 'schematic_id'),
    message: `the schematic of ${label} begins like that of ${otherLabel} at ${place(other.path ?? nodePath(other.index, 'schematic_id'))}: their ISO files would have one name`,
    hint: `ISO files are named by the first ${ISO_NAME_LENGTH} digits; make one of the schematics anew with another extension or argument`,
  };
}

export const PROXMOX_RULES: readonly Rule[] = [
  {
    code: 'proxmox-half-written',
    ...ERROR,
    why: 'The two keys together switch the infrastructure on; one alone does not say whether VMs are wanted.',
    check: apiUrlAndNodeAreWrittenTogether,
  },
  {
    code: 'proxmox-token-half-written',
    ...ERROR,
    why: 'The provider needs both, or neither.',
    check: theIdAndTheSecretOfTheTokenAreWrittenTogether,
  },
  {
    code: 'proxmox-token-missing',
    ...ERROR_AT_PLAN,
    why: 'OpenTofu cannot plan: the provider has nothing to log in with.',
    check: theProxmoxApiHasAToken,
  },
  {
    code: 'proxmox-token-not-uuid',
    ...WARNING,
    why: 'A token that was copied in part, or a placeholder, is refused only at the first apply.',
    check: theSecretOfTheTokenIsAUuid,
  },
  {
    code: 'bare-metal-incomplete',
    ...ERROR,
    why: 'Nothing can be made up for a machine that exists already.',
    check: bareMetalNodesSayTheirDiskMacAndSchematic,
  },
  {
    code: 'iso-name-clash',
    ...ERROR,
    why: 'One image would replace the other on the storage of Proxmox.',
    check: schematicsDifferInTheFileNamesOfTheirIsos,
  },
];
