import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { visible } from '../../scripts/report/visible.ts';

describe('visible', () => {
  test.each([
    ['\u001b[2J\u001b]0;title\u0007', '\\u001b[2J\\u001b]0;title\\u0007'],
    ['a\r\nb\tc', 'a\\r\\nb\\tc'],
    ['\u009b31m', '\\u009b31m'],
    ['user\u202etxt.exe', 'user\\u202etxt.exe'],
    ['a\u2028b', 'a\\u2028b'],
    ['\ud800 \udc00x', '\\ud800 \\udc00x'],
    ['grün 日本 😀 ‿ é', 'grün 日本 😀 ‿ é'],
    ['\\u001b', '\\u001b'],
  ])('%j', (text, wanted) => {
    expect(visible(text)).toBe(wanted);
  });

  test('with lines, line breaks and tabs stay, and only those', () => {
    expect(visible('a\r\n\tb\r\u001b', { lines: true })).toBe('a\n\tb\\r\\u001b');
  });

  test('whatever the text, no terminal obeys what comes out, and a second pass changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = visible(text);
        expect(shown).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
        expect(visible(shown)).toBe(shown);
      }),
    );
  });
});
