/** One encrypted value: AES-256-GCM as SOPS uses it, and its text form `ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]`. */
import { createCipheriv, createDecipheriv, createHash, type Hash } from 'node:crypto';
import { utf8 } from '../utf8.ts';

/** SOPS takes 32 bytes, not GCM's usual 12; a reader takes any length. */
export const IV_BYTES = 32;
export const DATA_KEY_BYTES = 32;
const TAG_BYTES = 16;
const ALGORITHM = 'aes-256-gcm';

/** The parts of an encrypted value. `type` is not protected by the cipher: that is how the format is. */
export interface Encrypted {
  readonly data: Uint8Array;
  readonly iv: Uint8Array;
  readonly tag: Uint8Array;
  readonly type: string;
}

const FORM = /^ENC\[AES256_GCM,data:([^,]+),iv:([^,]+),tag:([^,]+),type:([a-z]+)\]$/;

/** Takes the text form apart; null when it is not one, or its base64 is not exactly as an encoder writes it. */
export function parseEncrypted(text: string): Encrypted | null {
  const [, data, iv, tag, type] = FORM.exec(text) ?? [];
  const [dataBytes, ivBytes, tagBytes] = [data, iv, tag].map(fromBase64);
  if (!dataBytes || !ivBytes || !tagBytes || type === undefined || tagBytes.length !== TAG_BYTES) return null;
  return { data: dataBytes, iv: ivBytes, tag: tagBytes, type };
}

function fromBase64(text: string | undefined): Uint8Array | null {
  const bytes = Buffer.from(text ?? '', 'base64');
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : null;
}

/** Whether a text has the form of an encrypted value. */
export function looksEncrypted(text: string): boolean {
  return text.startsWith('ENC[AES256_GCM,');
}

/**
 * @param iv 32 random bytes, used before only for the same text, type and AAD
 * @param aad associated data: the keys of the path, each followed by `:`; for the MAC the time of the last change
 */
export function encryptText(text: string, type: string, dataKey: Uint8Array, iv: Uint8Array, aad: string): string {
  const cipher = createCipheriv(ALGORITHM, dataKey, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(aad));
  const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]).toString('base64');
  const tag = cipher.getAuthTag().toString('base64');
  return `ENC[AES256_GCM,data:${data},iv:${Buffer.from(iv).toString('base64')},tag:${tag},type:${type}]`;
}

/** @returns null when key, AAD or any byte of data, IV or tag is not what it was, or the text is not UTF-8 */
export function decryptText(encrypted: Encrypted, dataKey: Uint8Array, aad: string): string | null {
  const cipher = createDecipheriv(ALGORITHM, dataKey, encrypted.iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(aad));
  cipher.setAuthTag(encrypted.tag);
  const start = cipher.update(encrypted.data);
  const end = finalOrNull(() => cipher.final());
  return end === null ? null : utf8(Buffer.concat([start, end]));
}

/** `final` throws exactly when the tag does not fit. */
function finalOrNull(final: () => Buffer): Buffer | null {
  try {
    return final();
  } catch {
    return null;
  }
}

/** Associated data of a value or comment below these keys. They are not escaped: that is how the format is. */
export function aadOf(keys: readonly string[]): string {
  return `${keys.join(':')}:`;
}

/** Starts the hash of a file that hashes only what it encrypts, so that the setting cannot be changed unnoticed. */
const ONLY_ENCRYPTED = createHash('sha256').update('sops').digest();

/** The hash over all values that becomes the MAC: SHA-512, in upper-case hex, over their bytes without separators. */
export function macHash(onlyEncrypted: boolean): Hash {
  const hash = createHash('sha512');
  return onlyEncrypted ? hash.update(ONLY_ENCRYPTED) : hash;
}
