/**
 * Tree → YAML text, byte for byte what sops ≥ 3.13 writes (go-yaml v3.0.4): block style, lists indented under their key,
 * no folding. Every container is a block of lines at a column of its own, which its parent puts below or beside a mark.
 */
import { floatYaml } from './numbers.ts';
import { stringLines } from './quote.ts';
import {
  isBlock,
  isComment,
  splitHead,
  type Comment,
  type Entry,
  type List,
  type Mapping,
  type Scalar,
  type Tree,
  type Value,
} from '../tree/tree.ts';

/** Columns per level where `.sops.yaml` says nothing else (`stores.yaml.indent`). */
export const INDENT = 4;

/** Documents separated by `---`, the last line ended. */
export function emit(tree: Tree, step: number = INDENT): string {
  return tree.map((document) => `${mappingLines(document, 0, step).join('\n')}\n`).join('---\n');
}

/** Column of what stands under a key at `column`: the next multiple of the step. */
export function below(column: number, step: number): number {
  return step * Math.floor((column + step) / step);
}

/** Column of what stands beside the `- ` of a list at `column`. */
export function beside(column: number): number {
  return column + 2;
}

function mappingLines(mapping: Mapping, column: number, step: number): readonly string[] {
  if (mapping.items.length === 0) return [`${' '.repeat(column)}{}`];
  return withComments(mapping.items).flatMap(({ above, item, inline }) => [
    ...above.map((comment) => commentLine(comment, column)),
    ...(item === null ? [] : entryLines(item, inline, column, step)),
  ]);
}

/** A comment at the head of an item that is a block stands above its dash. */
function listLines(list: List, column: number, step: number): readonly string[] {
  return withComments(list.items).flatMap(({ above, item, inline }) => {
    const [head, rest] = item === null ? [[], null] : splitHead(item);
    return [
      ...[...above, ...head].map((comment) => commentLine(comment, column)),
      ...(rest === null ? [] : put('-', itemBlock(rest, inline, beside(column), step), column, beside(column))),
    ];
  });
}

/** An item with the comments above it and those on its line; null for what stands behind the last one. */
interface Commented<T> {
  readonly above: readonly Comment[];
  readonly item: T | null;
  readonly inline: readonly Comment[];
}

/** Nothing but a scalar has a comment on its line. */
function withComments<T extends Entry | Value>(items: readonly (T | Comment)[]): readonly Commented<T>[] {
  const found: Commented<T>[] = [];
  let comments: Comment[] = [];
  for (const item of items) {
    if (isComment(item)) comments.push(item);
    else {
      const isBeside = ({ inline }: Comment): boolean => inline && !isBlock(item.kind === 'entry' ? item.value : item);
      const above = comments.filter((comment) => !isBeside(comment));
      found.push({ above, item, inline: comments.filter(isBeside) });
      comments = [];
    }
  }
  return comments.length === 0 ? found : [...found, { above: comments, item: null, inline: [] }];
}

function commentLine(comment: Comment, column: number): string {
  return `${' '.repeat(column)}#${comment.text}`;
}

/** What go-yaml takes for a line break, whether escaped or not. */
const LINE_BREAK = /[\n\r\x85\u2028\u2029]/;
const MAX_SIMPLE_KEY = 128;

/** Whether a key stands before its colon; a longer one, or one of several lines, behind a `?`. */
export function isSimpleKey(key: string): boolean {
  return !LINE_BREAK.test(key) && Buffer.byteLength(key) <= MAX_SIMPLE_KEY;
}

/** A key that is not simple stands behind a `?`, and its value behind a `:`. */
function entryLines(
  { key, value }: Entry,
  inline: readonly Comment[],
  column: number,
  step: number,
): readonly string[] {
  const under = below(column, step);
  const keyLines = stringLines(key, under, step);
  if (isSimpleKey(key)) {
    const mark = `${keyLines[0]}:`;
    return isBlock(value)
      ? [' '.repeat(column) + mark, ...blockLines(value, under, step)]
      : put(mark, leafLines(value, inline, under, step), column);
  }
  const [first = '', ...rest] = keyLines;
  const valueLines = isBlock(value)
    ? put(':', blockLines(value, under, step), column, under)
    : put(':', leafLines(value, inline, under, step), column);
  return [`${' '.repeat(column)}? ${first}`, ...rest, ...valueLines];
}

function itemBlock(value: Value, inline: readonly Comment[], column: number, step: number): readonly string[] {
  if (isBlock(value)) return blockLines(value, column, step);
  const [first = '', ...rest] = leafLines(value, inline, column, step);
  return [' '.repeat(column) + first, ...rest];
}

/** Puts a mark before a block: over the blanks of its first line, when it stands at a column; else with one blank between. */
function put(mark: string, block: readonly string[], column: number, blockColumn = 0): readonly string[] {
  const [first = '', ...rest] = block;
  const start = ' '.repeat(column) + mark;
  return [blockColumn === 0 ? `${start} ${first}` : start.padEnd(blockColumn) + first.slice(blockColumn), ...rest];
}

function blockLines(value: Mapping | List, column: number, step: number): readonly string[] {
  return value.kind === 'mapping' ? mappingLines(value, column, step) : listLines(value, column, step);
}

function leafLines(value: Value, inline: readonly Comment[], column: number, step: number): readonly string[] {
  const [first = '', ...rest] = textLines(value, column, step);
  return [first + inline.map((comment) => ` #${comment.text}`).join(''), ...rest];
}

function textLines(value: Value, column: number, step: number): readonly string[] {
  if (value.kind === 'mapping') return ['{}'];
  if (value.kind === 'list') return ['[]'];
  return value.kind === 'str' ? stringLines(value.text, column, step) : [otherText(value)];
}

/** How go-yaml prints a scalar that is no string. */
export function otherText({ kind, text }: Scalar): string {
  if (kind === 'null') return 'null';
  if (kind === 'bool') return text.toLowerCase();
  return kind === 'float' ? floatYaml(text) : text;
}
