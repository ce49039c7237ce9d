/**
 * Texts of Ansible Vault, formats 1.1 and 1.2: https://docs.ansible.com/ansible/latest/vault_guide/vault_using_encrypted_content.html
 *
 *   $ANSIBLE_VAULT;1.1;AES256            or with the name of a password: $ANSIBLE_VAULT;1.2;AES256;dev
 *   hex of `hex(salt)\nhex(hmac)\nhex(ciphertext)` in lines of 80
 *
 * The password and the salt give, by PBKDF2 with 10,000 rounds of HMAC-SHA256, a key for AES-256-CTR, a key for the HMAC
 * over the ciphertext, and the counter's start. The text is padded to whole blocks as PKCS #7 says.
 */
import { createCipheriv, createDecipheriv, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';

const HEADER = /^\$ANSIBLE_VAULT;/;
const WIDTH = 80;
const BLOCK_BYTES = 16;
export const SALT_BYTES = 32;

/** Why a text stays closed: it is no vault text, its cipher is not ours, or the password does not fit it as it is. */
export type Closed = 'malformed' | 'unsupported' | 'wrong-password';

export function isVaultText(text: string): boolean {
  return HEADER.test(text.trimStart());
}

/** The name of the password that a text asks for; null where it has none. */
export function vaultId(text: string): string | null {
  return /^\s*\$ANSIBLE_VAULT;1\.2;AES256;([^\s;]+)/.exec(text)?.[1] ?? null;
}

/** @returns the bytes that were encrypted, whole and unchanged; or why not */
export function openVaultText(text: string, password: string): Uint8Array | Closed {
  const [header = '', ...lines] = text.trim().split(/\r?\n/);
  if (!/^\$ANSIBLE_VAULT;1\.[12];AES256(;|\s*$)/.test(header)) return HEADER.test(header) ? 'unsupported' : 'malformed';
  const [salt, hmac, data] = partsOf(lines.map((line) => line.trim()).join(''));
  if (salt === undefined || hmac === undefined || data === undefined) return 'malformed';
  const keys = keysOf(password, salt);
  const expected = createHmac('sha256', keys.hmac).update(data).digest();
  if (hmac.length !== expected.length || !timingSafeEqual(hmac, expected)) return 'wrong-password';
  const cipher = createDecipheriv('aes-256-ctr', keys.aes, keys.counter);
  return withoutPadding(Buffer.concat([cipher.update(data), cipher.final()])) ?? 'malformed';
}

/**
 * @param salt 32 random bytes, never used before
 * @param id the name of the password; null for none
 * @returns a text that ends with a newline
 */
export function vaultText(bytes: Uint8Array, password: string, salt: Uint8Array, id: string | null): string {
  const keys = keysOf(password, salt);
  const padding = BLOCK_BYTES - (bytes.length % BLOCK_BYTES);
  const cipher = createCipheriv('aes-256-ctr', keys.aes, keys.counter);
  const data = Buffer.concat([cipher.update(bytes), cipher.update(Buffer.alloc(padding, padding)), cipher.final()]);
  const hmac = createHmac('sha256', keys.hmac).update(data).digest();
  const hex = toHex(Buffer.from([salt, hmac, data].map(toHex).join('\n')));
  const header = id === null ? '$ANSIBLE_VAULT;1.1;AES256' : `$ANSIBLE_VAULT;1.2;AES256;${id}`;
  return `${[header, ...(hex.match(new RegExp(`.{1,${WIDTH}}`, 'g')) ?? [])].join('\n')}\n`;
}

const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Exactly what an encoder writes. */
function fromHex(text: string): Buffer | undefined {
  return /^([0-9a-f]{2})+$/.test(text) ? Buffer.from(text, 'hex') : undefined;
}

/** Salt, HMAC and ciphertext; undefined for what is no hex. */
function partsOf(hex: string): readonly (Buffer | undefined)[] {
  const parts = fromHex(hex)?.toString('latin1').split('\n') ?? [];
  return parts.length === 3 ? parts.map(fromHex) : [];
}

function keysOf(password: string, salt: Uint8Array) {
  const bytes = pbkdf2Sync(password, salt, 10_000, 32 + 32 + BLOCK_BYTES, 'sha256');
  return { aes: bytes.subarray(0, 32), hmac: bytes.subarray(32, 64), counter: bytes.subarray(64) };
}

/** @returns null when it is not padded to whole blocks */
function withoutPadding(bytes: Uint8Array): Uint8Array | null {
  const count = bytes.at(-1) ?? 0;
  const padding = bytes.subarray(-count);
  const isPadded =
    count > 0 && count <= BLOCK_BYTES && padding.length === count && padding.every((byte) => byte === count);
  return isPadded && bytes.length % BLOCK_BYTES === 0 ? bytes.subarray(0, -count) : null;
}
