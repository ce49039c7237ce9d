/** Looks for many texts in a file that comes piece by piece and may be larger than memory. */
import type { Problem } from '../../problem.ts';
import { LOOK_AHEAD, type Needle } from './needles.ts';

/** How much of a file is held at once. */
const WINDOW = 8 << 20;
/** More findings than that in one file tell nothing new. */
const MOST = 100;

export interface Search {
  readonly feed: (piece: Uint8Array) => void;
  /** @returns one problem for each needle and line, in the order of the file */
  readonly end: () => readonly Problem[];
}

interface Hit {
  readonly offset: number;
  readonly needle: Needle;
}

/** How much of the file lies before a window. */
interface Before {
  readonly lines: number;
  /** Characters of the line that the window starts in. */
  readonly columns: number;
}

/**
 * @param path for the problems
 * @param onStart gets the first `WINDOW` bytes of the file, or all of it
 */
export function search(path: string, needles: readonly Needle[], onStart: (bytes: Buffer) => void): Search {
  const overlap = Math.max(LOOK_AHEAD, ...needles.map(({ bytes }) => bytes.length));
  const found = new Map<string, Problem>();
  let pieces: Uint8Array[] = [];
  let held = 0;
  let before: Before | null = null;

  const look = (isLast: boolean): void => {
    const window = Buffer.concat(pieces);
    if (before === null) onStart(window);
    const until = isLast ? window.length : window.length - overlap;
    const place = placer(window, before ?? { lines: 0, columns: 0 });
    for (const { needle, offset } of hits(window, needles, until)) {
      const { line, column } = place(offset);
      const key = `${line}:${needle.message}`;
      if (found.size < MOST && !found.has(key)) found.set(key, problem(needle, { file: path, line, column }));
    }
    const { line, column } = place(until);
    before = { lines: line - 1, columns: column - 1 };
    pieces = [window.subarray(until)];
    held = window.length - until;
  };
  const feed = (piece: Uint8Array): void => {
    pieces.push(piece);
    held += piece.length;
    if (held >= WINDOW + overlap) look(false);
  };
  const end = (): readonly Problem[] => {
    look(true);
    return [...found.values()];
  };
  return { feed, end };
}

const problem = ({ code, message }: Needle, at: Pick<Problem, 'file' | 'line' | 'column'>): Problem => ({
  code,
  severity: 'error',
  message,
  ...at,
});

/** Those that start before an offset, in the order of their places. */
function hits(window: Buffer, needles: readonly Needle[], until: number): readonly Hit[] {
  const found: Hit[] = [];
  for (const needle of needles) {
    let offset = window.indexOf(needle.bytes);
    for (let count = 0; offset >= 0 && offset < until && count < MOST; count += 1) {
      if (isMeant(window, offset, needle)) found.push({ offset, needle });
      offset = window.indexOf(needle.bytes, offset + needle.bytes.length);
    }
  }
  return found.toSorted((a, b) => a.offset - b.offset);
}

function isMeant(window: Buffer, offset: number, { confirms }: Needle): boolean {
  return confirms === undefined || confirms.test(window.toString('latin1', offset, offset + LOOK_AHEAD));
}

/** Line and column of offsets that are asked for in rising order. */
function placer(
  window: Buffer,
  before: Before,
): (offset: number) => { readonly line: number; readonly column: number } {
  let { lines, columns } = before;
  let lineStart = 0;
  return (offset) => {
    for (let end = window.indexOf(0x0a, lineStart); end >= 0 && end < offset; end = window.indexOf(0x0a, lineStart)) {
      lines += 1;
      columns = 0;
      lineStart = end + 1;
    }
    return { line: lines + 1, column: columns + window.toString('utf8', lineStart, offset).length + 1 };
  };
}
