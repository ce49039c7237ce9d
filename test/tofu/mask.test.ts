import { describe, expect, test } from 'vitest';
import { secret } from '../../scripts/config/secret.ts';
import { mask, masker } from '../../scripts/tofu/mask.ts';

/** Long enough for V8 to refuse a regular expression of it, and of its escaped forms. */
const LONG = Array.from({ length: 60_000 }, (_, index) => String.fromCharCode(33 + ((index * 7) % 90))).join('');

describe('masker', () => {
  test.each([
    ['as it is', LONG],
    ['in JSON', JSON.stringify(LONG).slice(1, -1)],
    ['in a URL', encodeURIComponent(LONG)],
    ['in base64', Buffer.from(LONG).toString('base64')],
  ])('a secret of tens of thousands of characters, %s', (_what, form) => {
    expect(masker([secret(LONG)])(`a ${form} b`)).toBe('a *** b');
  });

  test('a long one that was wrapped at its blanks', () => {
    const words = Array.from({ length: 8_000 }, (_, index) => `word${index}(`);
    const hide = masker([secret(words.join(' '))]);
    expect(hide(`│ bad: ${words.join('\n│ ')}!`)).toBe('│ bad: ***!');
    expect(hide(words.slice(1).join('\n│ '))).toContain('word7999(');
  });

  test('wrapped ones between half ones and behind each other', () => {
    const hide = masker([secret('correct horse staple')]);
    expect(hide('correct correct\n horse staple correct horse  staple correct horse')).toBe(
      'correct *** *** correct horse',
    );
    expect(hide('correcthorse staple')).toBe('correcthorse staple');
  });

  test('is made once and hides the same in every text', () => {
    const hide = masker(['first-secret', 'other $& secret'].map(secret));
    const texts = ['x first-secret y', 'other $&\nsecret', 'x first-secret y', 'nothing'];
    expect(texts.map(hide)).toEqual(['x *** y', '***', 'x *** y', 'nothing']);
    expect(mask('x first-secret y', [secret('first-secret')])).toBe('x *** y');
  });

  test('blanks alone are no secret', () => {
    expect(mask('a         b', [secret(' '.repeat(9)), secret('abcdefgh\n         \nabcdefgh')])).toBe('a         b');
  });
});
