/** The values of an opened file as everybody else has them: texts, numbers, true and false, null, lists, mappings. */
import { entriesOf, isScalar, valuesOf, type Scalar, type Value } from './tree.ts';

/** How a scalar of each kind reads. What a number of JavaScript cannot hold stays a text. */
const READ: Readonly<Record<Scalar['kind'], (text: string) => string | number | boolean | null>> = {
  str: (text) => text,
  time: (text) => text,
  int: (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : text),
  float: (text) => (Number.isFinite(Number(text)) ? Number(text) : text),
  bool: (text) => text === 'True',
  null: () => null,
};

/** Comments are left out. */
export function plainValue(value: Value): unknown {
  if (isScalar(value)) return READ[value.kind](value.text);
  if (value.kind === 'list') return valuesOf(value).map(plainValue);
  return Object.fromEntries(entriesOf(value).map(({ key, value: inner }) => [key, plainValue(inner)]));
}
