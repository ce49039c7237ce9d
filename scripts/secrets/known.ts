/**
 * What can be known of a sealed file that no key here opens: its keys, its types, its lengths and its rule are in clear,
 * and of its values this machine may remember whether they were the same.
 */
import { checked, refused, type Checked, type Problem } from '../problem.ts';
import type { SourceFile } from '../types.ts';
import { looksEncrypted, parseEncrypted } from './sops/cipher.ts';
import { selectsOf } from './sops/encryption.ts';
import type { ReadMetadata } from './sops/metadata.ts';
import { namedLeaves } from './sops/names.ts';
import type { Rule } from './rules/rules.ts';
import type { SealedFile } from './sops/sealed.ts';
import { entriesOf, sameTree, type Comment, type Scalar, type Tree } from './tree/tree.ts';
import { mapLeaves } from './tree/walk.ts';
import type { Wanted } from './wanted.ts';

/** What this machine knows of sealed files that it could open once. It never gives back what they held. */
export interface Memory {
  /** Whether these bytes held this text; null when that is not known. */
  readonly held: (file: SourceFile, text: string) => boolean | null;
  readonly remember: (file: SourceFile, text: string) => void;
}

/** The text of a tree by which it is remembered: the same for two trees exactly when `sameTree` says so. */
export function memorable(tree: Tree): string {
  return JSON.stringify(tree, (name, value: unknown) => (name === 'inline' ? undefined : value));
}

/** What there is to compare a closed file with. */
interface Knowledge {
  readonly memory?: Memory;
  /** The inputs are not whole: of the tree that is wanted only the keys count, its values are none. */
  readonly closed?: boolean;
}

/**
 * A file that cannot be opened stays as it is.
 * @returns its bytes with a note `sealed-kept`; or `sealed-inputs-changed` when it is known to hold something else than
 *   it should
 */
export function keepClosed(
  wanted: Wanted,
  old: SealedFile,
  file: SourceFile,
  { memory, closed = false }: Knowledge,
): Checked<Uint8Array> {
  const differences = closed ? keyDifferences(wanted.tree, old.tree) : treeDifferences(wanted, old);
  const clear = [...ruleDifferences(wanted.rule, old.metadata), ...differences];
  const held = closed ? null : (memory?.held(file, memorable(wanted.tree)) ?? null);
  const known = clear.length === 0 && held === false ? ['a value is another one than when it was sealed'] : clear;
  if (known.length > 0) return refused(inputsChanged(file.path, known, old.metadata));
  return checked(file.bytes, [kept(file.path, held === true)]);
}

/** @param isSame whether what it should hold is known to be what it holds */
function kept(path: string, isSame: boolean): Problem {
  const since = isSame ? '; what it should hold did not change since it was opened here' : '';
  const message = `${path}: kept, cannot be compared: no age key here opens it${since}`;
  return { code: 'sealed-kept', severity: 'note', message, file: path };
}

/** More are hardly read. */
const MOST_TOLD = 3;

function inputsChanged(path: string, known: readonly string[], metadata: ReadMetadata): Problem {
  const more = known.length > MOST_TOLD ? [`and ${known.length - MOST_TOLD} more`] : [];
  const told = [...known.slice(0, MOST_TOLD), ...more].join('; ');
  return {
    code: 'sealed-inputs-changed',
    severity: 'error',
    message: `${path} is to change, but no age key here opens it: ${told}`,
    hint: `nothing was written; ${keyWanted(metadata)}`,
    file: path,
  };
}

/** The way to open a file, as the end of a sentence. */
export function keyWanted({ blocks, foreign }: ReadMetadata): string {
  if (blocks.length === 0) return `only sops itself opens it, by its ${foreign.join(' or ')}`;
  const wanted = blocks.map(({ recipient }) => recipient).join(' or ');
  return `wanted is the key of ${wanted}, as ./age.key, by SOPS_AGE_KEY_FILE or SOPS_AGE_KEY`;
}

