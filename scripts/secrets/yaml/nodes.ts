/** Nodes of the `yaml` package → nodes of our tree, with what sops cannot hold reported on the way. */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Scalar as YamlScalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { behind, betweenKeyAndValue, withEnd, withoutHead } from './attach.ts';
import { otherText } from './emit.ts';
import {
  atOffset,
  following,
  isNode,
  place,
  report,
  startOf,
  startsOf,
  type Context,
  type Fault,
  type Frame,
} from './reading.ts';
import { plainScalar, taggedScalar } from './resolve.ts';
import type { Comment, Entry, List, Mapping, Scalar, Value } from '../tree/tree.ts';

/** More than this from expanded aliases is an attack, or a mistake. */
const MAX_NODES = 100_000;

const KEY_NOT_TEXT: Fault = [
  'key-not-text',
  'this key is no text',
  'sops knows only keys that are text: put it in quotes',
];
const BAD_ALIAS: Fault = ['bad-alias', 'this alias stands inside what it names', 'write the value out'];
const ALIAS_BOMB: Fault = ['alias-bomb', 'aliases expand to too much', 'write the values out'];
const BAD_TAG: Fault = ['bad-tag', 'its tag does not fit this value', 'put it in quotes'];
const NUMBER_TOO_BIG: Fault = ['number-too-big', 'sops holds no number above 9223372036854775807', 'put it in quotes'];
/** The key itself may be secret. */
const DUPLICATE_KEY: Fault = ['duplicate-key', 'this key stands twice', 'keep one of the two'];

const NULL: Scalar = { kind: 'null', text: '' };

export function readMapping(context: Context, map: YAMLMap, frame: Frame): Mapping {
  const seen = new Set<string>();
  const starts = startsOf(map);
  const items = map.items.flatMap((pair, index) => {
    const inner: Frame = { path: frame.path, next: following(context, starts[index + 1]) ?? frame.next };
    return [...context.comments.before(starts[index] ?? 0), ...readPair(context, pair, seen, inner)];
  });
  return place(context, map, frame.path, { kind: 'mapping', items: withEnd(context, map, frame, items) });
}

function readList(context: Context, seq: YAMLSeq, frame: Frame): List {
  const starts = startsOf(seq);
  const items = seq.items.filter(isNode).flatMap((item, index) => {
    const next = following(context, starts[index + 1]) ?? frame.next;
    const above = context.comments.before(startOf(item));
    const value = readValue(context, item, { path: `${frame.path}[${index}]`, next });
    const [head, rest] = withoutHead(context, item, value);
    return [...above, ...head, ...behind(context, item, next.offset), rest];
  });
  return place(context, seq, frame.path, { kind: 'list', items: withEnd(context, seq, frame, items) });
}

function readPair(
  context: Context,
  pair: Pair,
  seen: Set<string>,
  { path, next }: Frame,
): readonly (Entry | Comment)[] {
  const key = readKey(context, pair.key, seen, path);
  if (key === null) return [];
  const inner: Frame = { path: path === '' ? key : `${path}.${key}`, next };
  const [comments, value] = readPairValue(context, pair, inner);
  const entry: Entry = { kind: 'entry', key, value };
  context.places.set(entry, atOffset(context, startOf(pair.key), inner.path));
  return [...comments, entry];
}

function readPairValue(
  context: Context,
  pair: Pair,
  frame: Frame,
): readonly [comments: readonly Comment[], value: Value] {
  const node = pair.value;
  if (!isNode(node)) return [[], NULL];
  const between = betweenKeyAndValue(context, pair.key, node);
  const value = readValue(context, node, frame);
  return [[...between, ...behind(context, node, frame.next.offset)], value];
}

function readKey(context: Context, key: unknown, seen: Set<string>, path: string): string | null {
  const scalar = isScalar(key) ? meaning(key) : null;
  if (scalar === null || scalar === 'too-big' || scalar.kind !== 'str') {
    report(context, startOf(key), path, KEY_NOT_TEXT);
    return null;
  }
  const { text } = scalar;
  if (seen.has(text)) report(context, startOf(key), path, DUPLICATE_KEY);
  seen.add(text);
  return text;
}

function readValue(context: Context, node: Node, frame: Frame): Value {
  const before = context.nodes;
  context.nodes += 1;
  if (isAlias(node)) return readAlias(context, node.source, node, frame.path);
  const value = readNode(context, node, frame);
  if (node.anchor !== undefined) context.anchors.set(node.anchor, { value, nodes: context.nodes - before });
  return value;
}

function readNode(context: Context, node: Node, frame: Frame): Value {
  if (isMap(node)) return readMapping(context, node, frame);
  if (isSeq(node)) return readList(context, node, frame);
  return isScalar(node) ? place(context, node, frame.path, readScalar(context, node, frame.path)) : NULL;
}

/** Aliases are expanded, as sops does. */
function readAlias(context: Context, name: string, node: Node, path: string): Value {
  const anchor = context.anchors.get(name);
  context.nodes += anchor?.nodes ?? 0;
  if (anchor !== undefined && context.nodes <= MAX_NODES) return anchor.value;
  report(context, startOf(node), path, anchor === undefined ? BAD_ALIAS : ALIAS_BOMB);
  return NULL;
}

function meaning(node: YamlScalar): Scalar | 'too-big' | null {
  const text = typeof node.value === 'string' ? node.value : '';
  if (node.tag !== undefined && node.tag !== '!') return taggedScalar(node.tag, text);
  return node.type === 'PLAIN' ? plainScalar(text) : { kind: 'str', text };
}

function readScalar(context: Context, node: YamlScalar, path: string): Scalar {
  const scalar = meaning(node);
  if (scalar === null) report(context, startOf(node), path, BAD_TAG);
  if (scalar === 'too-big') report(context, startOf(node), path, NUMBER_TOO_BIG);
  if (scalar === null || scalar === 'too-big') return NULL;
  warnOfRewriting(context, node, scalar, path);
  return scalar;
}

/**
 * `0777` comes out of sops as 511 and `1.0` as 1: fine for a number, wrong for a text without quotes. Times have a type of
 * their own only since 3.10.
 */
function warnOfRewriting(context: Context, node: YamlScalar, scalar: Scalar, path: string): void {
  const isNumber = scalar.kind === 'int' || scalar.kind === 'float';
  const isRewritten = isNumber ? node.value !== otherText(scalar) : scalar.kind === 'time';
  if (node.type !== 'PLAIN' || !isRewritten) return;
  const how = isNumber ? 'prints it in another form' : 'may print it in another form; up to 3.9 it refuses it';
  context.problems.push({
    code: 'sops-rewrites-value',
    severity: 'warning',
    message: `sops takes this for a ${scalar.kind} and ${how}`,
    hint: 'if it is a text, put it in quotes',
    ...atOffset(context, startOf(node), path),
  });
}
