/**
 * Every filter that a template may use. They are ours, not nunjucks': those ignore keyword arguments, undefined values
 * and wrong types silently. Each throws `Misused` for what it cannot do.
 */
import { Indented, Raw, type Printable } from './grammar.ts';
import { hclLiteral } from './languages/hcl.ts';
import { jsonLiteral } from './languages/json.ts';
import { yamlLiteral } from './languages/yaml.ts';
import { list, mapping, Misused, number, printable, scalar, text } from './values.ts';

type Filter = (value: unknown, ...args: readonly unknown[]) => unknown;

const literalIn =
  (write: (value: Printable) => string): Filter =>
  (value) =>
    write(literal(value));

const literal = (value: unknown): Printable => {
  const clear = printable(value);
  if (clear instanceof Raw) throw new Misused('raw text has no literal');
  return clear;
};

const numbers = (value: unknown): readonly number[] => {
  const items = list(value).map((item) => number(item, 'each item'));
  if (items.length === 0) throw new Misused('an empty list has no smallest or largest item');
  return items;
};

const compare = (left: unknown, right: unknown): number => {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  const [a, b] = [scalar(left), scalar(right)];
  // By code unit, so that the order is the same on every machine.
  return a < b ? -1 : Number(a > b);
};

export const FILTERS: Readonly<Record<string, Filter>> = {
  b64: (value) => Buffer.from(text(value), 'utf8').toString('base64'),
  default: (value, fallback) => (value === null ? fallback : value),
  endswith: (value, end) => text(value).endsWith(text(end)),
  first: (value) => nth(list(value), 0),
  hcl: literalIn(hclLiteral),
  indent: (value, width, first = false) => indent(text(value), number(width, 'the width'), first === true),
  items: (value) => Object.entries(mapping(value)).map(([key, item]) => ({ key, value: item })),
  join: (value, separator = '') => list(value).map(scalar).join(text(separator)),
  json: literalIn(jsonLiteral),
  keys: (value) => Object.keys(mapping(value)),
  last: (value) => nth(list(value), -1),
  length: (value) => (typeof value === 'string' ? [...value].length : list(value).length),
  lower: (value) => text(value).toLowerCase(),
  max: (value) => Math.max(...numbers(value)),
  min: (value) => Math.min(...numbers(value)),
  raw: (value) => new Raw(scalar(value)),
  replace: (value, from, to) => text(value).replaceAll(text(from), () => text(to)),
  reverse: (value) => list(value).toReversed(),
  sort: (value) => list(value).toSorted(compare),
  split: (value, separator) => text(value).split(text(separator)),
  startswith: (value, start) => text(value).startsWith(text(start)),
  string: (value) => scalar(value),
  tojson: literalIn(jsonLiteral),
  trim: (value) => text(value).trim(),
  unique: (value) => [...new Set(list(value))],
  upper: (value) => text(value).toUpperCase(),
  yaml: literalIn(yamlLiteral),
};

/** Indents every line but the first, as Jinja's filter does; blank lines stay blank. */
function indent(value: string, width: number, first: boolean): Indented {
  if (!Number.isInteger(width) || width < 0 || width > 100)
    throw new Misused('the width must be a number from 0 to 100');
  const pad = ' '.repeat(width);
  const lines = value.split('\n').map((line, index) => (line === '' || (index === 0 && !first) ? line : pad + line));
  return new Indented(lines.join('\n'), width);
}

function nth(items: readonly unknown[], index: number): unknown {
  if (items.length === 0) throw new Misused('an empty list has no first or last item');
  return items.at(index);
}

/** How many arguments a filter takes behind its value, at least and at most; the others take none. */
export const ARGUMENTS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  default: [1, 1],
  endswith: [1, 1],
  indent: [1, 2],
  join: [0, 1],
  replace: [2, 2],
  split: [1, 1],
  startswith: [1, 1],
};

/** Functions that a template may call. */
export const FUNCTIONS: Readonly<Record<string, (...args: readonly unknown[]) => unknown>> = {
  /** `range(3)` is 0, 1, 2; `range(1, 4)` is 1, 2, 3. */
  range: (start, stop) => {
    const [from, to] = stop === undefined ? [0, number(start)] : [number(start), number(stop)];
    if (to - from > 100_000) throw new Misused('a range of more than 100,000 numbers');
    return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
  },
};

/** Tests: `x is none`. The model knows no `undefined`, so there is no `is defined`. */
export const TESTS: Readonly<Record<string, (value: unknown) => boolean>> = {
  none: (value) => value === null,
  null: (value) => value === null,
};
