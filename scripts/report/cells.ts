/** A line of text as a terminal shows it: what takes how much room, and where it stands in the text. */
import stringWidth from 'string-width';
import { visible } from './visible.ts';

/** What a person sees as one character. */
export interface Cell {
  /** From this UTF-16 unit of the line to just before the other. */
  readonly start: number;
  readonly end: number;
  readonly shown: string;
  /** In columns of the terminal; never 0. */
  readonly width: number;
}

const TAB_STOP = 4;

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * The cells of a text without line breaks. Tabs become blanks; what a terminal would obey, or would not show, is
 * escaped; wide characters (CJK, emoji) count twice, combining marks belong to their letter.
 */
export function cellsOf(text: string): readonly Cell[] {
  const cells: Cell[] = [];
  let column = 0;
  for (const { segment, index } of GRAPHEMES.segment(text)) {
    const cell = { start: index, end: index + segment.length, ...shownAt(column, segment) };
    cells.push(cell);
    column += cell.width;
  }
  return cells;
}

function shownAt(column: number, grapheme: string): Pick<Cell, 'shown' | 'width'> {
  if (grapheme === '\t') return blanks(TAB_STOP - (column % TAB_STOP));
  const shown = visible(grapheme);
  const width = stringWidth(shown);
  return width > 0 ? { shown, width } : escaped(grapheme);
}

const blanks = (width: number): Pick<Cell, 'shown' | 'width'> => ({ shown: ' '.repeat(width), width });

/** A mark without a letter, a joiner without neighbours, a blank of no width. */
function escaped(text: string): Pick<Cell, 'shown' | 'width'> {
  const shown = [...text].map((character) => `\\u{${character.codePointAt(0)?.toString(16)}}`).join('');
  return { shown, width: shown.length };
}

export const widthOf = (cells: readonly Cell[]): number => cells.reduce((sum, { width }) => sum + width, 0);
