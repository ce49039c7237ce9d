/** Code frames: the lines that a problem is about, its place marked with carets. */
import type { Problem } from '../problem.ts';
import { cellsOf, widthOf, type Cell } from './cells.ts';
import { disclosure, type Sources } from './disclosure.ts';
import { spanOf, type Span } from './span.ts';
import { SEVERITY_COLOURS, type Frame, type FrameStyle } from './text.ts';

/** A longer range is shown by its beginning. */
const MOST_LINES = 3;

/** Narrower terminals get broken lines: less than this says nothing. */
const NARROWEST = 20;

const CUT = '…';

/**
 * Frames for problems in these files. A line that holds, or may hold, a secret's value is never part of one: then there
 * is none.
 * @param sources texts as `config/decode.ts` gives them: the positions of problems count in these
 */
export function codeFrames(sources: Sources): Frame {
  const mayShow = disclosure(sources);
  const lines = new Map([...sources].map(([file, text]) => [file, text.split(/\r?\n/)]));
  return (problem, style) => {
    const span = spanOf(problem);
    const text = lines.get(problem.file ?? '');
    if (span === null || text === undefined || span.line > text.length) return null;
    const last = Math.min(span.endLine, text.length, span.line + MOST_LINES - 1);
    const shown = Array.from({ length: last - span.line + 1 }, (_, index) => span.line + index);
    if (!shown.every((number) => mayShow(problem.file ?? '', number))) return null;
    return drawn(shown, span, text, { ...style, severity: problem.severity });
  };
}

/** What is underlined of a line, in UTF-16 units from 0; null for nothing. */
interface Range {
  readonly start: number;
  readonly end: number;
}

function drawn(
  shown: readonly number[],
  span: Span,
  text: readonly string[],
  { colours, columns, severity }: FrameStyle & Pick<Problem, 'severity'>,
): string {
  const last = shown.at(-1) ?? span.line;
  const gutter = String(last).length;
  // One column stays free for a mark behind the end of a line.
  const room = Math.max(columns, NARROWEST) - '   | '.length - gutter - 1;
  const caret = colours[SEVERITY_COLOURS[severity]];
  const edge = (label: string): string => colours.dim(`  ${label.padStart(gutter)} |`);
  const rows = shown.flatMap((number) => {
    const line = text[number - 1] ?? '';
    const { code, marks } = excerpt(line, rangeOn(line, number, span), room);
    const row = code.trim() === '' ? edge(String(number)) : `${edge(String(number))} ${code}`;
    return [row, ...(marks === '' ? [] : [`${edge('')} ${caret(marks)}`])];
  });
  return [...rows, ...(span.endLine > last ? [`${edge('')} ${CUT}`] : [])].join('\n');
}

/** Lines after the first are marked from their first word on; at least one place is. */
function rangeOn(line: string, number: number, { column, ...span }: Span): Range | null {
  if (column === null) return null;
  const start = number === span.line ? Math.min(column - 1, line.length) : line.search(/\S|$/);
  const end = number < span.endLine ? line.length : Math.min((span.endColumn ?? column) - 1, line.length);
  return { start, end: Math.max(end, start + 1) };
}

/** A line and its marks, cut to the room that there is; the start of the range stays in sight. */
function excerpt(line: string, range: Range | null, room: number): { readonly code: string; readonly marks: string } {
  const { cells, cutLeft, cutRight } = windowOf(line, range?.start ?? 0, room);
  const code = (cutLeft ? CUT : '') + cells.map(({ shown }) => shown).join('') + (cutRight ? CUT : '');
  if (range === null) return { code, marks: '' };
  const before = cells.filter(({ end }) => end <= range.start);
  const marked = cells.filter(({ start, end }) => end > range.start && start < range.end);
  const indent = widthOf(before) + (cutLeft ? CUT.length : 0);
  return { code, marks: ' '.repeat(indent) + '^'.repeat(Math.max(widthOf(marked), 1)) };
}

interface Window {
  readonly cells: readonly Cell[];
  readonly cutLeft: boolean;
  readonly cutRight: boolean;
}

/** The cells around a place of the line that fit the room, together with the ellipses where some do not. */
function windowOf(line: string, place: number, room: number): Window {
  const { cells, isFirst, isLast } = neighbourhood(line, place, room);
  if (isFirst && isLast && widthOf(cells) <= room) return { cells, cutLeft: false, cutRight: false };
  const inside = room - 2 * CUT.length;
  const at = cells.findIndex(({ end }) => end > place);
  const middle = at === -1 ? cells.length : at;
  const left = fitting(cells.slice(0, middle).toReversed(), Math.floor(inside / 3)).length;
  const right = fitting(cells.slice(middle - left), inside);
  const end = middle - left + right.length;
  // Where the line ends early, there is more room on its left.
  const start = end - fitting(cells.slice(0, end).toReversed(), inside).length;
  return {
    cells: cells.slice(start, end),
    cutLeft: !isFirst || start > 0,
    cutRight: !isLast || end < cells.length,
  };
}

/** As many of the first cells as fit. */
function fitting(cells: readonly Cell[], room: number): readonly Cell[] {
  let [width, count] = [0, 0];
  for (const cell of cells) {
    width += cell.width;
    if (width > room) break;
    count += 1;
  }
  return cells.slice(0, count);
}

/**
 * The cells near a place: a line may be as long as a file. A character that is cut in half by it is left out.
 */
function neighbourhood(line: string, place: number, room: number) {
  const reach = 4 * room;
  const [start, end] = [Math.max(place - reach, 0), Math.min(place + reach, line.length)];
  const cells = cellsOf(line.slice(start, end)).map((cell) => ({
    ...cell,
    start: cell.start + start,
    end: cell.end + start,
  }));
  const [isFirst, isLast] = [start === 0, end === line.length];
  return { cells: cells.slice(isFirst ? 0 : 1, isLast ? undefined : -1), isFirst, isLast };
}
