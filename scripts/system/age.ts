/** age by npm `age-encryption`: wrapping and unwrapping data keys, making identities. */
import {
  armor,
  Decrypter,
  Encrypter,
  generateX25519Identity,
  identityToRecipient,
  type Identity as Opener,
} from 'age-encryption';
import { reveal, secret } from '../config/secret.ts';
import type { Problem } from '../problem.ts';
import type { Age, Identity } from '../secrets/age.ts';
import { bech32Bytes } from '../secrets/bech32.ts';
import { x25519Identity, x25519Recipient } from './x25519.ts';

/** X25519 (`age1…`) and hybrid post-quantum (`age1pq1…`) keys. */
export const age: Age = { wrap, unwrap };

async function wrap(recipient: string, dataKey: Uint8Array): Promise<string> {
  const encrypter = new Encrypter();
  const publicKey = bech32Bytes(recipient, 'age');
  encrypter.addRecipient(publicKey === null ? recipient : x25519Recipient(publicKey));
  return armor.encode(await encrypter.encrypt(dataKey));
}

async function unwrap(text: string, identities: readonly Identity[]): Promise<Uint8Array | null> {
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(openerOf(identity));
  try {
    return await decrypter.decrypt(armor.decode(text));
  } catch {
    // The library tells no causes apart: no key fits, or the block is damaged. Its errors may quote the block.
    return null;
  }
}

/** Made once for each key, however many files it opens. */
const OPENERS = new WeakMap<Identity, Opener | string>();

/** An identity as `age-encryption` wants it; the key's own text for what Node does not have. */
function openerOf(identity: Identity): Opener | string {
  const opener = OPENERS.get(identity) ?? newOpener(reveal(identity.text));
  OPENERS.set(identity, opener);
  return opener;
}

function newOpener(text: string): Opener | string {
  const scalar = bech32Bytes(text.toLowerCase(), 'age-secret-key-');
  return scalar === null ? text : x25519Identity(scalar);
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
  try {
    return { text: secret(text), recipient: await identityToRecipient(text), source };
  } catch {
    // Not whole. The library's message may quote the key.
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
export async function newIdentity(now: Date = new Date()): Promise<NewIdentity> {
  const key = await generateX25519Identity();
  const recipient = await identityToRecipient(key);
  const created = `${now.toISOString().slice(0, 19)}Z`;
  return { keyFile: `# created: ${created}\n# public key: ${recipient}\n${key}\n`, recipient };
}
