/**
 * What can be written under the cursor. Read from the lines above it alone: while a person types, the file is mostly no
 * YAML.
 */
import { CompletionItemKind, type CompletionItem } from 'vscode-languageserver';
import { knownKeys } from '../config/key-schema.ts';
import type { KeyPath } from '../config/path.ts';
import { valueText } from '../explain/words.ts';
import { INPUT_KINDS, type InputName } from './input.ts';
import { describedKey, description, offeredWords } from './key-words.ts';

/** @param before the text up to the cursor; @param after the rest of it */
export function completions(file: InputName, before: string, after: string): readonly CompletionItem[] {
  const above = before.split('\n');
  const line = above.pop() ?? '';
  const value = /^((?: *- +)*| +)?([\w-]+): +(\[(?:[^\]]*, *)?)?["']?([\w./-]*)$/.exec(line);
  const path = parentPath(above, line);
  if (value !== null) return valueItems(file, [...path, value[2] ?? '', ...(value[3] ? [0] : [])], value[4]);
  const item = /^ *(?:- +)+["']?([\w./-]*)$/.exec(line);
  const items = item === null ? [] : valueItems(file, path, item[1]);
  if (items.length > 0 || !/^ *(?:- +)*[\w-]*$/.test(line)) return items;
  return keyItems(file, path, siblings(above, line, after.split('\n').slice(1)));
}

function keyItems(file: InputName, path: KeyPath, taken: ReadonlySet<string>): readonly CompletionItem[] {
  const keys = knownKeys(INPUT_KINDS[file], path).filter((key) => !taken.has(key));
  return keys.map((key) => {
    const described = describedKey(file, [...path, key]);
    return {
      label: key,
      kind: CompletionItemKind.Property,
      insertText: described?.type === 'object' ? `${key}:` : `${key}: `,
      ...(described?.default !== undefined && { detail: valueText(described.default) }),
      documentation: { kind: 'markdown', value: described === null ? '' : description(described) },
    };
  });
}

function valueItems(file: InputName, path: KeyPath, typed = ''): readonly CompletionItem[] {
  const described = describedKey(file, path);
  // To editors a word ends at a slash: what stands before it stays.
  const kept = typed.slice(0, typed.lastIndexOf('/') + 1);
  return offeredWords(file, path).map((word) => ({
    label: word,
    kind: CompletionItemKind.Value,
    ...(kept !== '' && word.startsWith(kept) && behind(word.slice(kept.length))),
    ...(String(described?.default) === word && { detail: 'default', preselect: true }),
  }));
}

const behind = (rest: string): object => ({ insertText: rest, filterText: rest });

/** A line that starts a key: the column of the key, and that of the dash before it. */
interface Entry {
  readonly key: string;
  readonly column: number;
  readonly dash: number | null;
}

function entry(line: string): Entry | null {
  const [, blanks = '', dashes = '', key = ''] = /^( *)((?:- +)*)([\w-]*)/.exec(line) ?? [];
  if (line.trim() === '' || line.trimStart().startsWith('#')) return null;
  return { key, column: blanks.length + dashes.length, dash: dashes === '' ? null : blanks.length };
}

/** The path of the mapping that a line is in, by the indentation of the lines above; every index is 0. */
function parentPath(above: readonly string[], line: string): KeyPath {
  const path: (string | number)[] = [];
  let { column, dash } = entry(line) ?? { column: line.length, dash: null };
  for (const { key, column: at, dash: marked } of above.toReversed().flatMap((text) => entry(text) ?? [])) {
    if (dash === null && marked !== null && at === column) dash = marked;
    else if (dash !== null && marked === null && at <= dash) {
      path.unshift(key, 0);
      [column, dash] = [at, null];
    } else if (dash === null && at < column) {
      path.unshift(key);
      [column, dash] = [at, marked];
    }
  }
  return path;
}

/** The other keys of the mapping that a line is in. @param below the lines after it */
function siblings(above: readonly string[], line: string, below: readonly string[]): ReadonlySet<string> {
  const own = entry(line) ?? { column: line.length, dash: null };
  const before = own.dash === null ? sameMapping(above.toReversed(), own.column) : [];
  const start = before.findIndex(({ dash }) => dash !== null);
  const after = sameMapping(below, own.column);
  const end = after.findIndex(({ dash }) => dash !== null);
  const entries = [
    ...before.slice(0, start === -1 ? undefined : start + 1),
    ...after.slice(0, end === -1 ? undefined : end),
  ];
  return new Set(entries.map(({ key }) => key));
}

/** What starts in a column, up to where something starts left of it. */
function sameMapping(lines: readonly string[], column: number): readonly Entry[] {
  const entries = lines.flatMap((text) => entry(text) ?? []);
  const end = entries.findIndex((found) => found.column < column);
  return entries.slice(0, end === -1 ? undefined : end).filter((found) => found.column === column);
}
