import { describe, expect, test } from 'vitest';
import { bech32Bytes, bech32Text } from '../../../scripts/secrets/age/bech32.ts';

/** Made with npm `@scure/base`. */
const SEVENS = 'age1qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurs95jt69';

describe('bech32', () => {
  test('bytes of a text with the prefix', () => {
    expect(bech32Bytes(SEVENS, 'age')).toEqual(new Uint8Array(32).fill(7));
    // Of BIP 173.
    expect(bech32Bytes('a12uel5l', 'a')).toEqual(new Uint8Array());
    expect(bech32Bytes('split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w', 'split')).toHaveLength(30);
  });

  test('text of bytes', () => {
    expect(bech32Text(new Uint8Array(32).fill(7), 'age')).toBe(SEVENS);
    expect(bech32Text(new Uint8Array(), 'a')).toBe('a12uel5l');
  });

  test.each([
    ['another prefix', SEVENS, 'ag'],
    ['upper case', SEVENS.toUpperCase(), 'AGE'],
    ['a character changed', SEVENS.replace('q', 'p'), 'age'],
    ['less than a checksum', 'age1qqqqq', 'age'],
    ['a bit set in what fills the last word', 'age1qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qur3czx78h', 'age'],
    ['a word that makes no byte', 'a1q3g6mn3', 'a'],
  ])('none with %s', (_what, text, prefix) => {
    expect(bech32Bytes(text, prefix)).toBeNull();
  });
});
