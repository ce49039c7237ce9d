import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  aadOf,
  decryptText,
  encryptText,
  looksEncrypted,
  macHash,
  parseEncrypted,
} from '../../../scripts/secrets/sops/cipher.ts';
import { hostileString } from '../arbitrary.ts';

const KEY = Buffer.alloc(32, 7);
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

test('decryption inverts encryption', () => {
  const inverts = (text: string, key: Uint8Array, iv: Uint8Array, aad: string) => {
    const encrypted = parseEncrypted(encryptText(text, 'str', key, iv, aad));
    return encrypted !== null && decryptText(encrypted, key, aad) === text;
  };
  const text = hostileString.filter((candidate) => candidate !== '');
  fc.assert(fc.property(text, bytes(32), bytes(32), hostileString, inverts));
});

/** Made with Go's crypto/cipher as sops uses it: `NewGCMWithNonceSize(aes, 32)`. */
test('a known answer', () => {
  const iv = Buffer.alloc(32, 9);
  const sealed = encryptText('hello', 'str', KEY, iv, 'a:');
  expect(sealed).toBe(
    'ENC[AES256_GCM,data:77WLtcE=,iv:CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=,tag:bNvzT9CjjL6WY6qYHrdzMg==,type:str]',
  );
});

test.each([1, 12, 16, 64])('an IV of %d bytes is read, as sops does', (length) => {
  const encrypted = parseEncrypted(encryptText('hello', 'str', KEY, Buffer.alloc(length, 3), 'a:'));
  expect(encrypted && decryptText(encrypted, KEY, 'a:')).toBe('hello');
});

describe('a changed part does not decrypt', () => {
  const sealed = encryptText('a secret', 'str', KEY, Buffer.alloc(32, 1), 'a:b:');
  const parts = parseEncrypted(sealed);

  test.each(['data', 'iv', 'tag'] as const)('%s, whatever byte', (part) => {
    if (parts === null) throw new Error('it does not parse');
    for (let at = 0; at < parts[part].length; at += 1) {
      const changed = Uint8Array.from(parts[part]);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(decryptText({ ...parts, [part]: changed }, KEY, 'a:b:')).toBeNull();
    }
  });

  test('associated data, key', () => {
    if (parts === null) throw new Error('it does not parse');
    expect(decryptText(parts, KEY, 'a:b:')).toBe('a secret');
    expect(decryptText(parts, KEY, 'a:c:')).toBeNull();
    expect(decryptText(parts, Buffer.alloc(32, 8), 'a:b:')).toBeNull();
  });
});

describe('only the exact form is taken for an encrypted value', () => {
  const ENC = 'ENC[AES256_GCM,data:YQ==,iv:YQ==,tag:AAAAAAAAAAAAAAAAAAAAAA==,type:str]';

  test('this one', () => {
    expect(parseEncrypted(ENC)).not.toBeNull();
    expect(looksEncrypted(ENC)).toBe(true);
  });

  test.each([
    ['spare bits of base64', ENC.replace('YQ==', 'YR==')],
    ['no padding', ENC.replace('YQ==', 'YQ')],
    ['empty data', ENC.replace('YQ==', '')],
    ['a short tag', ENC.replace('AAAAAAAAAAAAAAAAAAAAAA==', 'AAAA')],
    ['something behind it', `${ENC} `],
    ['something before it', ` ${ENC}`],
    ['another algorithm', ENC.replace('256', '128')],
    ['a type that is no word', ENC.replace('str', '')],
  ])('not with %s', (_what, text) => {
    expect(parseEncrypted(text)).toBeNull();
  });
});

test('associated data holds keys, each with a colon behind it', () => {
  expect(aadOf([])).toBe(':');
  expect(aadOf(['a', 'b'])).toBe('a:b:');
});

test('the hash of encrypted values only starts with SHA-256 of "sops"', () => {
  const start = '8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69';
  const expected = macHash(false).update(Buffer.from(start, 'hex')).digest('hex');
  expect(macHash(true).digest('hex')).toBe(expected);
});
