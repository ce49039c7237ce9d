/** Where values and keys stand in a parsed file. Looked up on demand: most runs ask for few positions or none. */
import {
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Alias,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml';
import type { Position } from '../types.ts';
import type { Lines } from './lines.ts';
import type { KeyPath } from './path.ts';

/** What a lookup needs to know of a file. */
export interface Parsed {
  readonly file: string;
  readonly root: YAMLMap;
  readonly lines: Lines;
  /** What each alias stands for. */
  readonly targets: WeakMap<Alias, Node>;
}

/** The places of a file; a path that leads nowhere gives its nearest parent that is there. */
export interface Places {
  /** The value; its key where the value is empty; the first key of a mapping; the first item of a list. */
  value(path: KeyPath): Position;
  /** The key that the path ends with; the item itself in a list. */
  key(path: KeyPath): Position;
  /** A scalar as it is written, without quotes; null for anything else. */
  source(path: KeyPath): string | null;
}

/** The way to a value: its node, and the key that it stands behind. */
interface Found {
  readonly node: Node | null;
  readonly key: Node | null;
  readonly complete: boolean;
}

/** Makes the lookup of a file. Each takes time in proportion to the path's length, however large the mappings are. */
export function places(parsed: Parsed): Places {
  const find = finder(parsed);
  const span = (node: Node | null): Position => position(parsed, node);
  return {
    value(path) {
      const { node, key } = find(path);
      return span(isEmpty(node) ? (key ?? node) : node);
    },
    key(path) {
      const { node, key, complete } = find(path);
      return span(complete ? (key ?? node) : node);
    },
    source(path) {
      const { node, complete } = find(path);
      return complete && isScalar(node) ? (node.source ?? null) : null;
    },
  };
}

function finder({ root, targets }: Parsed): (path: KeyPath) => Found {
  const indexes = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();
  const indexOf = (map: YAMLMap): ReadonlyMap<string, Pair> => {
    const index = indexes.get(map) ?? pairsByKey(map, targets, indexOf);
    indexes.set(map, index);
    return index;
  };
  return (path) => {
    let found: Found = { node: root, key: null, complete: true };
    for (const step of path) {
      const next = child(dereferenced(found.node, targets), step, indexOf);
      if (next === null) return { ...found, complete: false };
      found = next;
    }
    return found;
  };
}

function child(
  node: Node | null,
  step: string | number,
  indexOf: (map: YAMLMap) => ReadonlyMap<string, Pair>,
): Found | null {
  if (isSeq(node)) {
    const item = typeof step === 'number' ? node.items[step] : undefined;
    return item === undefined ? null : { node: item as Node, key: null, complete: true };
  }
  const pair = isMap(node) ? indexOf(node).get(String(step)) : undefined;
  return pair === undefined ? null : { node: pair.value as Node | null, key: pair.key as Node, complete: true };
}

/** The pairs of a mapping by their keys, the first of each; then those that it merges (`<<`), which are weaker. */
function pairsByKey(
  map: YAMLMap,
  targets: WeakMap<Alias, Node>,
  indexOf: (map: YAMLMap) => ReadonlyMap<string, Pair>,
): ReadonlyMap<string, Pair> {
  const own = map.items.filter((pair) => isScalar(pair.key) && typeof pair.key.value === 'string');
  const index = new Map<string, Pair>();
  const add = (key: string, pair: Pair): unknown => index.has(key) || index.set(key, pair);
  for (const pair of own) add((pair.key as { value: string }).value, pair);
  for (const source of map.items.filter(isMerge).flatMap((pair) => mergeSources(pair.value as Node | null, targets))) {
    for (const [key, pair] of indexOf(source)) add(key, pair);
  }
  return index;
}

/** True for the key `<<` without quotes, of which the parser makes a symbol. */
export function isMerge(pair: Pair): boolean {
  return isScalar(pair.key) && typeof pair.key.value === 'symbol';
}

function mergeSources(value: Node | null, targets: WeakMap<Alias, Node>): YAMLMap[] {
  const source = dereferenced(value, targets);
  if (isMap(source)) return [source];
  return isSeq(source)
    ? source.items.map((item) => dereferenced(item as Node, targets)).filter((item) => isMap(item))
    : [];
}

function dereferenced(node: Node | null, targets: WeakMap<Alias, Node>): Node | null {
  return isAlias(node) ? (targets.get(node) ?? null) : node;
}

function isEmpty(node: Node | null): boolean {
  return node === null || node.range?.[0] === node.range?.[1];
}

/** A block mapping or list is shown by its first key or item: marking all its lines would mark half a file. */
function position(parsed: Parsed, node: Node | null): Position {
  const first = isCollection(node) && !node.flow ? node.items[0] : undefined;
  if (first !== undefined) return position(parsed, (isPair(first) ? first.key : first) as Node | null);
  const [start = 0, end = start] = node?.range ?? [];
  return spanAt(parsed, start, end);
}

/** From offsets in the text to lines and columns. */
export function spanAt({ file, lines }: Pick<Parsed, 'file' | 'lines'>, start: number, end: number): Position {
  const { line: endLine, column: endColumn } = lines(Math.max(start, end));
  return { file, ...lines(start), endLine, endColumn };
}
