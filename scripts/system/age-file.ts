/**
 * age files (age-encryption.org/v1) as small as one that holds a data key, for X25519 keys, by Node's own OpenSSL.
 * `age-encryption` does it by streams and in JavaScript, which takes many times as long, and longer still to load: what is
 * not known here, or cannot be opened, is its to judge.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { decrypt, encrypt } from './chacha20-poly1305.ts';
import { randomBytes } from './random.ts';

/** How a header says for whom the file is. */
export interface Stanza {
  readonly args: string[];
  readonly body: Uint8Array;
}

const FILE_KEY_BYTES = 16;
const NONCE_BYTES = 16;
/** Counts the chunks of a payload in all bytes but the last, which says that none follows. */
const ONLY_CHUNK = new Uint8Array(12).fill(1, -1);
const MOST_BYTES = 64 * 1024;

/** @param content at most 64 KiB @returns an armored file that ends with a newline */
export function encryptFile(content: Uint8Array, wrapFileKey: (fileKey: Uint8Array) => readonly Stanza[]): string {
  if (content.length > MOST_BYTES) throw new RangeError('more than one chunk');
  const fileKey = randomBytes(FILE_KEY_BYTES);
  const nonce = randomBytes(NONCE_BYTES);
  const head = headOf(wrapFileKey(fileKey));
  const payload = encrypt(derivedKey(fileKey, nonce, 'payload'), ONLY_CHUNK, content);
  return armored(Buffer.concat([Buffer.from(`${head} ${macOf(head, fileKey)}\n`), nonce, payload]));
}

/** All of a header that its MAC is over. */
const headOf = (stanzas: readonly Stanza[]): string => `age-encryption.org/v1\n${stanzas.map(stanzaText).join('')}---`;

/** A body of less than 48 bytes is one line. */
const stanzaText = ({ args, body }: Stanza): string => `-> ${args.join(' ')}\n${base64(body)}\n`;

const HEADER =
  /^(age-encryption\.org\/v1\n(?:-> X25519 [A-Za-z0-9+/]{43}\n[A-Za-z0-9+/]{43}\n)+---) ([A-Za-z0-9+/]{43})\n/;
const STANZA = /-> (X25519) (\S+)\n(\S+)\n/g;

/** The inverse of `encryptFile`. @returns null for what is not known here, or was not opened */
export function decryptFile(text: string, unwrapFileKey: (stanzas: Stanza[]) => Uint8Array | null): Uint8Array | null {
  const file = Buffer.from(text.slice(BEGIN.length, -END.length), 'base64');
  const [header = '', head = '', mac = ''] = HEADER.exec(file.toString('latin1')) ?? [];
  const content = file.subarray(header.length + NONCE_BYTES);
  if (header === '' || armored(file) !== text || content.length > MOST_BYTES) return null;
  const stanzas = Array.from(head.matchAll(STANZA), ([, kind = '', share = '', body = '']) => ({
    args: [kind, share],
    body: Buffer.from(body, 'base64'),
  }));
  const fileKey = headOf(stanzas) === head ? unwrapFileKey(stanzas) : null;
  if (fileKey?.length !== FILE_KEY_BYTES || !isSame(mac, macOf(head, fileKey))) return null;
  const nonce = file.subarray(header.length, header.length + NONCE_BYTES);
  return decrypt(derivedKey(fileKey, nonce, 'payload'), ONLY_CHUNK, content);
}

function derivedKey(fileKey: Uint8Array, salt: Uint8Array, purpose: 'header' | 'payload'): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', fileKey, salt, purpose, 32));
}

function macOf(head: string, fileKey: Uint8Array): string {
  return base64(
    createHmac('sha256', derivedKey(fileKey, new Uint8Array(), 'header'))
      .update(head)
      .digest(),
  );
}

const isSame = (one: string, other: string): boolean => timingSafeEqual(Buffer.from(one), Buffer.from(other));

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replace(/=+$/, '');

const BEGIN = '-----BEGIN AGE ENCRYPTED FILE-----\n';
const END = '-----END AGE ENCRYPTED FILE-----\n';

/** RFC 7468, strict. */
function armored(file: Buffer): string {
  return `${BEGIN}${file.toString('base64').replace(/.{1,64}/g, '$&\n')}${END}`;
}
