/** What stands where in a file, also in one with errors: which key or value is under the cursor, and what is around it. */
import { isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import { stepOf } from '../config/yaml-mapping.ts';
import type { KeyPath } from '../config/path.ts';
import { readStream } from '../config/yaml-stream.ts';

/** A key or value. In a list only the items that are no mapping or list have a spot of their own. */
export interface Spot {
  readonly path: KeyPath;
  readonly part: 'key' | 'value';
  /** Null for an item of a list. */
  readonly pair: Pair | null;
  /** The mapping that the pair is in. */
  readonly map: YAMLMap | null;
  /** Offsets of the key or the value itself. */
  readonly start: number;
  readonly end: number;
}

/** The root of the file's first document; null for an empty file, and for one that cannot be read at all. */
export function outline(text: string): Node | null {
  return readStream(text).documents[0]?.contents ?? null;
}

/** What is at an offset, its end included; null between keys and in comments. */
export function spotAt(root: Node | null, offset: number): Spot | null {
  return inside({ node: root, path: [], pair: null, map: null }, offset);
}

interface Step extends Pick<Spot, 'path' | 'pair' | 'map'> {
  readonly node: Node | null;
}

function inside(step: Step, offset: number): Spot | null {
  const { node, path } = step;
  if (isMap(node)) return insideMap(node, path, offset);
  if (isSeq(node)) return insideSeq(node.items as readonly Node[], path, offset);
  const [start, end] = span(node);
  return holds(node, offset) ? { ...step, part: 'value', start, end } : null;
}

function insideMap(map: YAMLMap, path: KeyPath, offset: number): Spot | null {
  for (const pair of map.items as readonly Pair<Node, Node | null>[]) {
    const at = { path: [...path, stepOf(pair)], pair, map };
    const [start, end] = span(pair.key);
    // From the key to its value, the colon between them included, is the key's.
    const valueStart = pair.value === null ? end : Math.max(span(pair.value)[0], end + 1);
    if (offset >= start && (offset <= end || offset < valueStart)) return { ...at, part: 'key', start, end };
    if (pair.value !== null && holds(pair.value, offset)) return inside({ ...at, node: pair.value }, offset);
  }
  return null;
}

function insideSeq(items: readonly Node[], path: KeyPath, offset: number): Spot | null {
  const index = items.findIndex((item) => holds(item, offset));
  const node = items[index];
  return node === undefined ? null : inside({ node, path: [...path, index], pair: null, map: null }, offset);
}

/** Offsets of a node, without what follows on its line. */
export function span(node: Node | null): readonly [start: number, end: number] {
  const [start = 0, end = start] = node?.range ?? [];
  return [start, end];
}

function holds(node: Node | null, offset: number): boolean {
  const [start, end] = span(node);
  return node?.range !== undefined && offset >= start && offset <= end;
}

/** The mapping at a path; null where it is an alias, or no mapping, or not there. */
export function mapAt(root: Node | null, path: KeyPath): YAMLMap | null {
  let node: Node | null = root;
  for (const step of path) node = child(node, step);
  return isMap(node) ? node : null;
}

function child(node: Node | null, step: string | number): Node | null {
  if (isSeq(node)) return (typeof step === 'number' ? (node.items[step] as Node | undefined) : undefined) ?? null;
  if (!isMap(node)) return null;
  const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
  return (pair?.value ?? null) as Node | null;
}
