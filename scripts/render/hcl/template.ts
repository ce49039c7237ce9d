/** Texts of HCL with `${…}` in them: quoted ones and heredocs. */
import { Unknown, type Cursor } from '../../config/cursor.ts';

/** Stands for a value that is not written there. */
export const COMPUTED = Symbol('computed');
export type Computed = typeof COMPUTED;

/** Goes behind an expression. */
type ReadInside = (cursor: Cursor) => void;

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };
const ESCAPE = /\\(?:[nrt"\\]|u(?![Dd][89A-Fa-f])[\dA-Fa-f]{4})/y;

/** Behind the opening quote. @returns what it says where nothing in it is computed */
export function readString(cursor: Cursor, readInside: ReadInside): string | Computed {
  let text = '';
  let computed = false;
  while (cursor.take(/"/y) === null) {
    const escape = cursor.take(ESCAPE);
    const plain = escape === null ? cursor.take(PLAIN) : null;
    if (escape !== null) text += unescaped(escape);
    else if (plain !== null) text += plain.replace(/^([$%])\1\{$/, '$1{');
    else {
      readInterpolation(cursor, readInside);
      computed = true;
    }
  }
  // As HCL has its strings.
  return computed ? COMPUTED : text.normalize('NFC');
}

/** Text without quotes, backslashes and control characters; or `$${`; or signs that open nothing. */
const PLAIN = /[^"\\$%\0-\x1f\x7f\ufeff]+|(?<![$%])(?:\$\$|%%)\{|(?:(?<![$])\$|(?<![%])%)(?![{$%])/y;

function unescaped(escape: string): string {
  const letter = escape[1] ?? '';
  return ESCAPES[letter] ?? String.fromCharCode(Number.parseInt(escape.slice(2), 16));
}

/** On one line: whether a heredoc could end inside of it is not our question. */
function readInterpolation(cursor: Cursor, readInside: ReadInside): void {
  cursor.need(/(?<![$%])\$\{(?!~)/y);
  const from = cursor.at;
  readInside(cursor);
  if (cursor.text.slice(from, cursor.at).includes('\n')) throw new Unknown();
  cursor.need(/\}/y);
}

/** Its lines, up to the one that holds nothing but its word; the line end behind that stays. */
export function readHeredoc(cursor: Cursor, readInside: ReadInside): Computed {
  const word = cursor.need(/<<-?[A-Z_]+\n/y).replace(/^<<-?|\n$/g, '');
  const last = new RegExp(` *${word}(?=\\n)`, 'y');
  while (cursor.take(last) === null) {
    while (cursor.take(/\n/y) === null) {
      if (cursor.take(/[^$%\0-\x1f\x7f\ufeff]+/y) === null) readInterpolation(cursor, readInside);
    }
  }
  return COMPUTED;
}
