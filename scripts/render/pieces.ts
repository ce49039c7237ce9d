/** Rendered text in the pieces that it was made of, so that what is wrong in it can be told at the template's line. */
import type { TemplateLine } from '../types.ts';

export interface Piece extends TemplateLine {
  readonly text: string;
  /** Literal text of the template: its further lines are the template's next ones. A value is all of one line. */
  readonly literal: boolean;
}

export function textOf(pieces: readonly Piece[]): string {
  return pieces.map(({ text }) => text).join('');
}

/** For each line of `textOf(pieces)` the template's line that wrote its first character. */
export function linesOf(pieces: readonly Piece[]): readonly TemplateLine[] {
  const lines: TemplateLine[] = [];
  let isEmpty = false;
  for (const { text, file, line, literal } of pieces.filter((piece) => piece.text !== '')) {
    for (const [index, part] of text.split('\n').entries()) {
      if (index === 0 && isEmpty) lines.pop();
      if (index > 0 || isEmpty || lines.length === 0) lines.push({ file, line: literal ? line + index : line });
      isEmpty = part === '';
    }
  }
  return lines;
}
