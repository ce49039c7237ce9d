/** JSON (RFC 8259): values are literals, or fragments inside a string. */
import {
  assertWellFormed,
  Indented,
  Unprintable,
  type Grammar,
  type NoSlot,
  type Printable,
  type Slot,
} from '../grammar.ts';

export type JsonPlace = 'code' | 'string' | 'escape';

export const json: Grammar<JsonPlace> = {
  start: 'code',
  read: (place, text) => [...text].reduce(step, place),
  slot,
  broken: () => null,
  comment: () => null,
};

function step(place: JsonPlace, character: string): JsonPlace {
  if (place === 'escape') return 'string';
  if (character === '"') return place === 'string' ? 'code' : 'string';
  return place === 'string' && character === '\\' ? 'escape' : place;
}

function slot(place: JsonPlace): Slot<JsonPlace> | NoSlot {
  if (place === 'escape') return { refused: 'a value cannot follow a backslash', hint: 'write \\\\ for a backslash' };
  return { print: place === 'code' ? jsonLiteral : jsonFragment, after: place };
}

/** The value as JSON text on one line. */
export function jsonLiteral(value: Printable): string {
  if (value instanceof Indented) return jsonLiteral(value.text);
  if (typeof value === 'string') return stringLiteral(value);
  const text = JSON.stringify(value, (_, item: unknown) => finite(item));
  assertWellFormed(text);
  if (/\\ud[89a-f]/i.test(text)) throw new Unprintable('the value holds half of a surrogate pair');
  return text;
}

/** A lone surrogate has no form in a file: JSON's escape of it would be one. */
function stringLiteral(value: string): string {
  assertWellFormed(value);
  return JSON.stringify(value);
}

/** JSON has no infinity; `JSON.stringify` would write null. */
function finite(item: unknown): unknown {
  if (typeof item === 'number' && !Number.isFinite(item))
    throw new Unprintable('the number is too large to be written');
  return item instanceof Indented ? item.text : item;
}

/** The value's text for between two quotes. */
function jsonFragment(value: Printable): string {
  return jsonLiteral(scalarText(value)).slice(1, -1);
}

/** The text of a scalar that goes into the middle of other text. Null, lists and mappings have none. */
export function scalarText(value: Printable): string {
  if (value instanceof Indented) return value.text;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const what = value === null ? 'a value that is not set (null)' : 'a list or mapping';
  throw new Unprintable(
    `${what} cannot stand in the middle of text`,
    'test it with `if`, or print its parts one by one',
  );
}
