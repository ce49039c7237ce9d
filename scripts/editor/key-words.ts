/** What the schemas say of a key to a person. */
import { keySchema, type KeySchema } from '../config/key-schema.ts';
import type { KeyPath } from '../config/path.ts';
import { EXTENSIONS } from '../talos/extensions.ts';
import { INPUT_KINDS, type InputName } from './input.ts';

/** What `schemas/` has beside what validation needs. */
export interface DescribedKey extends KeySchema {
  readonly markdownDescription?: string;
  readonly default?: unknown;
}

/** The schema of the value at `path` of a file; null where it says nothing. */
export function describedKey(file: InputName, path: KeyPath): DescribedKey | null {
  return keySchema(INPUT_KINDS[file], path);
}

/** What a key is for, as Markdown. */
export function description({ markdownDescription, description = '' }: DescribedKey): string {
  return markdownDescription ?? description;
}

/** The words that a value may be: those of its list, or `true` and `false`; empty for anything else. */
export function wordsOf({ type = [], enum: words }: DescribedKey): readonly string[] {
  return words ?? ([type].flat().includes('boolean') ? ['true', 'false'] : []);
}

/** Names that are known for the items of a list, though it may hold others. */
const KNOWN_ITEMS: ReadonlyMap<unknown, ReadonlyMap<string, unknown>> = new Map([['officialExtensions', EXTENSIONS]]);

/** What to offer for the value at `path`: the words that it may be, or names that are known. */
export function offeredWords(file: InputName, path: KeyPath): readonly string[] {
  const words = wordsOf(describedKey(file, path) ?? {});
  const names = typeof path.at(-1) === 'number' ? KNOWN_ITEMS.get(path.at(-2)) : undefined;
  return words.length > 0 ? words : [...(names?.keys() ?? [])];
}
