/** age by npm `age-encryption`: wrapping and unwrapping data keys, making identities. */
import { armor, Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { reveal, secret } from '../config/secret.ts';
import type { Age, Identity } from '../secrets/age.ts';

/** X25519 (`age1…`) and hybrid post-quantum (`age1pq1…`) keys. */
export const age: Age = { wrap, unwrap };

async function wrap(recipient: string, dataKey: Uint8Array): Promise<string> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return armor.encode(await encrypter.encrypt(dataKey));
}

async function unwrap(text: string, identities: readonly Identity[]): Promise<Uint8Array | null> {
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(reveal(identity.text));
  try {
    return await decrypter.decrypt(armor.decode(text));
  } catch {
    // The library tells no causes apart: no key fits, or the block is damaged. Its errors may quote the block.
    return null;
  }
}

/**
 * A private key as age-keygen writes it.
 * @param source where it was found, for messages
 * @returns null when it is not whole, or of a kind that we do not know
 */
export async function parseIdentity(text: string, source: string): Promise<Identity | null> {
  if (!/^AGE-SECRET-KEY-(PQ-)?1[0-9A-Z]+$/.test(text)) return null;
  try {
    return { text: secret(text), recipient: await identityToRecipient(text), source };
  } catch {
    // The library's message may quote the key.
    return null;
  }
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
