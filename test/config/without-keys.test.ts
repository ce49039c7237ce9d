import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { withoutKeys } from '../../scripts/config/without-keys.ts';
import { sourceFile } from '../support/input.ts';

const run = (text: string, ...keys: readonly string[]) =>
  withoutKeys(sourceFile('cluster.yaml', text), keys, (key) => `${key} is gone`);

const left = (text: string, ...keys: readonly string[]): string => run(text, ...keys) ?? 'refused';

describe('withoutKeys', () => {
  test.each([
    ['a line', 'a: 1\nb: 2\nc: 3\n', 'a: 1\n# b is gone\nc: 3\n'],
    ['a line with a comment', '# of b\nb: "x" # why\n# of c\nc: 3\n', '# of b\n# b is gone\n# of c\nc: 3\n'],
    ['a block', 'b: |\n  one\n\n  two\nc: 3\n', '# b is gone\nc: 3\n'],
    ['a folded text over lines', 'b: "one\n  two"\nc: 3\n', '# b is gone\nc: 3\n'],
    ['the last line without an end', 'c: 3\nb: 2', 'c: 3\n# b is gone'],
    ['a value on the next line', 'b:\n  2\nc: 3\n', '# b is gone\nc: 3\n'],
    ['Windows line ends', 'a: 1\r\nb: 2\r\nc: 3\r\n', 'a: 1\r\n# b is gone\r\nc: 3\r\n'],
    ['an empty value', 'b:\nc: 3\n', '# b is gone\nc: 3\n'],
  ])('takes out %s', (_, before, after) => {
    expect(left(before, 'b')).toBe(after);
  });

  test.each([
    ['braces', '{a: 1, b: 2}\n'],
    ['an anchor that is used', 'b: &x 2\nc: *x\n'],
    ['nothing but the key', 'b: 2\n'],
  ])('refuses %s', (_, text) => {
    expect(left(text, 'b')).toBe('refused');
  });

  test('leaves every other value as it is', () => {
    const text = fc
      .string({ unit: 'binary' })
      .filter((value) => !/\p{Surrogate}|[\u0000-\u0008\u000e-\u001f]/u.test(value));
    const record = fc.record({ a: text, b: text, c: fc.array(text), d: text });
    fc.assert(
      fc.property(record, fc.constantFrom(20, 80, 0), (value, lineWidth) => {
        const left = run(stringify(value, { lineWidth }), 'b', 'd');
        // A text in the form of no YAML 1.2 is refused as such; most are not.
        fc.pre(left !== null);
        expect(parse(left ?? '')).toEqual({ a: value.a, c: value.c });
      }),
      { numRuns: 300 },
    );
  });
});
