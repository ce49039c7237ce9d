/** What a rule is: a function from what is well-formed of both files to findings. */
import type { Severity } from '../../problem.ts';
import type { InputPath } from '../../types.ts';
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
  /** Its name is the rule's sentence. */
  readonly check: (input: RuleInput) => Iterable<Finding>;
}

/** A node as messages name it: `nodes[2] (k8s-worker-1)`. */
export function nodeLabel(node: WellFormed<NodeYaml>, index: number): string {
  const place = formatPath(['nodes', index]);
  return node.name === undefined ? place : `${place} (${node.name})`;
}

/** Whether VMs are made: `null` when it cannot be told, since one of the two keys is missing or the file was not read. */
export function infrastructure({ cluster, isWritten }: RuleInput): 'on' | 'off' | null {
  if (cluster === null) return null;
  const [url, node] = [isWritten([CLUSTER_FILE, 'proxmox_api_url']), isWritten([CLUSTER_FILE, 'proxmox_node'])];
  if (url !== node) return null;
  return url ? 'on' : 'off';
}
