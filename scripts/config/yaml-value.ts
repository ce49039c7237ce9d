/**
 * A parsed document → its plain value, in one walk of our own. The library's conversion is not used: it looks for
 * duplicate keys in quadratic time, and expands aliases before anything can be refused.
 */
import { isAlias, isMap, isScalar, isSeq, type Alias, type Node, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Lines } from './lines.ts';
import { mappingOf, stepOf } from './yaml-mapping.ts';
import { fitsTag } from './yaml-tags.ts';
import { problemAt, report, type Anchor, type Built, type Walk } from './yaml-walk.ts';
import { WORDS, type Words } from './yaml-words.ts';

/** Values, also those that aliases stand for, are nested no deeper than this. */
export const MAX_DEPTH = 100;

/**
 * What all aliases of a file may stand for together, in characters and nodes: a fixed part for small files, and ten
 * times the file. A thousand nodes that share a block are far below it, the smallest bomb is far above.
 */
const expansionLimit = (length: number): number => 256 * 1024 + 10 * length;

/**
 * The value of a document; frozen, since aliases share it. `problems` are findings on single values and keys. With a
 * `refusal` the value is incomplete and must not be used.
 */
export type DocumentValue = Pick<Walk, 'problems' | 'targets' | 'refusal'> & { readonly value: unknown };

/**
 * Builds the value of `root` in time proportional to the file's length.
 * @param length of the file's text, in characters
 */
export function documentValue(file: string, root: Node, lines: Lines, length: number): DocumentValue {
  const walk: Walk = {
    file,
    lines,
    limit: expansionLimit(length),
    anchors: new Map(),
    targets: new WeakMap(),
    problems: [],
    path: [],
    expanded: 0,
    refusal: null,
  };
  const { value } = build(walk, root);
  return { value, problems: walk.problems, targets: walk.targets, refusal: walk.refusal };
}

/** What stands for a value that could not be had. */
const NOTHING: Built = { value: null, weight: 1, depth: 0 };

function build(walk: Walk, node: Node | null): Built {
  if (isAlias(node)) return buildAlias(walk, node);
  if (!isMap(node) && !isSeq(node) && !isScalar(node)) return NOTHING;
  if (!fitsTag(node)) return refuse(walk, node, WORDS.unknownTag);
  const anchor: Anchor = { node, built: null };
  if (node.anchor !== undefined) walk.anchors.set(node.anchor, anchor);
  anchor.built = isMap(node) ? buildMap(walk, node) : isSeq(node) ? buildSeq(walk, node) : buildScalar(walk, node);
  return anchor.built;
}

function buildAt(walk: Walk, step: string | number, node: Node | null): Built {
  walk.path.push(step);
  const built = build(walk, node);
  walk.path.pop();
  return built;
}

function buildMap(walk: Walk, { items }: YAMLMap): Built {
  const children = items.map((pair) => buildAt(walk, stepOf(pair), pair.value as Node | null));
  return around(mappingOf(walk, items, children.map(valueOf)), children);
}

function buildSeq(walk: Walk, { items }: YAMLSeq): Built {
  const children = items.map((item, index) => buildAt(walk, index, item as Node | null));
  return around(children.map(valueOf), children);
}

const valueOf = ({ value }: Built): unknown => value;

function around(value: object, children: readonly Built[]): Built {
  const weight = children.reduce((sum, child) => sum + child.weight, 1);
  const depth = children.reduce((deepest, child) => Math.max(deepest, child.depth + 1), 0);
  return { value: Object.freeze(value), weight, depth };
}

function buildScalar(walk: Walk, scalar: Scalar): Built {
  const { value, source = '' } = scalar;
  // The number is not repeated in the message: it may be a password that lacks its quotes.
  if (typeof value === 'number' && !isExact(value)) report(walk, scalar, WORDS.inexactNumber);
  return { value, weight: 1 + source.length, depth: 0 };
}

function isExact(value: number): boolean {
  return Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
}

function buildAlias(walk: Walk, alias: Alias): Built {
  const anchor = walk.anchors.get(alias.source);
  if (anchor === undefined) return refuse(walk, alias, WORDS.unknownAlias);
  if (anchor.built === null) return refuse(walk, alias, WORDS.recursiveAlias);
  return expand(walk, alias, anchor.node, anchor.built);
}

/** Counts what an alias stands for before anything is made of it; what was built once is shared. */
function expand(walk: Walk, alias: Alias, target: Node, built: Built): Built {
  walk.expanded += built.weight;
  const words = expansionWords(walk, built);
  if (words !== null) walk.refusal ??= problemAt(walk, alias, words);
  if (walk.refusal !== null) return NOTHING;
  walk.targets.set(alias, target);
  return built;
}

function expansionWords({ path, expanded, limit }: Walk, { depth }: Built): Words | null {
  if (path.length + depth > MAX_DEPTH) return WORDS.tooDeep;
  return expanded > limit ? WORDS.aliasExpansion : null;
}

function refuse(walk: Walk, node: Node, words: Words): Built {
  report(walk, node, words);
  return NOTHING;
}
