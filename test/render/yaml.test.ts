/** Our reader of YAML against the library: what it takes the library takes too, and reads the same in it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { yamlLiteral } from '../../scripts/render/languages/yaml.ts';
import { readPlainDocuments, readPlainYaml } from '../../scripts/config/plain-yaml.ts';
import { YAML_VALUES } from '../../scripts/config/plain-values.ts';
import { ROOT } from '../support/copy.ts';

const FILES = ['test/golden', 'test/fixtures', 'docs', 'templates'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.ya?ml(\.\w+)?$/.test(path))
    .map((path) => join(folder, path)),
);
const EXAMPLES = ['cluster.yaml.example', 'nodes.yaml.example', 'Taskfile.yml'];

/** `undefined` where the library refuses. */
function byLibrary(text: string): unknown {
  const documents = parseAllDocuments(text, { prettyErrors: false });
  if (!Array.isArray(documents)) return [];
  if (documents.some(({ errors }) => errors.length > 0)) return undefined;
  return documents.map((document) => document.toJS() as unknown);
}

/** Where ours takes a text, both must say the same of it. */
function expectAgreement(text: string): boolean {
  const ours = readPlainDocuments(text, YAML_VALUES);
  if (ours === null) return false;
  expect(byLibrary(text), text).toEqual(ours);
  return true;
}

test.each([...EXAMPLES, ...FILES])('%s: says the same, or is left to the library', (path) => {
  expectAgreement(readFileSync(join(ROOT, path), 'utf8'));
});

/** As a template renders it. */
const PLAIN = `# Generated

---
name: main
empty:
none: null
"quoted key": 'it''s' # why
address: 10.0.0.1/24
url: https://factory.talos.dev/image:v1.10
numbers: [1, -2, 3.5, 0]
size: 10Gi
created: 2026-01-02
text: several words, and a # sign
nested:
  list:
  - a
  -   b: "tab\\there"
      c: {"d": [true, "x"], e: f}

  -
    g: h
  deeper:
    - 1
literal: |
  # no comment
    deeper

  end: 1

next: |-
    a

last: {}
---

# another
kind: A
of:
- b
---
- c
- d: |
    e
---
f:
`;

test('what templates mostly render is read without the library', () => {
  expect(expectAgreement(PLAIN)).toBe(true);
  expect(readPlainDocuments(PLAIN, YAML_VALUES)).toMatchObject([
    { empty: null, 'quoted key': "it's", nested: { list: ['a', { c: { d: [true, 'x'] } }, { g: 'h' }], deeper: [1] } },
    { kind: 'A', of: ['b'] },
    ['c', { d: 'e\n' }],
    { f: null },
  ]);
  // Where one is wanted, several are the library's to judge.
  expect(readPlainYaml(PLAIN, YAML_VALUES)).toBeNull();
});

const WORD = fc.string({ unit: fc.constantFrom(...'ab-.:/# 017eExo_'.split('')), maxLength: 6 });

const scalar = fc.oneof(
  fc.constantFrom(null, true, false, '', '~', 'null', 'True', '-', '0x1f', '0o7', '1e3', '.inf', '"', "'", '\\'),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ unit: 'grapheme' }),
  WORD,
);

const value = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(WORD, fc.constantFrom('__proto__', '<<', 'null')), tie('any'), { maxKeys: 3 }),
  ),
})).any;

describe.each([
  ['a value that a template prints', (value: unknown) => `x: ${yamlLiteral(value as never)}\n`, 0.5],
  ['whatever the library writes', (value: unknown) => stringify({ x: value }), 0.2],
  ['in quotes', (value: unknown) => stringify([value], { defaultStringType: 'QUOTE_DOUBLE' }), 0.2],
])('%s', (_, write, least) => {
  test('is read the same, or left to the library', () => {
    let taken = 0;
    fc.assert(
      fc.property(value, (value) => {
        if (expectAgreement(write(value))) taken += 1;
      }),
      { numRuns: 1000 },
    );
    expect(taken).toBeGreaterThan(1000 * least);
  });
});

/** Pieces that mean something in YAML, so that what is put together of them is often nearly right. */
const PIECE = fc.constantFrom(
  ...[
    'a',
    'b: ',
    'a:',
    ':',
    '-',
    '- ',
    '  ',
    ' ',
    '\n',
    '\n  ',
    '\n    ',
    '\n- ',
    '\n  - ',
    '\na: ',
    '\n  b: 1',
    '---',
    '\n---\n',
  ],
  ...[
    '[',
    ']',
    '{',
    '}',
    ',',
    ', ',
    '"',
    "'",
    '"c"',
    "'d'",
    '#',
    ' # e',
    '&f ',
    '*f',
    '!!str ',
    '|',
    '>',
    '?',
    '? ',
    '%',
  ],
  ...['1', '-1', '1.50', '01', '1e3', '.5', '0x1', 'null', 'true', '~', '\\', '\\n', '\\x20', '\\u00e9', '\\ud83d'],
  ...[
    '...',
    '...\n',
    '--- ',
    '\t',
    '\r\n',
    '\u0000',
    '\u0085',
    '\u2028',
    '\ufeff',
    '\u{1f600}',
    'é',
    '<<',
    '=',
    '@',
    '`',
  ],
);

test('a text with a mistake in it is refused by both, or left to the library', () => {
  let taken = 0;
  const broken = fc.record({ at: fc.nat(PLAIN.length), cut: fc.nat(6), pieces: fc.array(PIECE, { maxLength: 2 }) });
  fc.assert(
    fc.property(broken, ({ at, cut, pieces }) => {
      if (expectAgreement(PLAIN.slice(0, at) + pieces.join('') + PLAIN.slice(at + cut))) taken += 1;
    }),
    { numRuns: 4000 },
  );
  expect(taken).toBeGreaterThan(400);
});

test('whatever is put together of pieces', () => {
  let taken = 0;
  fc.assert(
    fc.property(fc.array(PIECE, { maxLength: 12 }), (pieces) => {
      if (expectAgreement(`${pieces.join('')}\n`)) taken += 1;
    }),
    { numRuns: 10_000 },
  );
  expect(taken).toBeGreaterThan(100);
});

test.each([
  ['nested without end', `x: ${'['.repeat(100_000)}\n`],
  ['nested in blocks without end', Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('')],
  ['a string without end', `x: "${'a'.repeat(100_000)}\n`],
  ['a key without end', `${'a'.repeat(100_000)}: 1\n`],
  ['a name twice', 'x: 1\nx: 2\n'],
  ['a name twice in brackets', 'x: {a: 1, a: 2}\n'],
  ['a name in quotes and without', 'x: 1\n"x": 2\n'],
  ['a line end of Windows', 'x: 1\r\n'],
  ['no line end', 'x: 1'],
  ['nothing', '\n'],
  ['two documents', 'x: 1\n---\nx: 2\n'],
  ['a plain text over two lines', 'x: a\n  b\n'],
])('%s is left to the library', (_, text) => expect(readPlainYaml(text, YAML_VALUES)).toBe(null));
