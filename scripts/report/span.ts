/** Where a problem stands, proven sensible: whatever a rule says, no format gets a place that it cannot hold. */
import type { Problem } from '../problem.ts';

/**
 * From `line:column` to just before `endLine:endColumn`; lines and columns count from 1, columns in UTF-16 units, as
 * `scripts/config/lines.ts` does. Without a column it means whole lines.
 */
export interface Span {
  readonly line: number;
  readonly column: number | null;
  /** Never before `line`. */
  readonly endLine: number;
  /** Null without a column, and where only the start is known; never before `column` on the same line. */
  readonly endColumn: number | null;
}

/** SARIF and GitHub read them into 32 bits. */
const MOST = 2 ** 31 - 1;

const isPlace = (value: number | undefined): value is number =>
  value !== undefined && Number.isInteger(value) && value >= 1 && value <= MOST;

/** Null when the problem names no line. An end that cannot be is left out. */
export function spanOf({ line, column, endLine, endColumn }: Problem): Span | null {
  if (!isPlace(line)) return null;
  const last = isPlace(endLine) && endLine >= line ? endLine : line;
  if (!isPlace(column)) return { line, column: null, endLine: last, endColumn: null };
  const isEnd = isPlace(endColumn) && (last > line || endColumn >= column);
  return isEnd ? { line, column, endLine: last, endColumn } : { line, column, endLine: line, endColumn: null };
}
