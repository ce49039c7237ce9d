/**
 * What the renderer must know of a language to put values into it: where in the text it stands, and how a value is
 * written there. One implementation per language in `languages/`.
 */

/** Why a value cannot be written at a place; the renderer adds the template's line. */
export class Unprintable extends Error {
  override readonly name = 'Unprintable';
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** Text that `| raw` took out of all escaping. */
export class Raw {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Text that `| indent(n)` made: its further lines are indented by `width`. Whether that fits, the place decides. */
export class Indented {
  readonly text: string;
  readonly width: number;
  constructor(text: string, width: number) {
    this.text = text;
    this.width = width;
  }
}

/** A value that a template may print. */
export type Printable =
  | string
  | number
  | boolean
  | null
  | Indented
  | readonly Printable[]
  | { readonly [key: string]: Printable };

/** Where an output expression stands: how its value is written there, and where the text goes on. */
export interface Slot<State> {
  readonly print: (value: Printable) => string;
  readonly after: State;
}

/** A place where no value may be written, and what to write instead. */
export interface NoSlot {
  readonly refused: string;
  readonly hint: string;
}

export interface Grammar<State> {
  /** Where a file begins. */
  readonly start: State;
  /** The place after `text`, a literal part of the template, was read from `state` on. */
  read(state: State, text: string): State;
  /** What a value would become at `state`. */
  slot(state: State): Slot<State> | NoSlot;
  /** Why literal text may not stand where it was read; null when all is well. */
  broken(state: State): NoSlot | null;
  /** A comment line for the head of a file, without line break; null where the language has no comments. */
  comment(text: string): string | null;
}

/** What a place remembers of the line before, if anything: it does not tell two places apart. */
const MEMORY = 'above';

/** Both branches of an `if`, and each round of a `for`, must end at the same place. States are plain data. */
export function samePlace(left: unknown, right: unknown): boolean {
  const text = (place: unknown): string =>
    JSON.stringify(place, (key, value: unknown) => (key === MEMORY ? undefined : value));
  return text(left) === text(right);
}

/** Of two places that are the same the one that remembers something: it is the stricter one. */
export function stricterPlace(left: unknown, right: unknown): unknown {
  const remembers = typeof left === 'object' && left !== null && MEMORY in left && left[MEMORY] !== null;
  return remembers ? left : right;
}

/** A string that has no UTF-8 form cannot be written to any file. */
export function assertWellFormed(text: string): void {
  if (!text.isWellFormed()) {
    throw new Unprintable('the value holds half of a surrogate pair, which no file can hold');
  }
}
