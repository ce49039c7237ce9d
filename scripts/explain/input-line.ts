/** A line of an input file → the values of the model that it decides, or would decide if nothing overrode it. */
import { isContainer } from '../config/mapping.ts';
import type { Origin, Position } from '../types.ts';
import { writtenAt } from './explanation.ts';
import { leavesBelow, type Leaf, type Meaning } from './leaves.ts';
import type { Place } from './place.ts';

/** In the order of the model; a value that is computed from what is written there comes under its own name only. */
export function leavesWrittenAt(meaning: Meaning, place: Place): readonly Leaf[] {
  const isHere = (origin: Origin): boolean => origin.from === 'written' && covers(extent(meaning, origin.path), place);
  return leavesBelow(meaning.derived, []).filter(({ origin }) => [origin, ...origin.beat].some(isHere));
}

/** From the first character of a value to its last: the place of a list is that of its first item. */
function extent(meaning: Meaning, path: Extract<Origin, { from: 'written' }>['path']): Position | null {
  const start = meaning.config.locate(path);
  const value = writtenAt(meaning, path);
  const last = isContainer(value) ? Object.keys(value).at(-1) : undefined;
  if (start === null || last === undefined) return start;
  const end = extent(meaning, [...path, Array.isArray(value) ? Number(last) : last]);
  return end === null || end.file !== start.file || end.endLine < start.endLine
    ? start
    : { ...start, endLine: end.endLine, endColumn: end.endColumn };
}

/** With a column the value must be under it, without one it is enough that it stands on the line. */
function covers(extent: Position | null, { file, line, column }: Place): boolean {
  if (extent === null || file !== extent.file || line < extent.line || line > extent.endLine) return false;
  if (column === null) return true;
  const isAfterStart = line > extent.line || column >= extent.column;
  return isAfterStart && (line < extent.endLine || column < extent.endColumn);
}
