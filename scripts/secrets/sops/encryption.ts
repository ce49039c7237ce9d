/** Trees from clear to encrypted and back, with the data key of their file. */
import { checked, refused, type Checked, type Problem } from '../../problem.ts';
import { aadOf, decryptText, encryptText, IV_BYTES, looksEncrypted, macHash, parseEncrypted } from './cipher.ts';
import { damage } from './metadata.ts';
import { readFloatText, readIntText, timeText } from '../yaml/numbers.ts';
import type { At } from '../yaml/reading.ts';
import type { SealedFile } from './sealed.ts';
import { compileSelector, type Selector, type Selects } from './selector.ts';
import type { Comment, Scalar, Tree } from '../tree/tree.ts';
import { mapLeaves, type Change, type Place } from '../tree/walk.ts';

/** The IVs of a file, to use each again for exactly what it was used for, so that unchanged values keep their lines. */
export interface Ivs {
  readonly remember: (place: Place, leaf: Scalar | Comment, iv: Uint8Array) => void;
  /** Each at most once; null when that text of that type did not stand there. */
  readonly take: (place: Place, leaf: Scalar | Comment) => Uint8Array | null;
}

export function ivStore(): Ivs {
  const ivs = new Map<string, Uint8Array[]>();
  // All that GCM sees is in the key (the slot holds the AAD), so that an IV never meets a second text.
  const keyOf = (place: Place, { kind, text }: Scalar | Comment): string => JSON.stringify([place.slot, kind, text]);
  return {
    remember: (place, leaf, iv) => {
      const key = keyOf(place, leaf);
      ivs.set(key, [...(ivs.get(key) ?? []), iv]);
    },
    take: (place, leaf) => ivs.get(keyOf(place, leaf))?.shift() ?? null,
  };
}

/** What decides how a tree is encrypted. */
export interface Sealing {
  readonly selector: Selector;
  readonly macOnlyEncrypted: boolean;
  readonly dataKey: Uint8Array;
}

interface Encryption extends Sealing {
  readonly ivs: Ivs;
  readonly random: (bytes: number) => Uint8Array;
}

/**
 * Encrypts the leaves that the selector wants. Empty text and null stay as they are.
 * @param tree one that `settle` passed: no comment inside a list is to be encrypted
 * @returns the tree to write, and the hash that its MAC is to hold
 */
export function encryptTree(tree: Tree, how: Encryption): { readonly tree: Tree; readonly hash: string } {
  const selects = selectsOf(how.selector);
  const hash = macHash(how.macOnlyEncrypted);
  const seal: Change = (leaf, place) => {
    const isComment = leaf.kind === 'comment';
    const isEncrypted = leaf.kind !== 'null' && selects(place, isComment);
    if (!isComment && (isEncrypted || !how.macOnlyEncrypted)) hash.update(leaf.text);
    if (!isEncrypted || leaf.text === '') return leaf;
    const iv = how.ivs.take(place, leaf) ?? how.random(IV_BYTES);
    const text = encryptText(leaf.text, leaf.kind, how.dataKey, iv, aadOf(place.keys));
    return isComment ? { ...leaf, text } : { kind: 'str', text };
  };
  const encrypted = mapLeaves(tree, seal);
  return { tree: encrypted, hash: hash.digest('hex').toUpperCase() };
}

/**
 * A reader decides by the comments that it finds: an encrypted one must not match the regular expression of comments
 * that leave things in clear. sops refuses the same.
 */
export function commentClash(tree: Tree, selector: Selector, path: string): readonly Problem[] {
  if (selector.kind !== 'unencrypted_comment_regex') return [];
  const selects = selectsOf(selector);
  let clashes = false;
  mapLeaves(tree, (leaf, place) => {
    const isSealed = leaf.kind === 'comment' && looksEncrypted(leaf.text);
    if (isSealed && !selects({ ...place, comments: [[leaf.text]] }, true)) clashes = true;
    return leaf;
  });
  const message = `the unencrypted_comment_regex for ${path} matches a comment that is encrypted: ${selector.text}`;
  const hint = 'take one that letters and digits by chance do not match';
  return clashes ? [{ code: 'comment-clash', severity: 'error', message, hint, file: '.sops.yaml' }] : [];
}

/** The MAC of a file: its hash, encrypted under the time of the change. */
export function sealMac(
  hash: string,
  lastModified: string,
  dataKey: Uint8Array,
  random: (bytes: number) => Uint8Array,
): string {
  return encryptText(hash, 'str', dataKey, random(IV_BYTES), lastModified);
}

export interface Decrypted {
  readonly tree: Tree;
  readonly ivs: Ivs;
}

