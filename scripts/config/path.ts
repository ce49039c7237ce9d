/** Where in a document: a list of keys and indexes, and how messages write it. */
import { isContainer } from './mapping.ts';

/** `['nodes', 2, 'address']`; the empty path is the document itself. */
export type KeyPath = readonly (string | number)[];

/** The value at a path; undefined where there is none. An empty one is null. */
export function valueAt(root: unknown, path: KeyPath): unknown {
  let value = root;
  for (const step of path) {
    if (!isContainer(value) || !Object.hasOwn(value, step)) return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[step];
  }
  return value;
}

/** Whether something is written there, if only an empty value. */
export const hasValueAt = (root: unknown, path: KeyPath): boolean => valueAt(root, path) !== undefined;

/** `nodes[2].address`; a key that is not a plain name is quoted: `vars["a b"]`. */
export function formatPath(path: KeyPath): string {
  return path.map((step, index) => formatStep(step, index === 0)).join('');
}

function formatStep(step: string | number, first: boolean): string {
  if (typeof step === 'number') return `[${step}]`;
  if (!/^[\w-]+$/.test(step)) return `[${printable(JSON.stringify(step))}]`;
  return first ? step : `.${step}`;
}

/** A plain name, an index, a name as JSON writes it. */
const STEPS = /(?<!^)\.([\w-]+)|^([\w-]+)|\[(\d+)\]|\[("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-f]{4}))*")\]/giy;

/** The inverse of `formatPath`; null for what no path is, and for a key that it could only show, not write. */
export function parsePath(text: string): KeyPath | null {
  const steps = [...text.matchAll(STEPS)];
  const readable = steps.map(([whole]) => whole).join('') === text && !text.includes('\\u{');
  return readable ? steps.map(parseStep) : null;
}

function parseStep([, inner, first, index, quoted]: RegExpExecArray): string | number {
  const name = inner ?? first;
  if (name !== undefined) return name;
  return index === undefined ? (JSON.parse(quoted ?? '""') as string) : Number(index);
}

/** How much of a user's text a message repeats, in characters. */
const LONGEST = 60;

/** A text as messages repeat it: on one line, without control characters, cut where it is long. */
export function quoted(text: string): string {
  return printable(JSON.stringify(shortened(text)));
}

/** At most 60 characters of a text; an ellipsis says that there is more. */
export function shortened(text: string): string {
  const characters = [...text.slice(0, 2 * LONGEST + 1)];
  return characters.length > LONGEST ? `${characters.slice(0, LONGEST - 1).join('')}…` : text;
}

/** JSON leaves some characters that a terminal would obey (U+009B) or not show (U+202E); here they are escapes too. */
function printable(json: string): string {
  return json.replace(/[\p{C}\u2028\u2029]/gu, (character) => `\\u${hexadecimal(character)}`);
}

function hexadecimal(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff ? `{${code.toString(16)}}` : code.toString(16).padStart(4, '0');
}
