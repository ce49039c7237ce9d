import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sameTree, type Tree } from '../../../scripts/secrets/tree/tree.ts';
import { emit } from '../../../scripts/secrets/yaml/emit.ts';
import { mapping } from '../arbitrary.ts';
import { SAMPLE_CLEAR } from '../sample.ts';
import { treeOf } from '../support.ts';

const document = (key: string, text: string): Tree => [
  { kind: 'mapping', items: [{ kind: 'entry', key, value: { kind: 'str', text } }] },
];

/** As sops 3.13.3 prints them. */
describe('a string is written as go-yaml writes it', () => {
  test.each([
    ['plain', 'a: plain'],
    ['', 'a: ""'],
    ['yes', 'a: "yes"'],
    ['12:30', 'a: "12:30"'],
    ['0899', 'a: "0899"'],
    ['a: b', "a: 'a: b'"],
    ['@x', "a: '@x'"],
    [' lead', "a: ' lead'"],
    ["it's #1", "a: it's #1".replace("it's #1", "'it''s #1'")],
    ['tab\there', 'a: "tab\\there"'],
    ['\u{1F600}', 'a: "\\U0001F600"'],
    ['nbsp\u00a0', 'a: nbsp\u00a0'],
    ['\ufeffab', 'a: "\\uFEFF\\x61\\x62"'],
    ['nel\u0085', 'a: "nel\\N"'],
    ['ls\u2028', 'a: "ls\\L"'],
    ['two\nlines', 'a: |-\n    two\n    lines'],
    ['two\nlines\n', 'a: |\n    two\n    lines'],
    ['kept\n\n', 'a: |+\n    kept\n'],
    [' first\nblank', 'a: |4-\n     first\n    blank'],
    ['\n', 'a: |4+\n'],
    ['space \nbefore', 'a: "space \\nbefore"'],
    ['---x', "a: '---x'"],
  ])('%j', (text, line) => {
    expect(emit(document('a', text))).toBe(`${line}\n`);
  });

  test.each([
    ['y', '"y": x'],
    ['8080', '"8080": x'],
    ['', '"": x'],
    ['two\nlines', '? |-\n    two\n    lines\n: x'],
    ['a\rb', '? "a\\rb"\n: x'],
    ['k'.repeat(128), `${'k'.repeat(128)}: x`],
    ['k'.repeat(129), `? ${'k'.repeat(129)}\n: x`],
    ['é'.repeat(65), `? ${'é'.repeat(65)}\n: x`],
  ])('key %j', (key, text) => {
    expect(emit(document(key, 'x'))).toBe(`${text}\n`);
  });
});

const NESTED = `a:
    - b: 1
      c:
        - 1
        - - 2
          - d:
                e: {}
      f: []
g:
    h: |
        text
`;

test('lists stand under their key, and what is in them at the next multiple of the indentation', () => {
  expect(emit(treeOf(NESTED))).toBe(NESTED);
});

test('another indentation', () => {
  expect(emit(treeOf(NESTED), 2)).toBe(
    'a:\n  - b: 1\n    c:\n      - 1\n      - - 2\n        - d:\n            e: {}\n    f: []\ng:\n  h: |\n    text\n',
  );
});

test('comments and documents are written as sops prints them', () => {
  expect(emit(treeOf(SAMPLE_CLEAR))).toBe(SAMPLE_CLEAR);
});

test('what is written reads back as the same tree', () => {
  const readsBack = (root: Tree[number]) => sameTree(treeOf(emit([root])), [root]);
  fc.assert(fc.property(mapping, readsBack), { numRuns: 500 });
});
