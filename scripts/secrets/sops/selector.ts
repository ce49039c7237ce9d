/** Which leaves of a file are encrypted: the six selectors of SOPS, of which a file has exactly one. */
import { RE2JS, RE2JSException } from 're2js';
import type { Place } from '../tree/walk.ts';

/** Their names in `.sops.yaml` and in a file's metadata. */
export const SELECTORS = [
  'unencrypted_suffix',
  'encrypted_suffix',
  'unencrypted_regex',
  'encrypted_regex',
  'unencrypted_comment_regex',
  'encrypted_comment_regex',
] as const;
export type SelectorKind = (typeof SELECTORS)[number];

export interface Selector {
  readonly kind: SelectorKind;
  readonly text: string;
}

/** What sops writes into a file whose rule names none. */
export const DEFAULT_SELECTOR: Selector = { kind: 'unencrypted_suffix', text: '_unencrypted' };

/** Whether the leaf or comment at a place is encrypted. */
export type Selects = (place: Place, isComment: boolean) => boolean;

type Test = (text: string) => boolean;

/** Suffix and regex look at every key of the path, comment selectors at every comment that speaks of the place. */
const DECIDE: Readonly<Record<SelectorKind, (test: Test) => Selects>> = {
  unencrypted_suffix: (test) => (place) => !place.keys.some(test),
  encrypted_suffix: (test) => (place) => place.keys.some(test),
  unencrypted_regex: (test) => (place) => !place.keys.some(test),
  encrypted_regex: (test) => (place) => place.keys.some(test),
  unencrypted_comment_regex: (test) => (place) => !place.comments.flat().some(test),
  encrypted_comment_regex: (test) => (place, isComment) => before(place, isComment).some(test),
};

/** The comment that asks for encryption stays readable itself: a comment is judged by those before it. */
function before(place: Place, isComment: boolean): readonly string[] {
  const comments = place.comments.flat();
  return isComment ? comments.slice(0, -1) : comments;
}

/**
 * A regular expression of RE2, the dialect that sops speaks. It matches anywhere in a text.
 * @returns null when RE2 cannot compile it; sops would then encrypt nothing and say nothing
 */
export function compileRegex(text: string): Test | null {
  const known = COMPILED.get(text);
  if (known !== undefined) return known;
  if (COMPILED.size === MOST_COMPILED) COMPILED.clear();
  const test = compile(text);
  COMPILED.set(text, test);
  return test;
}

/** A project has a handful of expressions, asked for again with each file. */
const COMPILED = new Map<string, Test | null>();
const MOST_COMPILED = 100;

/**
 * Expressions in which RE2 and JavaScript mean the same: letters, groups of words, `?`, both ends. RE2 takes some milliseconds
 * to be set up, and hardly a project needs more.
 */
const SHARED = /^\^?(?:[\w/|)-]|\((?!\?)|\\[./-]|(?<=[\w./)-])\?(?!\?))*\$?$/;

function compile(text: string): Test | null {
  try {
    const regex = SHARED.test(text) ? new RegExp(text) : RE2JS.compile(text);
    return (candidate) => regex.test(candidate);
  } catch (error) {
    if (error instanceof RE2JSException || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** @returns null when the selector's regular expression does not compile */
export function compileSelector({ kind, text }: Selector): Selects | null {
  const test = kind.endsWith('_suffix') ? (key: string) => key.endsWith(text) : compileRegex(text);
  return test === null ? null : DECIDE[kind](test);
}

/** Whether comments decide; then a comment cannot be moved without changing what is encrypted. */
export function byComments({ kind }: Selector): boolean {
  return kind.endsWith('_comment_regex');
}
