/** What a rule is: a function from what is well-formed of both files to findings. */
import type { Severity } from '../../problem.ts';
import type { InputPath } from '../../types.ts';
import { clusterDefault, groupDefault } from '../defaults.ts';
import { formatPath } from '../path.ts';
import type { WellFormed } from '../well-formed.ts';
import type { ClusterYaml, NodeYaml } from '../written.gen.ts';

export const CLUSTER_FILE = 'cluster.yaml';
export const NODES_FILE = 'nodes.yaml';

/** Both files as one. A rule must expect any value to be missing. */
export interface RuleInput {
  /** Null when the file could not be read: nothing can then be said of what it does not say. */
  readonly cluster: WellFormed<ClusterYaml> | null;
  /** Empty when the file could not be read. */
  readonly nodes: readonly WellFormed<NodeYaml>[];
  /** True for a key that is there, also with a value of the wrong shape. */
  readonly isWritten: (path: InputPath) => boolean;
  /** Where a value stands, as messages say it: `nodes.yaml:4:14`. */
  readonly place: (path: InputPath) => string;
}

/** What a rule has to say of one value. */
export interface Finding {
  readonly path: InputPath;
  readonly message: string;
  readonly hint: string;
}

export interface Rule {
  /** Kebab-case name of what is wrong; the name of the fixture folder that breaks the rule. */
  readonly code: string;
  readonly severity: Severity;
  /** What `infra plan` makes of it: what is only a warning while a project is being written. */
  readonly atPlan?: 'error';
  /** Whether a comment may silence it: false where the output would be broken, or the run fail anyway. */
  readonly silenceable: boolean;
  /** What goes wrong otherwise, in one line. */
  readonly why: string;
  /** Its name is the rule's sentence. */
  readonly check: (input: RuleInput) => Iterable<Finding>;
}

/** What most rules share, for their rows. */
export const ERROR = { severity: 'error', silenceable: false } as const;
/** An error that breaks no output, and that something nigari cannot see, such as a router, may make right. */
export const JUDGEMENT = { severity: 'error', silenceable: true } as const;
export const WARNING = { severity: 'warning', silenceable: true } as const;
export const ERROR_AT_PLAN = { severity: 'warning', atPlan: 'error', silenceable: true } as const;
export const NOTE = { severity: 'note', silenceable: true } as const;

/** What stands at a path, as messages name it: `vars.team`, `nodes[0].disk`. */
export const nameOf = ([, ...inside]: InputPath): string => formatPath(inside);

/** A node as messages name it: `nodes[2] (k8s-worker-1)`. */
export function nodeLabel(node: WellFormed<NodeYaml>, index: number): string {
  const place = formatPath(['nodes', index]);
  return node.name === undefined ? place : `${place} (${node.name})`;
}

export const nodePath = (index: number, key: keyof NodeYaml): InputPath => [NODES_FILE, 'nodes', index, key];

/** Whether VMs are made: `null` when it cannot be told, since one of the two keys is missing or the file was not read. */
export function infrastructure({ cluster, isWritten }: RuleInput): 'on' | 'off' | null {
  if (cluster === null) return null;
  const [url, node] = [isWritten([CLUSTER_FILE, 'proxmox_api_url']), isWritten([CLUSTER_FILE, 'proxmox_node'])];
  if (url !== node) return null;
  return url ? 'on' : 'off';
}

/** A value as it counts. */
export interface Effective<T> {
  readonly value: T;
  /** Where the user wrote it; null for a default. */
  readonly path: InputPath | null;
}

type Written<T> = Exclude<T, undefined>;
type Advanced = Written<ClusterYaml['proxmox_vm_advanced']>;

/** A value of cluster.yaml or its default; null where it cannot be told, since what is written is broken. */
export function clusterValue<K extends keyof ClusterYaml & string>(
  input: RuleInput,
  key: K,
): Effective<WellFormed<Written<ClusterYaml[K]>>> | null {
  return effective(input, [CLUSTER_FILE, key], input.cluster?.[key], () => clusterDefault(key));
}

/** The same of a key of `proxmox_vm_advanced`. */
export function advancedValue<K extends keyof Advanced & string>(
  input: RuleInput,
  key: K,
): Effective<WellFormed<Written<Advanced[K]>>> | null {
  const group = 'proxmox_vm_advanced';
  const inside = input.cluster?.[group];
  if (inside === undefined && input.isWritten([CLUSTER_FILE, group])) return null;
  return effective(input, [CLUSTER_FILE, group, key], inside?.[key], () => groupDefault(group, key));
}

function effective<T>(
  { cluster, isWritten }: RuleInput,
  path: InputPath,
  value: unknown,
  normal: () => unknown,
): Effective<T> | null {
  if (value !== undefined) return { value: value as T, path };
  return cluster === null || isWritten(path) ? null : { value: normal() as T, path: null };
}
