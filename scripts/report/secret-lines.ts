/** Secrets in a text that is not YAML: nobody can say where a value ends, so most of it counts as one. */
import { isTelltale, mayBeSecret } from './secret-names.ts';

/** What is known of a text's secrets. */
export interface Reading {
  /** For a line that counts from 1: whether it holds a secret's value, or may hold one. */
  readonly isSecret: (line: number) => boolean;
  /** What the secrets say, line by line, without blanks around it. */
  readonly values: readonly string[];
  /** False when there may be secrets of which the values are not known. */
  readonly complete: boolean;
}

/** The lines above the first that is not clearly about an open key. With an anchor, a value can stand anywhere. */
export function secretLines(text: string): Reading {
  const lines = text.split('\n');
  const found = ANCHOR.test(text) ? 0 : lines.findIndex((line) => !isOpen(line));
  const first = found === -1 ? lines.length : found;
  return { isSecret: (line) => line > first, values: [], complete: found === -1 };
}

const ANCHOR = /(^|[\s,[{:-])&\S/m;
const EMPTY = /^\s*(#|$|(---|\.\.\.)\s*(#|$)|[\]},\s]+$)/;
const FIRST_WORD = /^[\s{-]*["']?(\w[\w.-]*)/;
const KEYS = /([\w.-]+)["']?\s*:(?=[\s"'{[&*!|>]|$)/g;

function isOpen(line: string): boolean {
  if (EMPTY.test(line)) return true;
  const first = FIRST_WORD.exec(line)?.[1];
  const names = [...line.matchAll(KEYS)].map(([, name = '']) => name);
  return first !== undefined && !isTelltale(line) && ![first, ...names].some(mayBeSecret);
}
