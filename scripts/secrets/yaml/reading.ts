/** The state of one reading of a YAML text: what was found so far, and how to tell where something stands. */
import { isAlias, isMap, isPair, isScalar, isSeq, type LineCounter, type Node, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Problem } from '../../problem.ts';
import type { CommentQueue, Following } from './comments.ts';
import type { Value } from '../tree/tree.ts';

/** Where something stands, ready to be spread into a problem. */
export type At = Pick<Problem, 'file' | 'line' | 'column' | 'path'>;

export interface Context {
  readonly file: string;
  readonly lines: LineCounter;
  readonly comments: CommentQueue;
  /** What each anchor of the document names, and how many nodes that is. */
  readonly anchors: Map<string, { readonly value: Value; readonly nodes: number }>;
  /** Of values and entries. */
  readonly places: Map<object, At>;
  readonly problems: Problem[];
  /** How many nodes were made, those of expanded aliases included. */
  nodes: number;
}

/** Where a node stands among its parents. */
export interface Frame {
  /** As problems show it: `a.b[0]`; empty at the root. */
  readonly path: string;
  /** The next thing after the node. */
  readonly next: Following;
}

/** What is wrong, without its place. */
export type Fault = readonly [code: string, message: string, hint: string];

/** Says what is wrong at an offset of the text. */
export function report(context: Context, offset: number, path: string, [code, message, hint]: Fault): void {
  context.problems.push({ code, severity: 'error', message, hint, ...atOffset(context, offset, path) });
}

export function atOffset(context: Context, offset: number, path: string): At {
  const { line, col } = context.lines.linePos(offset);
  const at: At = { file: context.file, line: Math.max(line, 1), column: Math.max(col, 1) };
  return path === '' ? at : { ...at, path };
}

/** Remembers where a value stands. */
export function place<T extends Value>(context: Context, node: Node, path: string, value: T): T {
  context.places.set(value, atOffset(context, startOf(node), path));
  return value;
}

export function following(context: Context, offset: number | undefined): Following | null {
  return offset === undefined ? null : { offset, column: context.lines.linePos(offset).col - 1 };
}

export function lineOf(context: Context, offset: number): number {
  return context.lines.linePos(offset).line - 1;
}

export function isNode(node: unknown): node is Node {
  return isAlias(node) || isScalar(node) || isMap(node) || isSeq(node);
}

/** A mapping or list in block style. */
export function isBlock(node: Node): node is YAMLMap | YAMLSeq {
  return (isMap(node) || isSeq(node)) && node.flow !== true;
}

/** `{}`, `[]`, or no text at all. */
export function isEmpty(node: Node): boolean {
  if (isMap(node) || isSeq(node)) return node.items.length === 0;
  return isScalar(node) && node.range?.[0] === node.range?.[1];
}

/** Offset of the first character of a node; 0 when it is none. */
export function startOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

/** Offset behind the last character of a node. */
export function endOf(node: Node): number {
  return node.range?.[1] ?? 0;
}

/** Where each item of a container starts, with its `-` or `?`. */
export function startsOf(node: YAMLMap | YAMLSeq): readonly number[] {
  const tokens = node.srcToken !== undefined && 'items' in node.srcToken ? node.srcToken.items : [];
  return node.items.map((item, index) => {
    const mark = tokens[index]?.start.find(({ type }) => type === 'seq-item-ind' || type === 'explicit-key-ind');
    return mark?.offset ?? startOf(isPair(item) ? item.key : item);
  });
}

/** Column at which the items of a block stand, from 0. */
export function columnOf(node: YAMLMap | YAMLSeq): number {
  return node.srcToken !== undefined && 'indent' in node.srcToken ? node.srcToken.indent : 0;
}