function ruleDifferences(rule: Rule, metadata: ReadMetadata): readonly string[] {
  const held = metadata.blocks.map(({ recipient }) => recipient);
  const added = rule.recipients.filter((recipient) => !held.includes(recipient));
  const removed = held.filter((recipient) => !rule.recipients.includes(recipient));
  const settings = [selectorWords(rule), selectorWords(metadata)];
  return [
    ...(settings[0] === settings[1] ? [] : [`.sops.yaml says ${settings[0]}, the file ${settings[1]}`]),
    ...added.map((recipient) => `.sops.yaml names ${recipient}, for whom it is not sealed`),
    ...removed.map((recipient) => `it is sealed for ${recipient}, whom .sops.yaml does not name`),
  ];
}

function selectorWords({ selector, macOnlyEncrypted }: Pick<Rule, 'selector' | 'macOnlyEncrypted'>): string {
  return `${selector.kind}: ${selector.text}${macOnlyEncrypted ? ' and mac_only_encrypted' : ''}`;
}

/** Compares all that is in clear; of what is encrypted the type, and of texts the length. */
function treeDifferences({ tree, rule }: Wanted, old: SealedFile): readonly string[] {
  const selects = selectsOf(rule.selector);
  const wanted = mapLeaves(tree, (leaf, place) => {
    const stays = leaf.kind === 'null' || leaf.text === '' || !selects(place, leaf.kind === 'comment');
    return stays ? leaf : hidden(leaf, leaf.kind, Buffer.byteLength(leaf.text));
  });
  const there = mapLeaves(old.tree, (leaf, { inList }) => {
    const encrypted = looksEncrypted(leaf.text) ? parseEncrypted(leaf.text) : null;
    if (encrypted === null) return leaf;
    const { type, data } = encrypted;
    // sops makes items of the comments in a list.
    const outside: Scalar | Comment =
      type === 'comment' && inList ? { kind: 'comment', text: '', inline: false } : leaf;
    return hidden(outside, type, data.length);
  });
  return sameTree(wanted, there) ? [] : nameDifferences(wanted, there);
}

/** Types of which each writer has its own form have no length to compare. */
function hidden(leaf: Scalar | Comment, type: string, length: number): Scalar | Comment {
  const text =
    type === 'str' || type === 'bytes' || type === 'comment' ? `a text of ${length} bytes` : `of type ${type}`;
  return leaf.kind === 'comment' ? { ...leaf, text } : { kind: 'str', text };
}

/** By the names of keys, which are in clear in both. */
function nameDifferences(wanted: Tree, there: Tree): readonly string[] {
  const [now, before] = [textsByName(wanted), textsByName(there)];
  const changed = [...now].flatMap(([name, text]) => (before.has(name) && before.get(name) !== text ? [name] : []));
  const told = [...setDifferences(now, before), ...changed.map((name) => `${name} has another value`)];
  return told.length > 0 ? told : ['its keys are in another order, or its comments are others'];
}

/** Of the outermost keys: what a value brings below its key, nobody knows. */
function keyDifferences(wanted: Tree, there: Tree): readonly string[] {
  const keys = (tree: Tree): ReadonlyMap<string, string> =>
    new Map(tree.flatMap((document) => entriesOf(document).map(({ key }) => [key, ''] as const)));
  return setDifferences(keys(wanted), keys(there));
}

function setDifferences(now: ReadonlyMap<string, string>, before: ReadonlyMap<string, string>): readonly string[] {
  const added = [...now.keys()].filter((name) => !before.has(name));
  const removed = [...before.keys()].filter((name) => !now.has(name));
  return [...added.map((name) => `${name} is new`), ...removed.map((name) => `${name} is no longer set`)];
}

function textsByName(tree: Tree): ReadonlyMap<string, string> {
  return new Map(namedLeaves(tree).map(({ name, leaf }) => [name, `${leaf.kind} ${leaf.text}`]));
}
