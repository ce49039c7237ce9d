/** A value that knows where it came from, and trees of them: the model before it is split into values and origins. */
import type { InputPath, Origin } from '../types.ts';
import { isSecret } from './secret.ts';

export interface Field<T> {
  readonly value: T;
  readonly origin: Origin;
}

/** Fields at the places that their values have in the model. No key of the model is called `origin`. */
export type FieldTree<T> = { readonly [K in keyof T]: Field<T[K]> | FieldTree<T[K]> };

type AnyTree = Field<unknown> | readonly AnyTree[] | { readonly [key: string]: AnyTree };

/** A value that stands in an input file; null when it does not. */
export function written<T>(value: T, path: InputPath): Field<Exclude<T, undefined>> | null {
  if (value === undefined) return null;
  return { value: copied(value) as Exclude<T, undefined>, origin: { from: 'written', path, beat: [] } };
}

/** A default, or a fact of the product. @param name the schema's key, such as `proxmox_vm_worker_defaults.cores` */
export function builtIn<T>(value: T, name: string): Field<T> {
  return { value: copied(value), origin: { from: 'built-in', name, value, beat: [] } };
}

/** @param of the paths in the model that it was made from: `cluster.node_cidr`, `nodes[0].address` */
export function computed<T>(value: T, ...of: readonly string[]): Field<T> {
  return { value, origin: { from: 'computed', of, value, beat: [] } };
}

/** What a key without default is when it was not written. */
export function unset(name: string): Field<null> {
  return builtIn(null, name);
}

/** The first candidate that is there wins, and remembers the others that are. The last one must be there. */
export function firstOf<T>(...candidates: readonly (Field<T> | null)[]): Field<T> {
  const [winner, ...losers] = candidates.filter((candidate) => candidate !== null);
  if (winner === undefined) throw new TypeError('no candidate is there');
  return { value: winner.value, origin: { ...winner.origin, beat: losers.map((loser) => loser.origin) } };
}

/** The same source, another form of the value. */
export function mapField<A, B>(field: Field<A>, change: (value: A) => B): Field<B> {
  return { value: change(field.value), origin: field.origin };
}

/**
 * Splits a tree: returns its values, and enters each leaf's origin under its path.
 * @param path of the tree itself, such as `cluster` or `nodes[0]`
 */
export function split<T>(tree: FieldTree<T>, path: string, origins: Map<string, Origin>): T {
  return splitAny(tree, path, origins) as T;
}

function splitAny(tree: AnyTree, path: string, origins: Map<string, Origin>): unknown {
  if (isList(tree)) return tree.map((item, index) => splitAny(item, `${path}[${index}]`, origins));
  if (isField(tree)) {
    origins.set(path, tree.origin);
    return tree.value;
  }
  const values: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(tree)) values[key] = splitAny(item, `${path}.${key}`, origins);
  return values;
}

function isList(tree: AnyTree): tree is readonly AnyTree[] {
  return Array.isArray(tree);
}

function isField(tree: AnyTree): tree is Field<unknown> {
  return 'origin' in tree;
}

/** The model is frozen to its depth, what was read or imported is not ours to freeze. Secrets are no one's to copy. */
function copied<T>(value: T): T {
  if (typeof value !== 'object' || value === null || isSecret(value)) return value;
  if (Array.isArray(value)) return value.map(copied) as T;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copied(item)])) as T;
}

/** Freezes a value to its depth and returns it. Secrets are frozen already, and must not be touched. */
export function deepFrozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || isSecret(value) || Object.isFrozen(value)) return value;
  Object.freeze(value);
  Object.values(value).forEach(deepFrozen);
  return value;
}
