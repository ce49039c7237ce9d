/** Quick fixes: what a problem's hint tells a person to do, done for them. */
import type { TextEdit } from 'vscode-languageserver-textdocument';
import type { Node } from 'yaml';
import { parsePath, type KeyPath } from '../config/path.ts';
import { catalogueEntry } from '../config/rules/catalogue.ts';
import type { Problem } from '../problem.ts';
import {
  commentAdded,
  commentRemoved,
  lineRemoved,
  pairAdded,
  pairRemoved,
  quotedLiteral,
  replaced,
  textLiteral,
} from './edits.ts';
import type { EditorInput } from './input.ts';
import { describedKey } from './key-words.ts';
import { mapAt, outline, spotAt, type Spot } from './outline.ts';

export interface Fix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
  /** True where the hint leaves no choice: an editor may then apply it without asking. */
  readonly preferred: boolean;
}

/** A problem, and what stands where it points. */
interface Case {
  readonly input: EditorInput;
  readonly root: Node | null;
  /** Of what is wrong: the key that is missing, the value that does not fit. Null where it cannot be told. */
  readonly path: KeyPath | null;
  /** Offset that the problem starts at. */
  readonly offset: number;
  /** What the problem marks. */
  readonly written: string;
  /** The key or value there. */
  readonly here: Spot | null;
  /** The same, when it is the very one that the problem is about, and not only near it. */
  readonly spot: Spot | null;
}

/** @param words the groups of the expression that fitted the hint */
type Remedy = (at: Case, words: readonly (string | undefined)[]) => readonly (Fix | null)[];

/** By what the hint says; the first row that fits counts. */
const REMEDIES: readonly (readonly [hint: RegExp, remedy: Remedy])[] = [
  [/\bdid you mean (\S+)\?(?=$|[;,\s])/, (at, [meant = '']) => [renamed(at, meant) ?? rewritten(at, meant)]],
  [/^write it without quotes: ([0-9]+)$/, (at, [digits = '']) => [valued(at, digits, true)]],
  [/^write (true|false), without quotes$/, (at, [word = '']) => [valued(at, word, true)]],
  [/^write true or false, without quotes$/, (at) => ['true', 'false'].map((word) => valued(at, word, false))],
  [/^write it as a list: /, (at) => [listed(at)]],
  [/^add it, for example /, (at) => [added(at, at.path?.at(-1), true)]],
  [/^add (\w+)(?: or (\w+))?, or remove \w+/, (at, keys) => [...keys.map((key) => added(at, key, false)), removed(at)]],
  [/^set (\w+): ([\w.-]+), or remove the line$/, (at, [key, word]) => [settled(at, key, word), removed(at)]],
  [/^set (\w+): ([\w.-]+)/, (at, [key, word]) => [settled(at, key, word)]],
  [/^remove (?:it|the comment)$/, (at) => [uncommented(at)]],
  [/\bremove the line [-%]/, (at) => [lineGone(at)]],
  [/\bremove the line\b|^keep one of the two\b/, (at) => [removed(at)]],
  [/^put it in quotes: ("(?:[^"\\]|\\.)*")$/, (at, [literal = '']) => [valued(at, literal, true)]],
  [/^(?:put|write) it in quotes\b|\bquote it\b|^a text that starts with \* belongs in quotes$/, (at) => [quoted(at)]],
];

/**
 * What can be done about a problem of this file with one click.
 * @returns the best first; none where the hint is no recipe, or the text is too broken to change it safely
 */
export function fixes(problem: Problem, input: EditorInput): readonly Fix[] {
  const { hint = '', line } = problem;
  if (line === undefined) return [];
  const at = caseOf(problem, input);
  const row = REMEDIES.find(([pattern]) => pattern.test(hint));
  const recipe = row?.[1](at, row[0].exec(hint)?.slice(1) ?? []) ?? [];
  return distinct([...recipe, ...choices(problem, at), silenced(problem, at)].filter((fix) => fix !== null));
}

function caseOf(problem: Problem, input: EditorInput): Case {
  const { start, end } = input.range(problem);
  const [offset, last] = [input.offset(start), input.offset(end)];
  const root = outline(input.text);
  const path = parsePath(problem.path ?? '');
  const here = spotAt(root, offset);
  const spot = here?.path.at(-1) === path?.at(-1) ? here : null;
  return { input, root, path, offset, here, spot, written: input.text.slice(offset, last) };
}

