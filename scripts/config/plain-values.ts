/** Parts of plain YAML as values, by the core schema of YAML 1.2.2; frozen. */
import { Unknown } from './cursor.ts';
import type { Maker } from './plain-yaml.ts';

export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

export const YAML_VALUES: Maker<Value> = {
  plain: plainValue,
  text: (text) => text,
  list: (items) => Object.freeze(items),
  mapping: (entries) => Object.freeze(Object.fromEntries(entries.map(({ key, value }) => [key, value]))),
  nothing: () => null,
};

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
