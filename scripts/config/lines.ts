/** Offsets in a text → lines and columns, both from 1; a column counts UTF-16 units, as editors do. */

export interface LineColumn {
  readonly line: number;
  readonly column: number;
}

export type Lines = (offset: number) => LineColumn;

/** Made from the text itself: the parser's own table leaves out the lines inside what it could not parse. */
export function linesOf(text: string): Lines {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    const inside = Math.min(Math.max(offset, 0), text.length);
    const line = lastAtMost(starts, inside);
    return { line: line + 1, column: inside - (starts[line] ?? 0) + 1 };
  };
}

/** Index of the last number of an ascending list that is not above `limit`; the first is not. */
function lastAtMost(ascending: readonly number[], limit: number): number {
  let [low, high] = [0, ascending.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) <= limit) low = middle;
    else high = middle;
  }
  return low;
}
