/** The leaves of the model: every value that knows where it came from. */
import { formatPath, hasValueAt, valueAt, type KeyPath } from '../config/path.ts';
import type { Config, Derived, Origin } from '../types.ts';

/** What was written, and what became of it. */
export interface Meaning {
  readonly config: Omit<Config, 'unresolved'>;
  readonly derived: Derived;
}

/** A value of the model, or a part of one: `['nodes', 0, 'vm_memory']`, `['cluster', 'vars', 'team']`. */
export interface Leaf {
  readonly path: KeyPath;
  readonly value: unknown;
  readonly origin: Origin;
}

/**
 * The leaves at and below a path, in the order of the model; for a path inside of a leaf that part of it.
 * @param path of a value that is there
 */
export function leavesBelow(derived: Derived, path: KeyPath): readonly Leaf[] {
  const value = valueAt(derived.model, path);
  const origin = isNode(path) ? null : originOf(derived, path);
  if (origin !== null) return [{ path, value, origin }];
  return Object.keys(value as object).flatMap((key) =>
    leavesBelow(derived, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

/** A node as a whole has an origin too, but is no leaf. */
export function isNode(path: KeyPath): boolean {
  return path.length === 2 && path[0] === 'nodes';
}

/** Null for what only holds leaves. */
function originOf({ origins }: Derived, path: KeyPath): Origin | null {
  for (let length = path.length; length > 0; length -= 1) {
    const above = path.slice(0, length);
    const origin = isNode(above) ? undefined : origins.get(formatPath(above));
    if (origin !== undefined) return partOf(origin, path.slice(length));
  }
  return null;
}

/** The origin of a part of a value: what stands at the same place in each source, where that has such a part. */
function partOf(origin: Origin, inside: KeyPath): Origin {
  if (inside.length === 0) return origin;
  const beat = origin.beat.filter((beaten) => hasPart(beaten, inside)).map((beaten) => partOf(beaten, inside));
  if (origin.from === 'written') return { ...origin, path: [...origin.path, ...inside], beat };
  const value = valueAt(origin.value, inside);
  if (origin.from === 'computed') return { ...origin, value, beat };
  return { ...origin, name: `${origin.name}${formatPath(['_', ...inside]).slice(1)}`, value, beat };
}

/** Of what is written, only the config knows its parts; a path to what is not there gives no value. */
function hasPart(origin: Origin, inside: KeyPath): boolean {
  return origin.from === 'written' || hasValueAt(origin.value, inside);
}
