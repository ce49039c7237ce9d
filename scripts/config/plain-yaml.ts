/**
 * Reads the YAML that most files are: mappings and lists in block style, scalars and brackets of one line, literal blocks. The
 * library that knows all of YAML takes twenty times as long.
 * It knows less, and never more: what it takes the library takes too, and says the same of it. What it does not know is the
 * library's to judge. Shown by `test/config/plain-yaml.test.ts`, `test/render/yaml.test.ts`, `test/secrets/yaml/plain.test.ts`.
 * Source: YAML 1.2.2.
 */
import { Cursor, Unknown } from './cursor.ts';

/** What is made of the parts of a text. Each stands at an offset. A part that cannot be made is `Unknown`. */
export interface Maker<V> {
  readonly plain: (text: string, at: number) => V;
  /** In quotes, or a literal block. */
  readonly text: (text: string, at: number) => V;
  readonly list: (items: readonly V[], at: number) => V;
  readonly mapping: (entries: readonly Entry<V>[], at: number) => V;
  /** Behind a key or a dash stands nothing. */
  readonly nothing: () => V;
}

export interface Entry<V> {
  readonly key: string;
  readonly value: V;
  /** Where the key stands. */
  readonly at: number;
}

interface Reader<V> {
  readonly cursor: Cursor;
  readonly make: Maker<V>;
}

/** @returns what the one document says, in a list of one; null where there are more, or something in the text is not known here */
export function readPlainYaml<V>(text: string, make: Maker<V>): readonly [V] | null {
  const [value, ...others] = readPlainDocuments(text, make) ?? [];
  return value === undefined || others.length > 0 ? null : [value];
}

