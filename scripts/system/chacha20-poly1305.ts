/** ChaCha20-Poly1305 (RFC 8439) by Node's own OpenSSL, the tag of 16 bytes behind what it encrypts. */
import { createCipheriv, createDecipheriv } from 'node:crypto';

const ALGORITHM = 'chacha20-poly1305';
export const TAG_BYTES = 16;

/** @param key 32 bytes @param nonce 12 bytes, never used twice with this key */
export function encrypt(key: Uint8Array, nonce: Uint8Array, content: Uint8Array): Buffer {
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  return Buffer.concat([cipher.update(content), cipher.final(), cipher.getAuthTag()]);
}

/** @returns null when the key is another one, or any byte is not what it was */
export function decrypt(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array | null {
  if (sealed.length < TAG_BYTES) return null;
  const cipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const start = cipher.update(sealed.subarray(0, -TAG_BYTES));
  try {
    return new Uint8Array(Buffer.concat([start, cipher.final()]));
  } catch {
    return null;
  }
}
