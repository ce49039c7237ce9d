/** age: wrapping and unwrapping data keys, making identities. For keys that are not X25519 by npm `age-encryption`. */
import { reveal, secret } from '../config/secret.ts';
import type { Problem } from '../problem.ts';
import type { Age, Identity } from '../secrets/age/age.ts';
import { bech32Bytes, bech32Text } from '../secrets/age/bech32.ts';
import { decryptFile, encryptFile } from './age-file.ts';
import { randomBytes } from './random.ts';
import { wrapFor, x25519Key, type X25519Key } from './x25519.ts';

/** X25519 (`age1…`) and hybrid post-quantum (`age1pq1…`) keys. */
export const age: Age = { wrap, unwrap };

async function wrap(recipient: string, dataKey: Uint8Array): Promise<string> {
  const publicKey = bech32Bytes(recipient, 'age');
  if (publicKey !== null) return encryptFile(dataKey, wrapFor(publicKey));
  const { armor, Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return armor.encode(await encrypter.encrypt(dataKey));
}

async function unwrap(text: string, identities: readonly Identity[]): Promise<Uint8Array | null> {
  for (const identity of identities) {
    const opened = openWith(openerOf(identity), text);
    if (opened !== null) return opened;
  }
  return unwrapByLibrary(text, identities.map(openerOf));
}

const openWith = (opener: Opener, text: string): Uint8Array | null =>
  typeof opener === 'string' ? null : decryptFile(text, opener.unwrapFileKey);

async function unwrapByLibrary(text: string, openers: readonly Opener[]): Promise<Uint8Array | null> {
  const { armor, Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  for (const opener of openers) decrypter.addIdentity(opener);
  try {
    return await decrypter.decrypt(armor.decode(text));
  } catch {
    // The library tells no causes apart: no key fits, or the block is damaged. Its errors may quote the block.
    return null;
  }
}

/** A key that is ready to open; its own text where only `age-encryption` knows how. */
type Opener = X25519Key | string;

/** Made once for each key, however many files it opens. */
const OPENERS = new WeakMap<Identity, Opener>();

function openerOf(identity: Identity): Opener {
  const text = reveal(identity.text);
  const opener = OPENERS.get(identity) ?? x25519KeyOf(text) ?? text;
  OPENERS.set(identity, opener);
  return opener;
}

/** @returns null for a key of another kind, or one that is not whole */
function x25519KeyOf(text: string): X25519Key | null {
  const scalar = bech32Bytes(text.toLowerCase(), 'age-secret-key-');
  return scalar?.length === 32 ? x25519Key(scalar) : null;
}

/** Keys of a text, and what is wrong with its other lines. */
export interface ParsedKeys {
  readonly identities: readonly Identity[];
  readonly problems: readonly Problem[];
}

/**
 * Reads a key file as age-keygen writes it: one key a line, empty lines and lines that start with `#` left out.
 * @param source where the text was found, for messages; they never hold any part of it
 */
export async function parseKeys(text: string, source: string): Promise<ParsedKeys> {
  const identities: Identity[] = [];
  const problems: Problem[] = [];
  for (const [index, line] of text
    .split('\n')
    .map((part) => part.trim())
    .entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const identity = await parseIdentity(line, source);
    if (identity === null) problems.push(badLine(source, index + 1, line));
    else identities.push(identity);
  }
  if (identities.length + problems.length === 0) problems.push(badAgeKey(source, 'holds no age key'));
  return { identities, problems };
}

async function parseIdentity(text: string, source: string): Promise<Identity | null> {
  if (!/^AGE-SECRET-KEY-(PQ-)?1[0-9A-Z]+$/.test(text)) return null;
  const recipient = await recipientOf(text);
  return recipient === null ? null : { text: secret(text), recipient, source };
}

/** @returns null when the key is not whole */
async function recipientOf(text: string): Promise<string | null> {
  const key = x25519KeyOf(text);
  if (key !== null) return bech32Text(key.recipient, 'age');
  if (!text.startsWith('AGE-SECRET-KEY-PQ-')) return null;
  try {
    const { identityToRecipient } = await import('age-encryption');
    return await identityToRecipient(text);
  } catch {
    // The library's message may quote the key.
    return null;
  }
}

/** What a line that is no key may be, by how it starts. */
const OTHER_LINES: readonly (readonly [start: RegExp, reason: string, severity: Problem['severity']])[] = [
  [/^AGE-PLUGIN-/, 'is the key of an age plugin, which only sops itself can use', 'warning'],
  [/^age1/, 'is a public key, not a private one', 'error'],
  [/^AGE-SECRET-KEY-/, 'is not a whole age key: a part is missing or mistyped', 'error'],
];

function badLine(source: string, line: number, text: string): Problem {
  const [, reason = 'is no age key', severity = 'error'] = OTHER_LINES.find(([start]) => start.test(text)) ?? [];
  return { ...badAgeKey(source, `line ${line} ${reason}`), severity };
}

/** A place where a key should be and is not. */
export function badAgeKey(source: string, reason: string): Problem {
  return {
    code: 'bad-age-key',
    severity: 'error',
    message: `${source} ${reason}`,
    hint: 'a key file is what age-keygen writes: AGE-SECRET-KEY-1… on a line of its own',
  };
}

/** A new X25519 key. */
export interface NewIdentity {
  /** The text of a key file, as age-keygen writes it: two lines of comment, the key, a newline at the end. */
  readonly keyFile: string;
  readonly recipient: string;
}

/** @param now the time that the key file names */
export function newIdentity(now: Date = new Date()): NewIdentity {
  const scalar = randomBytes(32);
  const key = bech32Text(scalar, 'age-secret-key-').toUpperCase();
  const recipient = bech32Text(x25519Key(scalar).recipient, 'age');
  const created = `${now.toISOString().slice(0, 19)}Z`;
  return { keyFile: `# created: ${created}\n# public key: ${recipient}\n${key}\n`, recipient };
}
