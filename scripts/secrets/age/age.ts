/** What the engine needs of age: wrapping and unwrapping a data key. `system/age.ts` does it. */
import type { Secret } from '../../config/secret.ts';
import { bech32Bytes } from './bech32.ts';

/** A private key that was found. */
export interface Identity {
  /** `AGE-SECRET-KEY-1…` or `AGE-SECRET-KEY-PQ-1…`. */
  readonly text: Secret;
  /** Its public key, `age1…`. */
  readonly recipient: string;
  /** Where it was found, for messages: `age.key`, `$SOPS_AGE_KEY`. */
  readonly source: string;
  /** Sops itself would not find it: it looks into no project for keys. */
  readonly unknownToSops?: true;
}

export interface Age {
  /**
   * Encrypts a data key for one recipient.
   * @param recipient one in which `recipientFault` finds nothing
   * @returns an armored age file that ends with a newline
   */
  wrap(recipient: string, dataKey: Uint8Array): Promise<string>;
  /** Opens what `wrap` made; null when no identity opens it, or the text is damaged. */
  unwrap(armor: string, identities: readonly Identity[]): Promise<Uint8Array | null>;
}

/** Prefix of a recipient and how many bytes of key follow it. X25519: age-encryption.org/v1; ML-KEM-768 with X25519: age 1.3. */
const KINDS: ReadonlyMap<string, number> = new Map([
  ['age', 32],
  ['age1pq', 1216],
]);

/**
 * What is wrong with a recipient, as the end of a sentence, or null.
 * Keys of ssh and of age plugins are legal in SOPS, but only sops itself can use them.
 */
export function recipientFault(text: string): string | null {
  if (text.startsWith('ssh-')) return 'is an ssh key, which only sops itself can use';
  if (text.startsWith('AGE-')) return 'is a private key: it must not stand here';
  const prefix = text.slice(0, text.lastIndexOf('1'));
  const bytes = KINDS.get(prefix);
  if (bytes === undefined) {
    return text.startsWith('age1') && prefix !== ''
      ? 'belongs to an age plugin, which only sops itself can use'
      : 'is no age recipient';
  }
  const key = bech32Bytes(text, prefix);
  if (key?.length !== bytes) return 'is damaged: its checksum does not fit';
  return isLowOrder(key) ? 'is no key: nobody can have the private one' : null;
}

/** The points of low order of Curve25519 (RFC 7748, section 6.1): whatever is agreed on with one of them is known. */
const LOW_ORDER: ReadonlySet<string> = new Set([
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  ...['ec', 'ed', 'ee'].map((first) => `${first}${'ff'.repeat(30)}7f`),
]);

/** The highest bit does not count. */
function isLowOrder(key: Uint8Array): boolean {
  const point = Buffer.from(key);
  if (point.length === 32) point[31] = (point[31] ?? 0) & 0x7f;
  return LOW_ORDER.has(point.toString('hex'));
}
