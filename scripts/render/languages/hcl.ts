/**
 * HCL 2 native syntax, as OpenTofu reads it: literals in code, escaped fragments in quoted strings and heredocs.
 * Source of the rules: HCL's native syntax specification, "Template Expressions" and "Literal values".
 */
import {
  assertWellFormed,
  Indented,
  Unprintable,
  type Grammar,
  type NoSlot,
  type Printable,
  type Slot,
} from '../grammar.ts';
import { scalarText } from './json.ts';

/**
 * `code` counts its open braces, so that the one that closes a `${…}` is known; `line` is the heredoc's line so far;
 * `mark` says that the last character of the text was `$` or `%`.
 */
type Frame =
  | { readonly in: 'code'; readonly braces: number }
  | { readonly in: 'string'; readonly escape: boolean; readonly mark: boolean }
  | { readonly in: 'line-comment' | 'block-comment' }
  | { readonly in: 'heredoc'; readonly marker: string; readonly line: string; readonly mark: boolean }
  /** A `{` stands where it would open code if the value before it is empty. */
  | { readonly in: 'broken' };

/** Innermost last: code in a string in code is `"${ here }"`. */
export type HclPlace = readonly Frame[];

export const hcl: Grammar<HclPlace> = {
  start: [{ in: 'code', braces: 0 }],
  read,
  slot,
  broken: (place) => (place.at(-1)?.in === 'broken' ? MARK_BEFORE_BRACE : null),
  comment: (text) => `# ${text}`,
};

const MARK_BEFORE_BRACE: NoSlot = {
  refused: 'a { follows what is, when the value between is empty, a ${ or %{',
  hint: 'write $$ or %% before the value, or move it',
};

function read(place: HclPlace, text: string): HclPlace {
  let frames = place;
  // Behind a } too many nothing is known any more.
  for (let at = 0; at < text.length && frames.length > 0;) {
    const frame = frames.at(-1)!;
    const move = readers[frame.in](frame as never, text, at);
    frames = applyMove(frames, move);
    at += move.length;
  }
  return frames;
}

/** One step of the reader: how much it read, and what became of the innermost frame. */
interface Move {
  readonly length: number;
  readonly pop?: true;
  readonly push?: Frame;
  readonly become?: Frame;
}

function applyMove(frames: HclPlace, { pop, push, become }: Move): HclPlace {
  if (pop) return frames.slice(0, -1);
  const changed = become ? [...frames.slice(0, -1), become] : frames;
  return push ? [...changed, push] : changed;
}

type CodeFrame = Extract<Frame, { in: 'code' }>;
type StringFrame = Extract<Frame, { in: 'string' }>;
type HeredocFrame = Extract<Frame, { in: 'heredoc' }>;

const readers = {
  code: readCode,
  string: readString,
  heredoc: readHeredoc,
  'line-comment': (_: Frame, text: string, at: number): Move =>
    text[at] === '\n' ? { length: 1, pop: true } : { length: run(/[^\n]+/y, text, at) },
  'block-comment': (_: Frame, text: string, at: number): Move =>
    text.startsWith('*/', at) ? { length: 2, pop: true } : { length: run(/[^*]+/y, text, at) || 1 },
  broken: (_: Frame, text: string, at: number): Move => ({ length: text.length - at }),
};

/** How much of such characters stands here: what none of them changes is read in one step. @param characters with the flag `y` */
function run(characters: RegExp, text: string, at: number): number {
  characters.lastIndex = at;
  return characters.exec(text)?.[0].length ?? 0;
}

