/**
 * Comments that silence a rule at one line:
 *
 *   scsi_hw: virtio-scsi-single # nigari-ignore: virtio-scsi-single it runs here for a year
 *
 * A comment that stands alone is about the next line that is no comment.
 */
import { CST, Lexer } from 'yaml';
import { hasErrors, type Problem } from '../../problem.ts';
import { linesOf, type LineColumn } from '../lines.ts';
import { quoted } from '../path.ts';
import { suggestion } from '../suggest.ts';
import { catalogueEntry, CODES } from './catalogue.ts';

export interface IgnoreComment {
  readonly file: string;
  readonly start: LineColumn;
  readonly end: LineColumn;
  /** The line that it is about. */
  readonly about: number;
  readonly code: string;
  /** Empty when there is none. */
  readonly reason: string;
}

const IGNORE = /^#+\s*nigari-ignore\b:?\s*(\S*)\s*(.*)$/;

/** Characters that the lexer puts in, and that are not in the text. */
const MARKS: readonly string[] = [CST.DOCUMENT, CST.FLOW_END, CST.SCALAR];

/** The comments of a text that could be parsed; what only looks like one, in a text or a block, is none. */
export function ignoreComments(file: string, text: string): readonly IgnoreComment[] {
  if (!text.includes('nigari-ignore')) return [];
  const [place, about] = [linesOf(text), linesAbout(text.split('\n'))];
  const comments: IgnoreComment[] = [];
  let [offset, before] = [0, ''];
  for (const lexeme of new Lexer().lex(text)) {
    const comment = before === CST.SCALAR ? null : IGNORE.exec(lexeme.trimEnd());
    if (comment !== null) {
      const [whole, code = '', reason = ''] = comment;
      const [start, end] = [place(offset), place(offset + whole.length)];
      comments.push({ file, start, end, about: about[start.line - 1] ?? start.line, code, reason });
    }
    before = lexeme;
    if (!MARKS.includes(lexeme)) offset += lexeme.length;
  }
  return comments;
}

/** For each line the next one, or itself, that is no comment alone. */
function linesAbout(lines: readonly string[]): readonly number[] {
  const about: number[] = [];
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    about[index] = /^\s*#/.test(lines[index] ?? '') ? (about[index + 1] ?? index + 2) : index + 1;
  }
  return about;
}

export interface Silenced {
  /** What is left, with a warning for each comment that has no effect. */
  readonly problems: readonly Problem[];
  /** What was silenced, as notes. */
  readonly ignored: readonly Problem[];
}

/** Takes out what the comments silence. */
export function silenced(problems: readonly Problem[], comments: readonly IgnoreComment[]): Silenced {
  if (comments.length === 0) return { problems, ignored: [] };
  const sound = comments.filter((comment) => faultOf(comment) === null);
  const effective = new Map(sound.map((comment) => [keyOf(comment.file, comment.about, comment.code), comment]));
  const used = new Set<IgnoreComment>();
  const [kept, ignored]: [Problem[], Problem[]] = [[], []];
  for (const problem of problems) {
    const comment = effective.get(keyOf(problem.file, problem.line, problem.code));
    if (comment === undefined) kept.push(problem);
    else ignored.push(asNote(problem, comment));
    if (comment !== undefined) used.add(comment);
  }
  // While something is broken, rules about it do not run.
  const idle = hasErrors(kept) ? [] : [...effective.values()].filter((comment) => !used.has(comment));
  return { problems: [...kept, ...comments.flatMap(misuse), ...idle.map(unused)], ignored };
}

const keyOf = (file: string | undefined, line: number | undefined, code: string): string => `${file}:${line} ${code}`;

const asNote = (problem: Problem, { reason }: IgnoreComment): Problem => ({
  ...problem,
  severity: 'note',
  message: `${problem.message} (silenced: ${quoted(reason)})`,
});

type Words = Pick<Problem, 'message' | 'hint'>;

/** Why a comment cannot silence anything. */
function faultOf({ code, reason }: IgnoreComment): Words | null {
  const entry = catalogueEntry(code);
  if (entry === null) return unknownCode(code);
  if (!entry.silenceable) {
    return { message: `${code} cannot be silenced: what it finds would not work`, hint: 'remove the comment' };
  }
  return reason === '' ? { message: `this comment does not say why ${code} is silenced`, hint: USAGE } : null;
}

const USAGE = 'write # nigari-ignore: code reason';

function unknownCode(code: string): Words {
  const near = suggestion(code, CODES);
  const hint = near === null ? `${USAGE}; \`nigari rules\` lists the codes` : `did you mean ${near}?`;
  return { message: code === '' ? 'this comment names no rule' : `there is no rule ${quoted(code)}`, hint };
}

function misuse(comment: IgnoreComment): readonly Problem[] {
  const words = faultOf(comment);
  return words === null ? [] : [withoutEffect(comment, words)];
}

const unused = (comment: IgnoreComment): Problem =>
  withoutEffect(comment, {
    message: `this comment silences nothing: ${comment.code} finds nothing on line ${comment.about}`,
    hint: 'remove it',
  });

function withoutEffect({ file, start, end }: IgnoreComment, words: Words): Problem {
  const place = { file, ...start, endLine: end.line, endColumn: end.column };
  return { code: 'ignore-without-effect', severity: 'warning', ...words, ...place };
}
