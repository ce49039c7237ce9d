/** The state of one walk over a parsed document, and how it reports. */
import type { Alias, Node } from 'yaml';
import type { Problem } from '../problem.ts';
import type { Position } from '../types.ts';
import type { Lines } from './lines.ts';
import { spanAt } from './locate.ts';
import { formatPath } from './path.ts';
import type { Words } from './yaml-words.ts';

/** A value, what an alias to it expands to (in characters and nodes), and how deep it is nested. */
export interface Built {
  readonly value: unknown;
  readonly weight: number;
  readonly depth: number;
}

export interface Anchor {
  readonly node: Node;
  /** Null while its own value is being built. */
  built: Built | null;
}

export interface Walk {
  readonly file: string;
  readonly lines: Lines;
  /** What all aliases together may expand to. */
  readonly limit: number;
  readonly anchors: Map<string, Anchor>;
  /** What each alias stands for. */
  readonly targets: WeakMap<Alias, Node>;
  readonly problems: Problem[];
  /** Where the walk is. */
  readonly path: (string | number)[];
  expanded: number;
  /** Why the aliases stand for more than can be made; they then stand for nothing. */
  refusal: Problem | null;
}

/** Adds a finding on what the walk is at. */
export function report(walk: Walk, node: Node, words: Words, path: readonly (string | number)[] = walk.path): void {
  walk.problems.push(problemAt(walk, node, words, path));
}

export function problemAt(
  walk: Walk,
  node: Node,
  words: Words,
  path: readonly (string | number)[] = walk.path,
): Problem {
  return { severity: 'error', ...words, ...spanOf(walk, node), path: formatPath(path) };
}

export function spanOf(walk: Walk, node: Node): Position {
  const [start = 0, end = start] = node.range ?? [];
  return spanAt(walk, start, end);
}
