/** A part of the manifest: one line for each entry, sorted, so that git merges what different branches put into it. */
import { isMapping } from '../config/mapping.ts';

/** Sorts behind every path, so that no other line ever gains or loses its comma. */
const LAST = '~';
const WHY = 'one line each, sorted: git can merge this';

/** `{`, a line for each entry, `}`. @param entries keys are paths, or names below one */
export function sectionText(entries: readonly (readonly [string, unknown])[]): string {
  const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const lines = sorted.map(([key, value]) => `    ${JSON.stringify(key)}: ${lineOf(value)},\n`);
  return `{\n${lines.join('')}    ${JSON.stringify(LAST)}: ${JSON.stringify(WHY)}\n  }`;
}

function lineOf(value: unknown): string {
  if (!isMapping(value)) return JSON.stringify(value);
  const items = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${JSON.stringify(item)}`);
  return items.length === 0 ? '{}' : `{ ${items.join(', ')} }`;
}

/** Its entries; null when it is no such part. */
export function entriesOf(section: unknown): [string, unknown][] | null {
  return isMapping(section) ? Object.entries(section).filter(([key]) => key !== LAST) : null;
}
