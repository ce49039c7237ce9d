import fc from 'fast-check';
import { RE2JS, RE2JSException } from 're2js';
import { describe, expect, test } from 'vitest';
import { compileRegex, compileSelector, type SelectorKind } from '../../../scripts/secrets/sops/selector.ts';
import { mapLeaves } from '../../../scripts/secrets/tree/walk.ts';
import { treeOf } from '../support.ts';

const TEXT = `# top
a: 1
secret_x:
    # why
    b: 2
    list:
        - 3
        # look: hide
        - 4
x_plain:
    c: 5
# look: hide
d: 6
e: 7
# look: show
f:
    g: 8
    # inner
    h: 9
`;

/** Texts of the leaves and comments that a selector encrypts. */
function selected(kind: SelectorKind, text: string): readonly string[] {
  const selects = compileSelector({ kind, text });
  const found: string[] = [];
  mapLeaves(treeOf(TEXT), (leaf, place) => {
    if (selects?.(place, leaf.kind === 'comment')) found.push(leaf.text.trim());
    return leaf;
  });
  return found;
}

/** Compared with what sops 3.13.3 encrypts in `sops.test.ts`. */
describe('each selector', () => {
  test.each<readonly [SelectorKind, string, readonly string[]]>([
    ['encrypted_suffix', '_x', ['why', '2', '3', 'look: hide', '4']],
    ['unencrypted_suffix', '_x', ['top', '1', '5', 'look: hide', '6', '7', 'look: show', '8', 'inner', '9']],
    ['encrypted_regex', '^(list|g)$', ['3', 'look: hide', '4', '8']],
    ['encrypted_regex', 'plain', ['5']],
    ['unencrypted_regex', '^[a-f]$', ['top', 'why', '3', 'look: hide', '4', 'look: hide', 'look: show']],
    ['encrypted_comment_regex', 'look: hide', ['4', '6']],
    [
      'unencrypted_comment_regex',
      'look: show',
      ['top', '1', 'why', '2', '3', 'look: hide', '4', '5', 'look: hide', '6', '7'],
    ],
  ])('%s %s', (kind, text, encrypted) => {
    expect(selected(kind, text)).toEqual(encrypted);
  });
});

describe('regular expressions are those of RE2', () => {
  test.each([
    ['(?i)SECRET', 'my secret', true],
    ['(?P<name>a)b', 'xaby', true],
    ['\\Aab\\z', 'ab', true],
    ['\\Aab\\z', 'ab\n', false],
    ['^[[:alpha:]]+$', 'abc', true],
    ['\\Q.*\\E', 'a.*b', true],
    ['\\pL', 'é', true],
    ['', 'anything', true],
  ])('%s on %j', (regex, text, matches) => {
    expect(compileRegex(regex)?.(text)).toBe(matches);
  });

  test.each(['^(?!x)', '(?<=a)b', '(a)\\1', 'a++', 'x{1001}', '(', '[z-a]'])('%s does not compile', (regex) => {
    expect(compileRegex(regex)).toBeNull();
    expect(compileSelector({ kind: 'encrypted_regex', text: regex })).toBeNull();
  });

  test('a suffix is no regular expression', () => {
    expect(selected('encrypted_suffix', '.*')).toEqual([]);
  });
});

/** As RE2 has it. */
function byRe2(text: string): RE2JS | null {
  try {
    return RE2JS.compile(text);
  } catch (error) {
    if (error instanceof RE2JSException) return null;
    throw error;
  }
}

test('an expression means what it means to RE2', () => {
  const part = fc.constantFrom(
    'a',
    'b',
    '_',
    '-',
    '/',
    '\\.',
    '\\-',
    '?',
    '(',
    ')',
    '|',
    '^',
    '$',
    '(a|b)',
    '.',
    '*',
    'ya?ml',
  );
  const expressions = fc.array(part, { maxLength: 8 }).map((parts) => parts.join(''));
  const candidates = fc.array(fc.string({ unit: fc.constantFrom(...'ab_-./yml\n\r'), maxLength: 6 }), {
    maxLength: 20,
  });
  fc.assert(
    fc.property(expressions, candidates, (text, candidates) => {
      const [ours, theirs] = [compileRegex(text), byRe2(text)];
      expect(ours === null, text).toBe(theirs === null);
      for (const candidate of ['', ...candidates]) expect(ours?.(candidate), text).toBe(theirs?.test(candidate));
    }),
    { numRuns: 3000 },
  );
});