/** Decrypts a file and checks its MAC, always. @returns problems of code `sealed-damaged`, one for each damaged value */
export function decryptTree(file: SealedFile, dataKey: Uint8Array): Checked<Decrypted> {
  const { selector, macOnlyEncrypted, lastModified, mac } = file.metadata;
  const selects = selectsOf(selector);
  const hash = macHash(macOnlyEncrypted);
  const ivs = ivStore();
  const problems: Problem[] = [];
  const open: Change = (leaf, place) => {
    const isEncrypted = leaf.kind !== 'null' && selects(place, leaf.kind === 'comment');
    const opened = isEncrypted ? openLeaf(leaf, place, dataKey, ivs) : leaf;
    if (opened === null) problems.push(damage(atLeaf(file, leaf), leafDamage(place)));
    else if (opened.kind !== 'comment' && (isEncrypted || !macOnlyEncrypted)) hash.update(opened.text);
    return opened ?? leaf;
  };
  const tree = mapLeaves(file.tree, open);
  if (problems.length > 0) return { ok: false, problems };
  const stored = openMac(mac, dataKey, lastModified);
  const isWhole = stored === hash.digest('hex').toUpperCase();
  return isWhole ? checked({ tree, ivs }) : refused(damage(atFile(file), 'its MAC does not fit what it holds'));
}

/** The inverse of `sealMac`. @returns null when it cannot be opened */
function openMac(mac: string, dataKey: Uint8Array, lastModified: string): string | null {
  const encrypted = parseEncrypted(mac);
  return encrypted?.type === 'str' ? decryptText(encrypted, dataKey, lastModified) : null;
}

function atFile({ metadata, at }: SealedFile): At {
  return at(metadata.raw);
}

function atLeaf(file: SealedFile, leaf: Scalar | Comment): At {
  return leaf.kind === 'comment' ? atFile(file) : file.at(leaf);
}

function leafDamage({ keys }: Place): string {
  return keys.length === 0 ? 'a comment cannot be opened' : `${keys.join('.')} cannot be opened`;
}

/**
 * A comment that is not encrypted was written by hand: sops lets it pass, and so do we.
 * @returns null when it was tampered with
 */
function openLeaf(leaf: Scalar | Comment, place: Place, dataKey: Uint8Array, ivs: Ivs): Scalar | Comment | null {
  if (leaf.text === '' && (leaf.kind === 'str' || leaf.kind === 'comment')) return leaf;
  if (leaf.kind === 'comment' && !looksEncrypted(leaf.text)) return leaf;
  const encrypted = leaf.kind === 'str' || leaf.kind === 'comment' ? parseEncrypted(leaf.text) : null;
  const text = encrypted === null ? null : decryptText(encrypted, dataKey, aadOf(place.keys));
  if (encrypted === null || text === null) return null;
  const opened = encrypted.type === 'comment' ? openComment(leaf, place, text) : openScalar(leaf, encrypted.type, text);
  // Other writers have other forms (`true` for our `True`): the IV has met theirs, and must not meet ours.
  if (opened?.text === text) ivs.remember(place, opened, encrypted.iv);
  return opened;
}

/** sops makes items of the comments in an encrypted list. */
function openComment(leaf: Scalar | Comment, place: Place, text: string): Comment | null {
  if (leaf.kind === 'comment') return { ...leaf, text };
  return place.inList ? { kind: 'comment', text, inline: false } : null;
}

/** Go's names of truth (strconv.ParseBool), in the one form that is hashed. */
const TRUTH: ReadonlyMap<string, string> = new Map([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((word) => [word, 'True'] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((word) => [word, 'False'] as const),
]);

type ReadType = readonly [kind: Scalar['kind'], read: (text: string) => string | null];

/** How the text of each type is read, into the form that is hashed. `bytes` is only ever read. */
const READ_TYPE: ReadonlyMap<string, ReadType> = new Map<string, ReadType>([
  ['str', ['str', (text) => text]],
  ['bytes', ['str', (text) => text]],
  ['int', ['int', readIntText]],
  ['float', ['float', readFloatText]],
  ['bool', ['bool', (text) => TRUTH.get(text) ?? null]],
  ['time', ['time', timeText]],
]);

function openScalar(leaf: Scalar | Comment, type: string, text: string): Scalar | null {
  const [kind, read] = READ_TYPE.get(type) ?? [];
  const canonical = leaf.kind === 'comment' ? undefined : read?.(text);
  return kind === undefined || canonical === undefined || canonical === null ? null : { kind, text: canonical };
}

/** @throws TypeError when it does not compile: whoever read it has checked that */
export function selectsOf(selector: Selector): Selects {
  const selects = compileSelector(selector);
  if (selects === null) throw new TypeError(`${selector.kind} does not compile`);
  return selects;
}