/** @returns what each document says; null where something in the text is not known here */
export function readPlainDocuments<V>(text: string, make: Maker<V>): readonly V[] | null {
  if (!KNOWN.test(text)) return null;
  const cursor = new Cursor(text);
  try {
    cursor.take(/(?:#[^\n]*\n|\n)*---\n/y);
    const documents: V[] = [];
    do {
      toNextLine(cursor);
      documents.push(readBlock({ cursor, make }));
    } while (cursor.take(MARKER) !== null);
    return cursor.isAtEnd ? documents : null;
  } catch (error) {
    if (error instanceof Unknown) return null;
    throw error;
  }
}

/** Between two documents, on a line of its own, at its very start. */
const MARKER = /(?<![^\n])---\n/y;

/** Lines that end with a line feed, of characters that mean the same to every reader. */
const KNOWN = /^[\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]*\n$/;

/** Over empty lines and comments to the first character of the next line. */
function toNextLine(cursor: Cursor): void {
  cursor.take(/(?: *(?:#[^\n]*)?\n)* */y);
}

/** Behind a value, where a comment may be, and to the next line. */
function endLine(cursor: Cursor): void {
  cursor.need(/(?: +#[^\n]*| *)\n(?: *(?:#[^\n]*)?\n)* */y);
}

/** How deep the text stands that is to be read; -1 at the end. */
function columnOf({ text, at, isAtEnd }: Cursor): number {
  return isAtEnd ? -1 : at - (at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1);
}

const DASH = /-(?: +|(?=\n))/y;

function readBlock<V>(reader: Reader<V>): V {
  const { cursor } = reader;
  return cursor.within(() => (cursor.sees(DASH) ? readList(reader, columnOf(cursor)) : readMapping(reader)));
}

function readList<V>(reader: Reader<V>, column: number): V {
  const { cursor, make } = reader;
  const { at } = cursor;
  const items: V[] = [];
  while (columnOf(cursor) === column && cursor.take(DASH) !== null) items.push(readItem(reader, column));
  if (columnOf(cursor) > column) throw new Unknown();
  return make.list(items, at);
}

/** What stands behind a dash, in its line or below it. */
function readItem<V>(reader: Reader<V>, column: number): V {
  const { cursor } = reader;
  if (cursor.sees(KEY)) return cursor.within(() => readMapping(reader));
  if (cursor.sees(/#|\n/y)) return readBelow(reader, column + 1) ?? reader.make.nothing();
  return readLine(reader, column);
}

/** A key stands on one line, and says with what follows that it is one. */
const KEY = /(?:[A-Za-z_][\w./-]{0,200}|"[^"\\\n]{0,200}"):(?=[ \n])/y;

function readMapping<V>(reader: Reader<V>): V {
  const { cursor, make } = reader;
  const { at } = cursor;
  const column = columnOf(cursor);
  const entries = new Map<string, Entry<V>>();
  while (columnOf(cursor) === column && !cursor.sees(DASH) && !cursor.sees(MARKER)) {
    const { at } = cursor;
    const key = keyOf(cursor.need(KEY).slice(0, -1));
    if (entries.has(key)) throw new Unknown();
    entries.set(key, { key, value: readEntry(reader, column), at });
  }
  if (entries.size === 0 || columnOf(cursor) > column) throw new Unknown();
  return make.mapping([...entries.values()], at);
}

/** What starts with a letter and is no text, to any reader. */
const WORDS = /^(?:null|Null|NULL|true|True|TRUE|false|False|FALSE)$/;

function keyOf(written: string): string {
  if (WORDS.test(written)) throw new Unknown();
  return written.startsWith('"') ? written.slice(1, -1) : written;
}

/** What stands behind a key and its colon, in its line or below it. A list may stand right below the key. */
function readEntry<V>(reader: Reader<V>, column: number): V {
  const { cursor, make } = reader;
  if (cursor.take(/ +(?=[^ #\n])/y) !== null) return readLine(reader, column);
  cursor.take(/ +(?=#)/y);
  const below = readBelow(reader, column + 1);
  if (below !== null) return below;
  return columnOf(cursor) === column && cursor.sees(DASH) ? readList(reader, column) : make.nothing();
}

/** @param least how deep it stands at least @returns null where nothing stands there */
function readBelow<V>(reader: Reader<V>, least: number): V | null {
  const { cursor } = reader;
  cursor.need(/(?:#[^\n]*| *)\n/y);
  toNextLine(cursor);
  return columnOf(cursor) < least ? null : readBlock(reader);
}

/** All of a line from here on, and what belongs to it. @param column of what holds it */
function readLine<V>(reader: Reader<V>, column: number): V {
  const { cursor, make } = reader;
  const { at } = cursor;
  if (cursor.next === '|') return make.text(readLiteral(cursor, column), at);
  const value = readFlow(reader, PLAIN);
  endLine(cursor);
  return value;
}

/** A block whose first line says how deep all of it stands. A line of blanks only may be a part of it, or not: none is known. */
function readLiteral(cursor: Cursor, column: number): string {
  const endsLine = cursor.need(/\|-?\n/y) === '|\n';
  const indent = cursor.need(/ +(?=[^ \n])/y);
  if (indent.length <= column) throw new Unknown();
  const lines = [cursor.need(/[^\n]*/y)];
  const next = new RegExp(`\\n(?:${indent} *[^ \\n][^\\n]*|(?=\\n))`, 'y');
  for (let line = cursor.take(next); line !== null; line = cursor.take(next)) lines.push(line.slice(1 + indent.length));
  cursor.need(/\n(?! +\n)/y);
  toNextLine(cursor);
  const text = lines.join('\n').replace(/\n+$/, '');
  return endsLine ? `${text}\n` : text;
}

/** Words on a line, with nothing in or between them that could mean something else. */
const PLAIN = /(?:[\w./]|-(?=[\w.]))(?:[\w./+@%=~()$,;<>&*!?'"[\]{}|\\^-]|:(?=[^ \n])| (?=[\w./(]))*/y;
/** Within brackets more characters mean something. */
const PLAIN_IN_BRACKETS = /(?:[\w./]|-(?=[\w.]))[\w./-]*(?= *[,\]}])/y;
const SINGLE_QUOTED = /'(?:[^'\n]|'')*'/y;
/** What is left of YAML's escapes is JSON's. */
const DOUBLE_QUOTED = /"(?:[^"\\\n]|\\(?:["\\/bfnrt]|u(?![Dd][89A-Fa-f])[\dA-Fa-f]{4}))*"/y;

function readFlow<V>(reader: Reader<V>, plain: RegExp): V {
  const { cursor, make } = reader;
  const { at } = cursor;
  switch (cursor.next) {
    case '"':
      return make.text(JSON.parse(cursor.need(DOUBLE_QUOTED)) as string, at);
    case "'":
      return make.text(cursor.need(SINGLE_QUOTED).slice(1, -1).replaceAll("''", "'"), at);
    case '[':
      return cursor.within(() => make.list(readItems(reader), at));
    case '{':
      return cursor.within(() => make.mapping(readPairs(reader), at));
    default:
      return make.plain(cursor.need(plain), at);
  }
}

function readItems<V>(reader: Reader<V>): readonly V[] {
  const { cursor } = reader;
  const items: V[] = [];
  cursor.need(/\[ */y);
  while (cursor.take(/\]/y) === null) {
    items.push(readFlow(reader, PLAIN_IN_BRACKETS));
    if (cursor.take(/ *, *(?!\])/y) === null) cursor.need(/ *(?=\])/y);
  }
  return items;
}

const KEY_IN_BRACKETS = /(?:[A-Za-z_][\w./-]{0,200}:(?= )|"[^"\\\n]{0,200}":) */y;

function readPairs<V>(reader: Reader<V>): readonly Entry<V>[] {
  const { cursor } = reader;
  const entries = new Map<string, Entry<V>>();
  cursor.need(/\{ */y);
  while (cursor.take(/\}/y) === null) {
    const { at } = cursor;
    const key = keyOf(cursor.need(KEY_IN_BRACKETS).trimEnd().slice(0, -1));
    if (entries.has(key)) throw new Unknown();
    entries.set(key, { key, value: readFlow(reader, PLAIN_IN_BRACKETS), at });
    if (cursor.take(/ *, *(?!\})/y) === null) cursor.need(/ *(?=\})/y);
  }
  return [...entries.values()];
}
