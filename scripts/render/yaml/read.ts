/**
 * Reads the YAML that templates render for the most part: mappings and lists in block style, scalars of one line, lists and
 * mappings of one line. The library that knows all of YAML takes twenty times as long to prove it.
 * It knows less, and never more: what it takes the library takes too, and gives the same values (`test/render/yaml.test.ts`).
 * What it does not know is the library's to judge. Source: YAML 1.2.2, core schema.
 */
import { Cursor, Unknown } from '../cursor.ts';

export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

/** @returns what the one document says, in a list of one; null where something in the text is not known here */
export function readPlainYaml(text: string): readonly [Value] | null {
  if (!KNOWN.test(text)) return null;
  const cursor = new Cursor(text);
  try {
    cursor.take(/(?:#[^\n]*\n|\n)*---\n/y);
    toNextLine(cursor);
    if (cursor.isAtEnd) return null;
    const value = readBlock(cursor);
    return cursor.isAtEnd ? [value] : null;
  } catch (error) {
    if (error instanceof Unknown) return null;
    throw error;
  }
}

/** Lines that end with a line feed, of characters that mean the same to every reader. */
const KNOWN = /^[\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]*\n$/;

/** Over empty lines and comments to the first character of the next line. */
function toNextLine(cursor: Cursor): void {
  cursor.take(/(?: *(?:#[^\n]*)?\n)*/y);
  cursor.take(/ */y);
}

/** What may be behind a value. */
const LINE_END = /(?: +#[^\n]*| *)\n/y;

function endLine(cursor: Cursor): void {
  cursor.need(LINE_END);
  toNextLine(cursor);
}

/** How deep the text stands that is to be read; -1 at the end. */
function columnOf({ text, at, isAtEnd }: Cursor): number {
  return isAtEnd ? -1 : at - (at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1);
}

const DASH = /-(?: +|(?=\n))/y;

function readBlock(cursor: Cursor): Value {
  return cursor.within(() => (cursor.sees(DASH) ? readList(cursor, columnOf(cursor)) : readMapping(cursor)));
}

function readList(cursor: Cursor, column: number): Value {
  const items: Value[] = [];
  while (columnOf(cursor) === column && cursor.take(DASH) !== null) items.push(readItem(cursor, column));
  if (columnOf(cursor) > column) throw new Unknown();
  return items;
}

/** What stands behind a dash, in its line or below it. */
function readItem(cursor: Cursor, column: number): Value {
  if (cursor.sees(KEY)) return cursor.within(() => readMapping(cursor));
  if (cursor.sees(/#|\n/y)) return readBelow(cursor, column + 1);
  return readScalar(cursor);
}

/** A key stands on one line, and says with what follows that it is one. */
const KEY = /(?:[A-Za-z_][\w./-]{0,200}|"[^"\\\n]{0,200}"):(?=[ \n])/y;

function readMapping(cursor: Cursor): Value {
  const column = columnOf(cursor);
  const entries = new Map<string, Value>();
  while (columnOf(cursor) === column && !cursor.sees(DASH)) {
    const key = keyOf(cursor.need(KEY).slice(0, -1));
    if (entries.has(key)) throw new Unknown();
    entries.set(key, readEntry(cursor, column));
  }
  if (columnOf(cursor) > column) throw new Unknown();
  return Object.fromEntries(entries);
}

/** A word that stands for something else than a text is no key here. */
function keyOf(written: string): string {
  if (WORDS.has(written)) throw new Unknown();
  return written.startsWith('"') ? written.slice(1, -1) : written;
}

/** What stands behind a key and its colon, in its line or below it. A list may stand right below the key. */
function readEntry(cursor: Cursor, column: number): Value {
  if (cursor.take(/ +(?=[^ #\n])/y) !== null) return readScalar(cursor);
  cursor.take(/ +(?=#)/y);
  const below = readBelow(cursor, column + 1);
  return below === null && columnOf(cursor) === column && cursor.sees(DASH) ? readList(cursor, column) : below;
}

/** @param least how deep it stands at least; otherwise nothing stands there, which is null */
function readBelow(cursor: Cursor, least: number): Value {
  cursor.need(/(?:#[^\n]*| *)\n/y);
  toNextLine(cursor);
  return columnOf(cursor) < least ? null : readBlock(cursor);
}

/** All of a line from here on. */
function readScalar(cursor: Cursor): Value {
  const value = readFlow(cursor, PLAIN);
  endLine(cursor);
  return value;
}

/** Words on a line, with nothing in or between them that could mean something else. */
const PLAIN = /[\w./-](?:[\w./+@%=~()$,;<>&*!?'"[\]{}|\\^-]|:(?=[^ \n])| (?=[\w./(]))*/y;
/** Within brackets more characters mean something. */
const PLAIN_IN_BRACKETS = /[\w./-][\w./-]*(?= *[,\]}])/y;

function readFlow(cursor: Cursor, plain: RegExp): Value {
  if (cursor.sees(/"/y))
    return doubleQuoted(cursor.need(/"(?:[^"\\\n]|\\(?:["\\/bfnrt]|u(?![Dd][89A-Fa-f])[\dA-Fa-f]{4}))*"/y));
  if (cursor.sees(/'/y))
    return cursor
      .need(/'(?:[^'\n]|'')*'/y)
      .slice(1, -1)
      .replaceAll("''", "'");
  if (cursor.take(/\[ */y) !== null) return cursor.within(() => readItems(cursor));
  if (cursor.take(/\{ */y) !== null) return cursor.within(() => readPairs(cursor));
  return plainValue(cursor.need(plain));
}

/** What is left in a line of YAML's escapes is JSON's. */
const doubleQuoted = (written: string): string => JSON.parse(written) as string;

function readItems(cursor: Cursor): Value {
  const items: Value[] = [];
  while (cursor.take(/\]/y) === null) {
    items.push(readFlow(cursor, PLAIN_IN_BRACKETS));
    if (cursor.take(/ *, *(?!\])/y) === null) cursor.need(/ *(?=\])/y);
  }
  return items;
}

const KEY_IN_BRACKETS = /(?:[A-Za-z_][\w./-]{0,200}:(?= )|"[^"\\\n]{0,200}":) */y;

function readPairs(cursor: Cursor): Value {
  const entries = new Map<string, Value>();
  while (cursor.take(/\}/y) === null) {
    const key = keyOf(cursor.need(KEY_IN_BRACKETS).trimEnd().slice(0, -1));
    if (entries.has(key)) throw new Unknown();
    entries.set(key, readFlow(cursor, PLAIN_IN_BRACKETS));
    if (cursor.take(/ *, *(?!\})/y) === null) cursor.need(/ *(?=\})/y);
  }
  return Object.fromEntries(entries);
}

const WORDS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ...['null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
]);
const NUMBER = /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,6})?$/;
/** No number starts like that: with a letter, or as an address, a version, a date or `10Gi` does. */
const NO_NUMBER = /^(?:[A-Za-z_/]|\d+\.\d+\.\d|\d+-\d|[1-9]\d*[A-DF-Za-df-z])/;

function plainValue(text: string): Value {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  if (NUMBER.test(text)) return Number(text);
  if (NO_NUMBER.test(text)) return text;
  throw new Unknown();
}