function distinct(all: readonly Fix[]): readonly Fix[] {
  return [...new Map(all.toReversed().map((fix) => [JSON.stringify(fix.edits), fix])).values()].toReversed();
}

/** The words of a list, and the ends of a range, where a value is outside of it. */
function choices({ code }: Problem, at: Case): readonly (Fix | null)[] {
  const key = at.path && describedKey(at.input.name, at.path);
  if (code === 'not-one-of' || code === 'wrong-type') {
    return (key?.enum ?? []).map((word) => valued(at, textLiteral(word, at.written), false));
  }
  if (code !== 'out-of-range') return [];
  const ends = [key?.minimum, key?.maximum].filter((end) => end !== undefined);
  const [nearest] = ends.toSorted((a, b) => Math.abs(a - Number(at.written)) - Math.abs(b - Number(at.written)));
  return nearest === undefined ? [] : [valued(at, String(nearest), false)];
}

function renamed({ spot, input }: Case, meant: string): Fix | null {
  if (spot?.part !== 'key') return null;
  return { title: `Rename to ${meant}`, edits: [replaced(input, spot, meant)], preferred: true };
}

function rewritten(at: Case, meant: string): Fix | null {
  return valued(at, textLiteral(meant, at.written), true);
}

/** @param literal as YAML has it */
function valued({ spot, input }: Case, literal: string, preferred: boolean): Fix | null {
  if (spot?.part !== 'value') return null;
  return { title: `Change to ${literal}`, edits: [replaced(input, spot, literal)], preferred };
}

/** The title does not repeat the value: it may be a secret. */
function quoted({ here, input, written }: Case): Fix | null {
  const literal = quotedLiteral(written);
  if (here === null || literal === null || here.end - here.start !== written.length) return null;
  return { title: 'Put it in quotes', edits: [replaced(input, here, literal)], preferred: true };
}

function listed({ spot, input, written }: Case): Fix | null {
  if (spot?.part !== 'value' || !/^(?:[\w.:/-]+|"[^"\n]*"|'[^'\n]*')$/.test(written)) return null;
  return { title: 'Make it a list', edits: [replaced(input, spot, `[${written}]`)], preferred: true };
}

/** Where the hint is about the very key that the problem is at, and not another one. */
function settled(at: Case, key: string | undefined, word: string | undefined): Fix | null {
  return key === at.path?.at(-1) && word !== undefined ? valued(at, word, false) : null;
}

/** With its default, otherwise the first example of its schema; a secret has no example that is worth writing. */
function added({ input, root, path }: Case, key: string | number | undefined, preferred: boolean): Fix | null {
  const parent = path?.slice(0, -1);
  if (typeof key !== 'string' || parent === undefined) return null;
  const schema = describedKey(input.name, [...parent, key]);
  const value = schema?.writeOnly === true ? undefined : (schema?.default ?? schema?.examples?.[0]);
  const map = mapAt(root, parent);
  const edit = map === null || value === undefined ? null : pairAdded(input, map, key, value);
  return edit && { title: `Add ${key}`, edits: [edit], preferred };
}

function removed({ spot, input }: Case): Fix | null {
  if (!spot?.pair || spot.map === null) return null;
  const edit = pairRemoved(input, spot.pair, spot.map);
  return edit && { title: `Remove ${String(spot.path.at(-1))}`, edits: [edit], preferred: false };
}

function uncommented({ input, offset, written }: Case): Fix | null {
  if (!written.startsWith('#')) return null;
  return { title: 'Remove the comment', edits: [commentRemoved(input, offset, written.length)], preferred: true };
}

/** Where a rule may be silenced; why is for a person to say. */
function silenced({ code }: Problem, { input, offset }: Case): Fix | null {
  if (catalogueEntry(code)?.silenceable !== true) return null;
  const edit = commentAdded(input, offset, `# nigari-ignore: ${code} (say why)`);
  return { title: `Silence ${code} here`, edits: [edit], preferred: false };
}

function lineGone({ input, offset }: Case): Fix {
  return { title: 'Remove the line', edits: [lineRemoved(input, offset)], preferred: true };
}
