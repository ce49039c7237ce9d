/** Where a value came from, followed back to the characters in the YAML, and what it overrode on the way. */
import { isContainer } from '../config/mapping.ts';
import { formatPath, valueAt, type KeyPath } from '../config/path.ts';
import { isSecret } from '../config/secret.ts';
import { SECRET_KEYS, type InputPath, type Model, type Origin, type Position } from '../types.ts';
import { isNode, leavesBelow, type Leaf, type Meaning } from './leaves.ts';

/** What stands for a secret's value, whatever its length. */
const MASK = '***';

/** A value and its sources. A secret's values are all `MASK`. */
export interface Explanation {
  /** As a user names it: `node_cidr`, `nodes.cp-1.vm_memory`. */
  readonly name: string;
  /** As templates name it: `cluster.node_cidr`, `nodes[0].vm_memory`. */
  readonly path: string;
  readonly value: unknown;
  readonly source: Source;
  /** What would count if the source were not there, nearest first. */
  readonly overrode: readonly Source[];
}

/** One place that a value may come from. */
export type Source =
  | ({
      readonly from: 'written';
      /** The key in that file: `proxmox_vm_defaults.memory`, `nodes[0].address`. */
      readonly key: string;
      /** As it is written: a MAC address or URL may have another form in the end. */
      readonly value: unknown;
    } & Place)
  /** A default of the schema, or a fact of the product; the value is null for a key without default. */
  | { readonly from: 'built-in'; readonly key: string; readonly value: unknown }
  | { readonly from: 'computed'; readonly of: readonly Explanation[]; readonly value: unknown };

/** Where it is written; the file alone when that is all that is known. */
type Place = Pick<Position, 'file'> & Partial<Position>;

/** Explains everything at and below a path of the model. @param path of a value that is there */
export function explanations(meaning: Meaning, path: KeyPath): readonly Explanation[] {
  return leavesBelow(meaning.derived, path).map((leaf) => explanation(meaning, leaf));
}

export function explanation(meaning: Meaning, { path, value, origin }: Leaf): Explanation {
  const masked = isSecretPath(path);
  return {
    name: nameOf(meaning.derived.model, path),
    path: formatPath(path),
    value: shown(value, masked),
    source: source(meaning, origin, masked),
    overrode: origin.beat.filter((beaten) => says(meaning, beaten)).map((beaten) => source(meaning, beaten, masked)),
  };
}

/** `nodes.cp-1.vm_memory` for `nodes[0].vm_memory`, `node_cidr` for `cluster.node_cidr`. */
export function nameOf(model: Model, path: KeyPath): string {
  const [root, index, ...rest] = path;
  if (root === 'cluster' && path.length > 1) return formatPath(path.slice(1));
  const node = root === 'nodes' ? model.nodes[Number(index)] : undefined;
  return node === undefined ? formatPath(path) : formatPath(['nodes', node.name, ...rest]);
}

function isSecretPath([root, key]: KeyPath): boolean {
  return root === 'cluster' && SECRET_KEYS.some((secret) => secret === key);
}

/** That a secret is not set is no secret. In `vars` secrets may stand at any depth. */
function shown(value: unknown, masked: boolean): unknown {
  if (isSecret(value) || (masked && value !== null)) return MASK;
  if (Array.isArray(value)) return value.map((item) => shown(item, masked));
  if (!isContainer(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shown(item, masked)]));
}

function source(meaning: Meaning, origin: Origin, masked: boolean): Source {
  const { from } = origin;
  if (from === 'written') {
    const [file, ...inside] = origin.path;
    const place = meaning.config.locate(origin.path) ?? { file };
    return { from, key: formatPath(inside), ...place, value: shown(writtenAt(meaning, origin.path), masked) };
  }
  const value = shown(origin.value, masked);
  if (from === 'built-in') return { from, key: origin.name, value };
  return { from, of: origin.of.map((path) => followed(meaning, path)), value };
}

/** What a value was computed from; of a node as a whole its place in the list. @param path as the origins name it */
function followed(meaning: Meaning, path: string): Explanation {
  const origin = meaning.derived.origins.get(path);
  if (origin === undefined) throw new TypeError(`the model has no ${path}`);
  const steps = stepsOf(path);
  const { model } = meaning.derived;
  if (!isNode(steps)) return explanation(meaning, { path: steps, value: valueAt(model, steps), origin });
  const value = `item ${Number(steps[1]) + 1} of ${model.nodes.length}`;
  const whole = explanation(meaning, { path: steps, value, origin });
  return { ...whole, source: { ...whole.source, value } };
}

/** `nodes[0].vm_memory` as steps: names of the model need no quotes. */
function stepsOf(path: string): KeyPath {
  return path
    .split(/[.[\]]+/)
    .filter((step) => step !== '')
    .map((step) => (/^[0-9]+$/.test(step) ? Number(step) : step));
}

/** What the user wrote at a path of an input file. */
export function writtenAt({ config }: Meaning, [file, ...inside]: InputPath): unknown {
  return valueAt(file === 'cluster.yaml' ? config.cluster : { nodes: config.nodes }, inside);
}

/** That a value is not set is nothing to override, neither is a part that another source's value has not. */
function says(meaning: Meaning, origin: Origin): boolean {
  if (origin.from === 'written') return writtenAt(meaning, origin.path) !== undefined;
  return origin.value !== null;
}
