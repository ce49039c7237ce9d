/** "Did you mean …?": the known name that is nearest to a mistyped one. */

/** Names are compared without case, `-` and `_`: `Node-CIDR` is `node_cidr`. */
const normalise = (name: string): string => name.toLowerCase().replace(/[-_]/g, '');

/** Longer names are not mistyped, they are something else; the comparison takes time in proportion to the square. */
const LONGEST = 64;

/**
 * The nearest of `candidates`, or null when none is near: at most a third of the letters may differ, or one of the two
 * names is the beginning of the other one (`mac_address`, `node_dns`).
 */
export function suggestion(name: string, candidates: readonly string[]): string | null {
  const wanted = normalise(name.slice(0, LONGEST));
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  let best: { name: string; distance: number } | null = null;
  for (const candidate of candidates) {
    const found = distance(wanted, normalise(candidate), best === null ? limit : best.distance - 1);
    if (found !== null) best = { name: candidate, distance: found };
  }
  return best?.name ?? null;
}

/** Null when it is above `limit`. */
function distance(a: string, b: string, limit: number): number | null {
  if (!isBeginning(a, b) && !isBeginning(b, a)) return editDistance(a, b, limit);
  return limit >= 1 ? 1 : null;
}

/** True for at least half of the longer name: less could be the beginning of anything. */
function isBeginning(start: string, name: string): boolean {
  return name.startsWith(start) && start.length < name.length && start.length >= name.length / 2;
}

/**
 * Damerau-Levenshtein distance in its restricted form (a swap of neighbours counts once), row by row: null as soon as
 * it is sure to be above `limit`.
 */
function editDistance(a: string, b: string, limit: number): number | null {
  if (Math.abs(a.length - b.length) > limit) return null;
  let above: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let index = 1; index <= a.length; index += 1) {
    [above, row] = [row, nextRow(above, row, a, b, index)];
    if (Math.min(...row) > limit) return null;
  }
  const distance = row[b.length] ?? 0;
  return distance > limit ? null : distance;
}

/** @param above the row before the one before, for swaps; empty in the first step */
function nextRow(
  above: readonly number[],
  previous: readonly number[],
  a: string,
  b: string,
  index: number,
): readonly number[] {
  const row = [index];
  for (let column = 1; column <= b.length; column += 1) {
    const changed = previous[column - 1]! + (a[index - 1] === b[column - 1] ? 0 : 1);
    const swapped = isSwap(a, b, index, column) ? above[column - 2]! + 1 : Number.POSITIVE_INFINITY;
    row.push(Math.min(previous[column]! + 1, row[column - 1]! + 1, changed, swapped));
  }
  return row;
}

function isSwap(a: string, b: string, index: number, column: number): boolean {
  return index > 1 && column > 1 && a[index - 1] === b[column - 2] && a[index - 2] === b[column - 1];
}
