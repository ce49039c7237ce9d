/** What the schemas say of a key, as data: for messages, and for rules that need a list of names. */
import clusterSchema from '../../schemas/cluster.schema.json' with { type: 'json' };
import nodesSchema from '../../schemas/nodes.schema.json' with { type: 'json' };
import type { KeyPath } from './path.ts';

/** The part of JSON Schema that `schemas/` uses; the meaning is draft-07's. */
export interface KeySchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly pattern?: string;
  /** What `pattern` asks for, as a sentence that starts with "Must be". */
  readonly patternErrorMessage?: string;
  /** True for a secret. */
  readonly writeOnly?: boolean;
  readonly properties?: Readonly<Record<string, KeySchema>>;
  /** What is asked of the values of keys that have no name here. */
  readonly additionalProperties?: boolean | KeySchema;
  readonly patternProperties?: Readonly<Record<string, unknown>>;
  readonly items?: KeySchema;
  readonly allOf?: readonly KeySchema[];
  readonly $ref?: string;
  readonly definitions?: Readonly<Record<string, KeySchema>>;
}

export type InputKind = 'cluster' | 'nodes';

const SCHEMAS: Readonly<Record<InputKind, KeySchema>> = { cluster: clusterSchema, nodes: nodesSchema };

/** What is said of the value at `path`, with references resolved; null where the schema says nothing. */
export function keySchema(kind: InputKind, path: KeyPath): KeySchema | null {
  const { definitions } = SCHEMAS[kind];
  let schema: KeySchema | undefined = SCHEMAS[kind];
  for (const step of path) {
    const inside: KeySchema | undefined = typeof step === 'number' ? schema.items : ownProperty(schema, step);
    if (inside === undefined) return null;
    schema = resolved(inside, definitions);
  }
  return schema;
}

function ownProperty({ properties = {}, additionalProperties }: KeySchema, key: string): KeySchema | undefined {
  if (Object.hasOwn(properties, key)) return properties[key];
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

/** Our schemas refer by `$ref` alone, or by an `allOf` of one beside the key's own words. */
function resolved(schema: KeySchema, definitions: KeySchema['definitions']): KeySchema {
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
  return { ...definitions?.[reference?.slice('#/definitions/'.length) ?? ''], ...schema };
}

/** The keys that a mapping may have; empty where the schema does not name them. */
export function knownKeys(kind: InputKind, path: KeyPath): readonly string[] {
  return Object.keys(keySchema(kind, path)?.properties ?? {});
}

/** True for a value that no message may repeat. */
export function isSecretPath(kind: InputKind, path: KeyPath): boolean {
  return keySchema(kind, path.slice(0, 1))?.writeOnly === true;
}

const APPLICATION_KEYS = Object.keys(clusterSchema.patternProperties).map((pattern) => new RegExp(pattern, 'u'));

/** True for a key that MatherlyNet's cluster.yaml holds for a Kubernetes application: accepted, not ours. */
export function isApplicationKey(key: string): boolean {
  // Most keys are ours, and the patterns are long: to compile them takes milliseconds.
  return ownProperty(clusterSchema, key) === undefined && APPLICATION_KEYS.some((pattern) => pattern.test(key));
}