function readCode(frame: CodeFrame, text: string, at: number): Move {
  const plain = run(/[^"#/{}<]+/y, text, at);
  if (plain > 0) return { length: plain };
  const character = text[at];
  if (character === '"') return { length: 1, push: { in: 'string', escape: false, mark: false } };
  if (character === '#' || text.startsWith('//', at)) return { length: 1, push: { in: 'line-comment' } };
  if (text.startsWith('/*', at)) return { length: 2, push: { in: 'block-comment' } };
  if (character === '{') return { length: 1, become: { in: 'code', braces: frame.braces + 1 } };
  if (character === '}')
    return frame.braces > 0
      ? { length: 1, become: { in: 'code', braces: frame.braces - 1 } }
      : { length: 1, pop: true };
  const heredoc = text.startsWith('<<', at)
    ? /^<<-?([\p{ID_Start}_][\p{ID_Continue}-]*)\r?\n/u.exec(text.slice(at))
    : null;
  if (heredoc)
    return { length: heredoc[0].length, push: { in: 'heredoc', marker: heredoc[1]!, line: '', mark: false } };
  return { length: 1 };
}

/** `${` and `%{` open code; doubled, they are text. */
function readTemplateMark(text: string, at: number): Move | null {
  if (/^(\$\$|%%)\{/.test(text.slice(at, at + 3))) return { length: 3 };
  return /^[$%]\{/.test(text.slice(at, at + 2)) ? { length: 2, push: { in: 'code', braces: 0 } } : null;
}

const isMark = (character: string | undefined): boolean => character === '$' || character === '%';

function readString(frame: StringFrame, text: string, at: number): Move {
  if (frame.escape) return { length: 1, become: { ...frame, escape: false } };
  const plain = run(/[^"\\$%{]+/y, text, at);
  if (plain > 0) return frame.mark ? { length: plain, become: { ...frame, mark: false } } : { length: plain };
  if (text[at] === '{' && frame.mark) return { length: 1, become: { in: 'broken' } };
  if (text[at] === '\\') return { length: 1, become: { ...frame, escape: true, mark: false } };
  if (text[at] === '"') return { length: 1, pop: true };
  return readTemplateMark(text, at) ?? { length: 1, become: { ...frame, mark: isMark(text[at]) } };
}

function readHeredoc(frame: HeredocFrame, text: string, at: number): Move {
  if (text[at] === '{' && frame.mark) return { length: 1, become: { in: 'broken' } };
  if (text[at] === '\n') {
    return frame.line.trim() === frame.marker
      ? { length: 1, pop: true }
      : { length: 1, become: { ...frame, line: '', mark: false } };
  }
  const template = readTemplateMark(text, at);
  const length = template?.length ?? (run(/[^\n$%{]+/y, text, at) || 1);
  const line = frame.line + text.slice(at, at + length);
  return { ...template, length, become: { ...frame, line, mark: template === null && isMark(text[at]) } };
}

function slot(place: HclPlace): Slot<HclPlace> | NoSlot {
  const frame = place.at(-1);
  switch (frame?.in) {
    case 'code':
      return { print: hclLiteral, after: place };
    case 'string':
      if (frame.escape) return { refused: 'a value cannot follow a backslash', hint: 'write \\\\ for a backslash' };
      return { print: (value) => hclFragment(scalarText(value)), after: place };
    case 'line-comment':
      return { print: (value) => commentText(scalarText(value), /[\r\n]/), after: place };
    case 'block-comment':
      return { print: (value) => commentText(scalarText(value), /[\r\n]|\*\/|^\/|\*$/), after: place };
    case 'heredoc':
      return {
        print: (value) => heredocText(value, frame),
        after: [...place.slice(0, -1), { ...frame, line: frame.line + PRINTED }],
      };
    case 'broken':
      return MARK_BEFORE_BRACE;
    default:
      return { refused: 'a value cannot stand behind an unmatched }', hint: 'count the braces before it' };
  }
}

/** A value as HCL: quoted and escaped strings, numbers, booleans, null, lists and objects on one line. */
export function hclLiteral(value: Printable): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return numberLiteral(value);
  if (typeof value === 'string') return `"${escapeText(value)}"`;
  if (value instanceof Indented) return hclLiteral(value.text);
  if (Array.isArray(value)) return `[${value.map(hclLiteral).join(', ')}]`;
  const entries = Object.entries(value).map(([key, item]) => `${hclLiteral(key)} = ${hclLiteral(item)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

function numberLiteral(value: number): string {
  if (!Number.isFinite(value)) throw new Unprintable(`${value} is no number that HCL knows`);
  return String(value);
}

const NAMED_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

const unicodeEscape = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/**
 * The text of a string, escaped. In a run of `$` or `%` before `{` only the last is doubled: `$${` means `${`, and what
 * stands before it stays.
 */
function escapeText(text: string): string {
  assertWellFormed(text);
  return text
    .replace(/["\\\n\r\t]/g, (character) => NAMED_ESCAPES[character]!)
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]/g, unicodeEscape)
    .replace(/([$%])\{/g, '$1$1{');
}

/**
 * Text for a part of a quoted string: besides, a `{` at its front and a `$` or `%` at its end are escaped by number, so
 * that no `${` can arise from what stands beside the value.
 */
function hclFragment(text: string): string {
  return escapeText(text).replace(/^\{/, unicodeEscape).replace(/[$%]$/, unicodeEscape);
}

function commentText(text: string, forbidden: RegExp): string {
  assertWellFormed(text);
  if (forbidden.test(text)) throw new Unprintable('the value would end the comment that it stands in');
  return text;
}

/** Stands in a heredoc's line for a value that was printed there. */
const PRINTED = '?';

/** A heredoc knows no backslash: what could end it, alone or with its neighbours, or start a `${`, is refused. */
function heredocText(value: Printable, { marker, line }: HeredocFrame): string {
  const text = scalarText(value);
  assertWellFormed(text);
  if (!(value instanceof Indented) && /[\r\n]/.test(text)) {
    throw new Unprintable('a value of several lines stands in a heredoc', 'write it as `| indent(n)`');
  }
  // A value printed before may be empty, and one that follows may complete the marker.
  const lines = (line.replaceAll(PRINTED, '') + text).split(/\r?\n/).map((part) => part.trim());
  if (lines.some((part, index) => part !== '' && couldEnd(part, marker, index > 0 && index < lines.length - 1))) {
    throw new Unprintable(`the value could end the heredoc, whose marker is ${marker}`, 'use another marker');
  }
  if (/^\{|[$%]$/.test(text)) {
    throw new Unprintable(
      'a value that starts with { or ends with $ or % is not safe in a heredoc',
      'put it into a quoted string',
    );
  }
  return text.replace(/([$%])\{/g, '$1$1{');
}

const couldEnd = (part: string, marker: string, isWhole: boolean): boolean =>
  isWhole ? part === marker : marker.startsWith(part);
