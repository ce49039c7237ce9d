/**
 * Reads the HCL that nigari's own templates render, so that proving it costs no 100 ms for the library that knows all of HCL.
 * It knows less, and never more: what it takes the library takes too, and gives the same values (`test/render/hcl.test.ts`).
 * What it does not know is the library's to judge. Source: HCL's native syntax specification.
 */
import { Cursor, Unknown } from '../../config/cursor.ts';
import { COMPUTED, readHeredoc, readString, type Computed } from './template.ts';

/** A value that stands there, or the sign that it is computed. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value } | Computed;

/** @returns the attributes outside of blocks, each with its value; null where something in the text is not known here */
export function readPlainHcl(text: string): Readonly<Record<string, Value>> | null {
  const cursor = new Cursor(text);
  try {
    const attributes = readBody(cursor);
    return cursor.isAtEnd ? Object.fromEntries(attributes) : null;
  } catch (error) {
    if (error instanceof Unknown) return null;
    throw error;
  }
}

const SPACES = / */y;
/** Spaces, line ends and comments: where brackets are open, none of them matters. */
const ANY_SPACE = /(?:[ \n]|(?:#|\/\/)[^\0-\x1f\x7f\ufeff]*\n)*/y;
const LINE_END = / *(?:(?:#|\/\/)[^\0-\x1f\x7f\ufeff]*)?\n/y;
const NAME = /[A-Za-z_][\w-]*/y;

/** Attributes and blocks, a line each at least. */
function readBody(cursor: Cursor): ReadonlyMap<string, Value> {
  const attributes = new Map<string, Value>();
  const blocks = new Set<string>();
  for (;;) {
    cursor.take(ANY_SPACE);
    const name = cursor.take(NAME);
    if (name === null) return attributes;
    if (attributes.has(name)) throw new Unknown();
    if (cursor.take(/ *=(?!=)/y) !== null) {
      if (blocks.has(name)) throw new Unknown();
      attributes.set(name, readExpression(cursor, SPACES));
    } else {
      blocks.add(name);
      readBlock(cursor);
    }
    cursor.need(LINE_END);
  }
}

function readBlock(cursor: Cursor): void {
  while (cursor.take(/ +(?:[A-Za-z_][\w-]*|"[\w.-]*")/y) !== null);
  cursor.need(/ *\{/y);
  if (cursor.take(/ *\}/y) !== null) return;
  cursor.need(LINE_END);
  cursor.within(() => readBody(cursor));
  cursor.need(/\}/y);
}

const OPERATOR = /\|\||&&|[=!]=|[<>]=?|[+\-*/%]/y;

/** Precedence does not matter for whether it is one. @param space what may stand between its parts */
function readExpression(cursor: Cursor, space: RegExp): Value {
  return cursor.within(() => {
    let value = readOperand(cursor, space);
    for (cursor.take(space); cursor.take(OPERATOR) !== null; cursor.take(space)) {
      readOperand(cursor, space);
      value = COMPUTED;
    }
    if (cursor.take(/\?/y) === null) return value;
    readExpression(cursor, space);
    cursor.need(/:/y);
    readExpression(cursor, space);
    return COMPUTED;
  });
}

const CONSTANTS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['true', true],
  ['false', false],
  ['null', null],
]);
const KEYWORDS = new Set(['for', 'if', 'in']);

function readOperand(cursor: Cursor, space: RegExp): Value {
  cursor.take(space);
  const number = cursor.take(/(?:0|-?[1-9]\d{0,14})(?:\.\d{1,6})?(?![\w.-])/y);
  if (number !== null) return Number(number);
  if (cursor.take(/[!-]/y) !== null) return readNegated(cursor, space);
  if (cursor.take(/"/y) !== null) return readString(cursor, readInside);
  if (cursor.sees(/<</y)) return readHeredoc(cursor, readInside);
  if (cursor.take(/\[/y) !== null) return readList(cursor);
  if (cursor.take(/\{/y) !== null) return readObject(cursor);
  if (cursor.take(/\(/y) !== null) return readArguments(cursor, 1);
  const name = cursor.need(NAME);
  const constant = CONSTANTS.get(name);
  if (constant !== undefined) return constant;
  if (KEYWORDS.has(name)) throw new Unknown();
  if (cursor.take(/\(/y) !== null) return readArguments(cursor);
  return readTraversal(cursor);
}

/** The library works out what stands there as a value, and refuses `!5`. */
function readNegated(cursor: Cursor, space: RegExp): Computed {
  if (cursor.within(() => readOperand(cursor, space)) !== COMPUTED) throw new Unknown();
  return COMPUTED;
}

/** What stands in `${…}`. */
const readInside = (cursor: Cursor): void => void readExpression(cursor, SPACES);

/** `.name`, `[index]`, `[*]`, as often as they come. */
function readTraversal(cursor: Cursor): Computed {
  for (;;) {
    if (cursor.take(/\.[A-Za-z_][\w-]*|\[\*\]/y) !== null) continue;
    if (cursor.take(/\[/y) === null) return COMPUTED;
    readExpression(cursor, ANY_SPACE);
    cursor.need(/\]/y);
  }
}

/** What stands in parentheses, up to the closing one. @param count how many there must be; any if not given */
function readArguments(cursor: Cursor, count?: number): Computed {
  const found = readItems(cursor, /\)/y);
  if (count !== undefined && found.length !== count) throw new Unknown();
  return COMPUTED;
}

/** Values with commas between them, and perhaps one behind the last. */
function readItems(cursor: Cursor, end: RegExp): Value[] {
  const items: Value[] = [];
  for (cursor.take(ANY_SPACE); cursor.take(end) === null; cursor.take(ANY_SPACE)) {
    items.push(readExpression(cursor, ANY_SPACE));
    if (cursor.take(/,/y) === null && !cursor.sees(end)) throw new Unknown();
  }
  return items;
}

const FOR = /[ \n]*for +[A-Za-z_][\w-]*(?: *, *[A-Za-z_][\w-]*)? +in /y;

function readList(cursor: Cursor): Value {
  if (cursor.take(FOR) === null) {
    const items = readItems(cursor, /\]/y);
    return items.includes(COMPUTED) ? COMPUTED : items;
  }
  readForParts(cursor, [/:/y], /\]/y);
  return COMPUTED;
}

/** `for x in …` behind its `in`: values with these between them, and perhaps a condition. */
function readForParts(cursor: Cursor, between: readonly RegExp[], end: RegExp): void {
  readExpression(cursor, ANY_SPACE);
  for (const token of between) {
    cursor.need(token);
    readExpression(cursor, ANY_SPACE);
  }
  if (cursor.take(/if(?=[ (!])/y) !== null) readExpression(cursor, ANY_SPACE);
  cursor.need(end);
}

const KEY = /(?!(?:for|true|false|null)\b)[A-Za-z_][\w-]*/y;

function readObject(cursor: Cursor): Value {
  if (cursor.take(FOR) !== null) {
    readForParts(cursor, [/:/y, /=>/y], /\}/y);
    return COMPUTED;
  }
  const entries = new Map<string, Value>();
  for (cursor.take(ANY_SPACE); cursor.take(/\}/y) === null; cursor.take(ANY_SPACE)) {
    const key = cursor.take(/"/y) === null ? cursor.need(KEY) : readString(cursor, readInside);
    cursor.need(/ *=(?![=>])/y);
    if (typeof key !== 'string' || entries.has(key)) throw new Unknown();
    entries.set(key, readExpression(cursor, SPACES));
    if (cursor.take(/ *,/y) === null && cursor.take(LINE_END) === null && !cursor.sees(/ *\}/y)) throw new Unknown();
  }
  return [...entries.values()].includes(COMPUTED) ? COMPUTED : Object.fromEntries(entries);
}
