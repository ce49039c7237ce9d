/** Where the secrets of an input file stand, and what they say. */
import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap } from 'yaml';
import { linesOf, type Lines } from '../config/lines.ts';
import { isMerge } from '../config/locate.ts';
import { readStream } from '../config/yaml-stream.ts';
import { stepOf } from '../config/yaml-mapping.ts';
import { secretLines, type Reading } from './secret-lines.ts';
import { mayBeSecret, nameKind, type NameKind } from './secret-names.ts';

/** Reads a text as YAML; where it is none, line by line. */
export function secretsIn(text: string): Reading {
  const { documents, stopped } = readStream(text);
  const [document, second] = documents;
  const root = document?.contents ?? null;
  const isWhole = stopped === null && second === undefined && document?.errors.length === 0;
  return isWhole && isMap(root) ? secretsBelow(root, linesOf(text)) : secretLines(text);
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** The state of one walk. */
interface Search {
  readonly lines: Lines;
  /** Every node with an anchor, by its name: which of two an alias means does not matter here. */
  readonly anchored: ReadonlyMap<string, readonly Node[]>;
  readonly secret: Range[];
  /** Of keys that are not ours; what they may be is looked at when their lines are asked for. */
  readonly unknown: (Range & { readonly name: string })[];
  readonly values: Set<string>;
  /** What aliases were followed to. */
  readonly followed: Readonly<Record<Exclude<NameKind, 'open'>, Set<Node>>>;
}

function secretsBelow(root: YAMLMap, lines: Lines): Reading {
  const search: Search = {
    lines,
    anchored: byAnchor(root),
    secret: [],
    unknown: [],
    values: new Set(),
    followed: { secret: new Set(), unknown: new Set() },
  };
  look(search, root, 'open');
  const { secret, unknown, values } = search;
  const isSecret = (line: number): boolean => {
    const covers = ({ from, to }: Range): boolean => from <= line && line <= to;
    return secret.some(covers) || unknown.filter(covers).some(({ name }) => mayBeSecret(name));
  };
  return { isSecret, values: [...values], complete: true };
}

function byAnchor(root: Node): ReadonlyMap<string, readonly Node[]> {
  const anchored = new Map<string, Node[]>();
  const visit = (node: unknown): void => {
    if (!isMap(node) && !isSeq(node) && !isScalar(node)) return;
    if (node.anchor !== undefined) anchored.set(node.anchor, [...(anchored.get(node.anchor) ?? []), node]);
    if (isMap(node)) node.items.forEach((pair) => [pair.key, pair.value].forEach(visit));
    if (isSeq(node)) node.items.forEach(visit);
  };
  visit(root);
  return anchored;
}

/** @param kind of the key that the node stands behind */
function look(search: Search, node: unknown, kind: NameKind): void {
  if (isMap(node)) for (const pair of node.items) lookAtPair(search, pair, kind);
  if (isSeq(node)) for (const item of node.items) look(search, item, kind);
  if (isScalar(node) && kind === 'secret') addValues(search, node);
  if (isAlias(node) && kind !== 'open')
    for (const target of search.anchored.get(node.source) ?? []) follow(search, target, kind);
}

function lookAtPair(search: Search, pair: Pair, around: NameKind): void {
  const name = stepOf(pair);
  const kind = around === 'open' && !isMerge(pair) ? nameKind(name) : around;
  const range = linesBetween(search, pair.key as Node, (pair.value ?? pair.key) as Node);
  if (kind === 'secret') search.secret.push(range);
  if (kind === 'unknown') search.unknown.push({ ...range, name });
  look(search, pair.value, kind);
}

/** The value stands elsewhere: its lines are as secret as the key that repeats it. */
function follow(search: Search, target: Node, kind: Exclude<NameKind, 'open'>): void {
  if (search.followed[kind].has(target)) return;
  search.followed[kind].add(target);
  search.secret.push(linesBetween(search, target, target));
  look(search, target, kind);
}

/** A block scalar's range ends at the start of the next line. */
function linesBetween({ lines }: Search, first: Node, last: Node): Range {
  const start = first.range?.[0] ?? 0;
  const end = last.range?.[1] ?? start;
  return { from: lines(start).line, to: lines(Math.max(start, end - 1)).line };
}

/** As it is meant and as it is written, which differ by escapes. */
function addValues({ values }: Search, { value, source = '' }: Scalar): void {
  for (const line of `${String(value)}\n${source}`.split('\n')) if (line.trim() !== '') values.add(line.trim());
}
