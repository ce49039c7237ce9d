/** The built-in defaults: `default` in schemas/, which is the one place where they are written. */
import clusterSchema from '../../schemas/cluster.schema.json' with { type: 'json' };
import nodesSchema from '../../schemas/nodes.schema.json' with { type: 'json' };
import type { ClusterYaml, NodeYaml } from './written.gen.ts';

interface Schema {
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
}

const CLUSTER: Schema = clusterSchema;
const NODE: Schema = nodesSchema.definitions.node;

/** What a key holds when it is written. */
type Written<T, K extends keyof T> = Exclude<T[K], undefined>;

/** @throws when the schema has no default there: a caller that asks for one is a bug */
function defaultAt(schema: Schema, ...path: readonly string[]): unknown {
  const found = path.reduce<Schema | undefined>((at, key) => at?.properties?.[key], schema);
  if (found?.default === undefined) throw new TypeError(`the schema has no default for ${path.join('.')}`);
  return found.default;
}

/** The default of a key of cluster.yaml. */
export function clusterDefault<K extends keyof ClusterYaml & string>(key: K): Written<ClusterYaml, K> {
  return defaultAt(CLUSTER, key) as Written<ClusterYaml, K>;
}

/** The default of a key in a mapping of cluster.yaml: `groupDefault('proxmox_vm_defaults', 'cores')`. */
export function groupDefault<G extends keyof ClusterYaml & string, K extends keyof Written<ClusterYaml, G> & string>(
  group: G,
  key: K,
): Written<Written<ClusterYaml, G>, K> {
  return defaultAt(CLUSTER, group, key) as Written<Written<ClusterYaml, G>, K>;
}

/** All defaults of a mapping in cluster.yaml, by key: `defaultsBelow('secrets', 'env')`. */
export function defaultsBelow(...path: readonly string[]): Readonly<Record<string, unknown>> {
  const mapping = path.reduce<Schema | undefined>((at, key) => at?.properties?.[key], CLUSTER);
  const keys = Object.entries(mapping?.properties ?? {}).filter(([, schema]) => schema.default !== undefined);
  return Object.fromEntries(keys.map(([key, schema]) => [key, schema.default]));
}

/** The default of a key of a node. */
export function nodeDefault<K extends keyof NodeYaml & string>(key: K): Written<NodeYaml, K> {
  return defaultAt(NODE, key) as Written<NodeYaml, K>;
}
