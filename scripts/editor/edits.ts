/** Small changes of a YAML text that leave everything else of it alone: comments, order, line ends. */
import type { TextEdit } from 'vscode-languageserver-textdocument';
import { isMap, stringify, type Pair, type YAMLMap } from 'yaml';
import type { EditorInput } from './input.ts';
import { span, type Spot } from './outline.ts';

/** Puts `literal`, which is YAML already, in the place of what the spot holds. */
export function replaced(input: EditorInput, { start, end }: Pick<Spot, 'start' | 'end'>, literal: string): TextEdit {
  return { range: input.span(start, end), newText: literal };
}

/** A text in the quotes that `written` has; in double ones where it would otherwise be read as something else. */
export function textLiteral(text: string, written: string): string {
  if (written.startsWith("'")) return `'${text.replaceAll("'", "''")}'`;
  const plain = stringify(text, { lineWidth: 0 }).trimEnd();
  const bare = plain === text && !/[,[\]{}]/.test(text) && !written.startsWith('"');
  return bare ? text : JSON.stringify(text);
}

/** What is written, as a text; null for what is quoted already, is empty, or is more than plain words or an alias. */
export function quotedLiteral(written: string): string | null {
  return /^[^\s"'[{&!|>#%@`][^\n]*$/.test(written) ? JSON.stringify(written) : null;
}

/**
 * Adds a pair at the end of a mapping, written as its neighbours are.
 * @returns null for a mapping without a pair to take the indentation from
 */
export function pairAdded(input: EditorInput, map: YAMLMap, key: string, value: unknown): TextEdit | null {
  return map.flow === true ? addedInFlow(input, map, key, value) : addedInBlock(input, map, key, value);
}

function addedInFlow(input: EditorInput, map: YAMLMap, key: string, value: unknown): TextEdit {
  const last = map.items.at(-1);
  const at = last === undefined ? span(map)[0] + 1 : pairEnd(last);
  const text = stringify({ [key]: value }, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd();
  const pair = text.slice(1, -1).trim();
  return { range: input.span(at, at), newText: last === undefined ? pair : `, ${pair}` };
}

function addedInBlock(input: EditorInput, map: YAMLMap, key: string, value: unknown): TextEdit | null {
  const { text } = input;
  const [first, last] = [map.items[0], map.items.at(-1)];
  if (first === undefined || last === undefined) return null;
  const [start] = span(first.key as never);
  const indent = ' '.repeat(start - lineStart(text, start));
  const eol = lineBreak(text);
  const lines = stringify({ [key]: value }, { lineWidth: 0 })
    .trimEnd()
    .split('\n');
  const block = lines.map((line) => `${indent}${line}`).join(eol);
  const end = pairEnd(last);
  if (text[end - 1] === '\n') return { range: input.span(end, end), newText: `${block}${eol}` };
  const at = lineEnd(text, end);
  return { range: input.span(at, at), newText: `${eol}${block}` };
}

/**
 * Removes a pair with its lines.
 * @returns null where the pair shares its first line with something else, or is the only one
 */
export function pairRemoved(input: EditorInput, pair: Pair, map: YAMLMap): TextEdit | null {
  const { text } = input;
  const [key] = span(pair.key as never);
  const start = lineStart(text, key);
  if (!isMap(map) || map.flow === true || map.items.length < 2 || text.slice(start, key).trim() !== '') return null;
  const end = pairEnd(pair);
  return { range: input.span(start, text[end - 1] === '\n' ? end : nextLine(text, end)), newText: '' };
}

/** Removes the whole line that an offset is on. */
export function lineRemoved(input: EditorInput, offset: number): TextEdit {
  const { text } = input;
  return { range: input.span(lineStart(text, offset), nextLine(text, offset)), newText: '' };
}

/** Puts a comment on a line of its own above the one that an offset is on. */
export function commentAdded(input: EditorInput, offset: number, comment: string): TextEdit {
  const { text } = input;
  const start = lineStart(text, offset);
  const [indent = ''] = /^ */.exec(text.slice(start, offset)) ?? [];
  return { range: input.span(start, start), newText: `${indent}${comment}${lineBreak(text)}` };
}

/** Removes a comment, with its line where it has one of its own, otherwise with the blanks before it. */
export function commentRemoved(input: EditorInput, start: number, length: number): TextEdit {
  const before = input.text.slice(lineStart(input.text, start), start);
  if (before.trim() === '') return lineRemoved(input, start);
  return { range: input.span(start - before.length + before.trimEnd().length, start + length), newText: '' };
}

const lineBreak = (text: string): string => (text.includes('\r\n') ? '\r\n' : '\n');

/** An empty value may end before its key does: there is nothing of it. */
function pairEnd({ key, value }: Pair): number {
  return Math.max(span(key as never)[1], span(value as never)[1]);
}

function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}

/** Before the line's end, be it `\n` or `\r\n`. */
function lineEnd(text: string, offset: number): number {
  const at = text.indexOf('\n', offset);
  if (at === -1) return text.length;
  return text[at - 1] === '\r' && at > offset ? at - 1 : at;
}

function nextLine(text: string, offset: number): number {
  const at = text.indexOf('\n', offset);
  return at === -1 ? text.length : at + 1;
}
