/** The pairs of a mapping → an object: keys are texts, each is there once, `<<` is merged. */
import { isScalar, type Node, type Pair } from 'yaml';
import { isMerge } from './locate.ts';
import { isMapping } from './mapping.ts';
import { formatPath } from './path.ts';
import { fitsTag } from './yaml-tags.ts';
import { report, spanOf, type Walk } from './yaml-walk.ts';
import { WORDS } from './yaml-words.ts';

/** The step that a pair's value has in a path. */
export function stepOf(pair: Pair): string {
  if (isMerge(pair)) return '<<';
  return isScalar(pair.key) ? String(pair.key.value) : '?';
}

/**
 * Makes the object; what is wrong with a key is reported and left out.
 * @param values of the pairs, in the same order
 */
export function mappingOf(walk: Walk, pairs: readonly Pair[], values: readonly unknown[]): object {
  const entries = new Map<string, unknown>();
  const keys = new Map<string, Node>();
  const merged: object[] = [];
  for (const [index, pair] of pairs.entries()) {
    if (isMerge(pair)) merged.push(...mergeSources(walk, pair, values[index]));
    else if (isNewText(walk, pair, keys)) entries.set(stepOf(pair), values[index]);
  }
  return withMerged(entries, merged);
}

/** True for the first pair of its key; the second is a finding. A map of our own keeps this linear. */
function isNewText(walk: Walk, pair: Pair, keys: Map<string, Node>): boolean {
  const key = pair.key as Node;
  if (!isScalar(key) || typeof key.value !== 'string' || !fitsTag(key)) {
    report(walk, key, WORDS.nonStringKey);
    return false;
  }
  const first = keys.get(key.value);
  if (first === undefined) keys.set(key.value, key);
  else reportDuplicate(walk, key.value, key, first);
  return first === undefined;
}

function reportDuplicate(walk: Walk, name: string, key: Node, first: Node): void {
  const path = [...walk.path, name];
  const { file, line, column } = spanOf(walk, first);
  const message = `${formatPath(path)} is already written at ${file}:${line}:${column}`;
  report(walk, key, { code: 'duplicate-key', message, hint: 'keep one of the two' }, path);
}

/** Nothing is merged of null: an alias that stands for nothing is a finding of its own. */
function mergeSources(walk: Walk, pair: Pair, value: unknown): readonly object[] {
  const sources: readonly unknown[] = [value].flat().filter((source) => source !== null);
  const mappings = sources.filter(isMapping);
  if (mappings.length < sources.length) report(walk, pair.key as Node, WORDS.badMerge);
  return mappings;
}

/** What a mapping says itself beats what it merges; of two merged mappings the first wins. */
function withMerged(entries: Map<string, unknown>, merged: readonly object[]): object {
  for (const [key, value] of merged.flatMap((source) => Object.entries(source))) {
    if (!entries.has(key)) entries.set(key, value);
  }
  // Unlike an assignment, this makes an ordinary key of `__proto__`.
  return Object.fromEntries(entries);
}
