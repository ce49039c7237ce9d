/** One name into or out of one value of `age`, in whatever form it is written. */
import { isScalar, isSeq, type Node, type Scalar, type YAMLSeq } from 'yaml';
import { endOf, startOf, startsOf } from '../yaml/reading.ts';

/** Puts a text in the place of that between two offsets. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly put: string;
}

/** What an alias stands for; anything else itself. */
type Resolve = (node: unknown) => Node | null;

/** Behind the last name, as the names before it are divided. */
export function addTo(age: Node, name: string, text: string, resolve: Resolve): readonly Splice[] {
  if (isScalar(age)) return addToText(age, name, text);
  if (!isSeq(age)) return [];
  return age.flow === true ? addToFlow(age, name, text) : addToBlock(age, name, text, resolve);
}

/** Every time that it is there. */
export function removeFrom(age: Node, name: string, text: string, resolve: Resolve): readonly Splice[] {
  if (isScalar(age)) return removeFromText(age, name, text);
  if (!isSeq(age)) return [];
  return age.items.flatMap((item, index) => {
    const value = resolve(item);
    const names = isScalar(value) ? namesIn(value) : [];
    if (!isScalar(value) || !names.includes(name)) return [];
    if (names.some((other) => other !== name)) return removeFromText(value, name, text);
    return [age.flow === true ? flowItem(age, index) : blockItem(age, index, text)];
  });
}

function namesIn({ value }: Scalar): readonly string[] {
  return String(value)
    .split(',')
    .flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
}

/** Where a name stands in the text of a scalar: no recipient has a character that YAML would escape. */
function occurrences(scalar: Scalar, name: string, text: string): readonly number[] {
  const found = text
    .slice(startOf(scalar), endOf(scalar))
    .matchAll(new RegExp(`(?<![0-9a-z])${name}(?![0-9a-z])`, 'g'));
  return Array.from(found, ({ index }) => startOf(scalar) + index);
}

function addToText(scalar: Scalar, name: string, text: string): readonly Splice[] {
  const names = namesIn(scalar);
  const [last = '', before = ''] = names.toReversed();
  const at = occurrences(scalar, last, text).at(-1);
  if (at === undefined) return [];
  const from = occurrences(scalar, before, text).findLast((start) => start < at) ?? at;
  const between = text.slice(from + before.length, at);
  const end = at + last.length;
  return [{ start: end, end, put: `${/^,\s*$/.test(between) ? between : ','}${name}` }];
}

/** With the comma before it; the first one with that behind it. */
function removeFromText(scalar: Scalar, name: string, text: string): readonly Splice[] {
  const start = startOf(scalar);
  return occurrences(scalar, name, text).map((at) => {
    const before = /,\s*$/.exec(text.slice(start, at))?.[0] ?? '';
    const behind = before === '' ? (/^\s*,\s*/.exec(text.slice(at + name.length, endOf(scalar)))?.[0] ?? '') : '';
    return { start: at - before.length, end: at + name.length + behind.length, put: '' };
  });
}

function addToFlow(list: YAMLSeq, name: string, text: string): readonly Splice[] {
  const [last, before] = list.items.toReversed() as Node[];
  if (last === undefined) return [];
  const between = before === undefined ? '' : text.slice(endOf(before), startOf(last));
  const end = endOf(last);
  return [{ start: end, end, put: `${/^\s*,\s*$/.test(between) ? between : ', '}${name}` }];
}

function flowItem(list: YAMLSeq, index: number): Splice {
  const items = list.items as Node[];
  const [item, before, behind] = [items[index], items[index - 1], items[index + 1]];
  const start = before === undefined ? startOf(item) : endOf(before);
  return { start, end: before === undefined && behind !== undefined ? startOf(behind) : endOf(item as Node), put: '' };
}

function addToBlock(list: YAMLSeq, name: string, text: string, resolve: Resolve): readonly Splice[] {
  const dash = startsOf(list).at(-1);
  const last = list.items.at(-1) as Node | undefined;
  if (dash === undefined || last === undefined || resolve(last) === null) return [];
  const end = lineEnd(text, endOf(last));
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const open = text[end - 1] === '\n' ? '' : newline;
  return [{ start: end, end, put: `${open}${text.slice(lineStart(text, dash), dash)}- ${name}${newline}` }];
}

/** The whole line; comments on lines of their own stay. */
function blockItem(list: YAMLSeq, index: number, text: string): Splice {
  const start = lineStart(text, startsOf(list)[index] ?? 0);
  return { start, end: lineEnd(text, endOf(list.items[index] as Node)), put: '' };
}

const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1;

/** Behind the line break of the line in which something ends; what is of several lines may end behind one already. */
function lineEnd(text: string, at: number): number {
  if (text[at - 1] === '\n') return at;
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end + 1;
}
