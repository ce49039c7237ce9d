/**
 * The `.env` grammar, as shells and the `dotenv` package agree on it, read strictly: a line that is none of these is
 * refused, where others pass over it in silence.
 *
 *   NAME=plain text      to the end of the line, or to a # behind a blank; blanks at its ends do not count
 *   NAME='as it is'      over several lines too
 *   NAME="with \n \t"    over several lines too; \n \r \t \" \\ \$ mean what they mean in a shell or in JSON
 *   export NAME=…        the same
 *
 * `$` stands for itself everywhere. Of a name that stands twice the last one counts.
 */
import { decodeText } from '../../config/decode.ts';
import { checked, refused, type Checked, type Problem } from '../../problem.ts';
import type { SourceFile } from '../../types.ts';
import type { Variables } from './env.ts';

/** From where a reading stands, each. */
const NOTHING = /[ \t]*(?:#[^\n]*)?(?:\n|$)/y;
const NAME = /[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=/y;
const QUOTED = /[ \t]*(?:'([^']*)'|"([^"\\]*(?:\\[^][^"\\]*)*)")(?:[ \t]+#[^\n]*|[ \t]*)(?:\n|$)/y;
const PLAIN = /(?![ \t]*['"])([^\n]*)(?:\n|$)/y;

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', $: '$' };

/** @returns the variables; or `not-utf8`, `input-too-large`, `dotenv-syntax` at the line that is wrong, which is not repeated */
export function readDotenv(file: SourceFile): Checked<Variables> {
  const text = decodeText(file);
  if (!text.ok) return text;
  const next = reader(text.value.replaceAll('\r\n', '\n'));
  const variables = new Map<string, string>();
  while (!next.isDone()) {
    if (next(NOTHING)) continue;
    const line = next.line();
    const name = next(NAME)?.[1];
    if (name === undefined) return refused(syntax(file.path, line, 'is no NAME=value'));
    const value = nextValue(next);
    if (value === null) return refused(syntax(file.path, line, 'has a quote that is not closed, or text behind it'));
    variables.set(name, value);
  }
  return checked<Variables>(variables);
}

/** @returns null when a quote is not closed, or something stands behind it */
function nextValue(next: Next): string | null {
  const [, single, double] = next(QUOTED) ?? [];
  if (single !== undefined) return single;
  if (double !== undefined) return double.replace(/\\([nrt"\\$])/g, (_, char: string) => ESCAPES[char] ?? char);
  const plain = next(PLAIN)?.[1];
  return plain === undefined ? null : plain.replace(/[ \t]#.*/, '').trim();
}

/** Takes what a sticky pattern finds at the place that was reached. */
interface Next {
  (pattern: RegExp): RegExpExecArray | null;
  readonly isDone: () => boolean;
  /** From 1. */
  readonly line: () => number;
}

function reader(text: string): Next {
  let at = 0;
  const next = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at += found[0].length;
    return found;
  };
  return Object.assign(next, {
    isDone: () => at >= text.length,
    line: () => text.slice(0, at).split('\n').length,
  });
}

function syntax(file: string, line: number, what: string): Problem {
  const hint = `write NAME=value, NAME='value' or NAME="value"; a comment starts with #`;
  return {
    code: 'dotenv-syntax',
    severity: 'error',
    file,
    line,
    column: 1,
    message: `${file}: line ${line} ${what}`,
    hint,
  };
}
