/** `file:line` and `file:line:column`, as editors, compilers and this program write places. */
import { quoted } from '../config/path.ts';
import { suggestion } from '../config/suggest.ts';
import { checked, refused, type Checked, type Problem } from '../problem.ts';

/** A place that a person asks for; lines and columns count from 1. */
export interface Place {
  /** With `/` between its parts. */
  readonly file: string;
  readonly line: number;
  readonly column: number | null;
}

/** Null when the text is no place: then it is a name. */
export function readPlace(text: string): Place | null {
  const match = /^(.+?):([0-9]{1,9})(?::([0-9]{1,9}))?$/.exec(text);
  if (match === null) return null;
  const [, file = '', line, column] = match;
  const path = file.replaceAll('\\', '/').replace(/^(\.\/)+/, '');
  return { file: path, line: Number(line), column: column === undefined ? null : Number(column) };
}

/**
 * Finds the file that is meant: by its path, or by the end of it where no other file ends like that.
 * @param root absolute path of the project, which the file may begin with
 * @returns the path, or `unknown-file`
 */
export function findFile(file: string, paths: readonly string[], root: string): Checked<string> {
  const prefix = `${root.replaceAll('\\', '/')}/`;
  const wanted = file.startsWith(prefix) ? file.slice(prefix.length) : file;
  if (paths.includes(wanted)) return checked(wanted);
  const [only, another] = paths.filter((path) => path.endsWith(`/${wanted}`));
  return only !== undefined && another === undefined ? checked(only) : refused(unknownFile(file, paths));
}

function unknownFile(file: string, paths: readonly string[]): Problem {
  const names = paths.map((path) => path.slice(path.lastIndexOf('/') + 1));
  const name = suggestion(file.slice(file.lastIndexOf('/') + 1), names);
  const near = paths.filter((_, index) => names[index] === name);
  const hint = name === null ? `the generated files are ${paths.join(', ')}` : `did you mean ${near.join(' or ')}?`;
  return { code: 'unknown-file', severity: 'error', message: `nigari does not make ${quoted(file)}`, hint };
}

/** Why there is nothing to look at: `unknown-line`; null when the place is in the text. */
export function outside({ file, line, column }: Place, lines: readonly string[]): Problem | null {
  // What ends with a line break has no further line.
  const last = lines.at(-1) === '' ? lines.length - 1 : lines.length;
  const width = lines[line - 1]?.length ?? 0;
  const message =
    line < 1 || line > last
      ? `${file} has ${last} lines, no line ${line}`
      : `line ${line} of ${file} has ${width} columns, no column ${column}`;
  const isInside = line >= 1 && line <= last && (column === null || (column >= 1 && column <= width + 1));
  return isInside ? null : { code: 'unknown-line', severity: 'error', message, hint: 'lines and columns count from 1' };
}
