/** Our reader of HCL against the library: what it takes the library takes too, and reads the same values in it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPlainHcl } from '../../scripts/render/hcl/read.ts';
import { COMPUTED } from '../../scripts/render/hcl/template.ts';
import { hclLiteral } from '../../scripts/render/languages/hcl.ts';
import { parseBack } from '../../scripts/render/parse-back.ts';
import { ROOT } from '../support/copy.ts';

const GOLDEN = join(ROOT, 'test/golden');
const FILES = readdirSync(GOLDEN, { recursive: true, encoding: 'utf8' }).filter((path) => /\.(tf|tfvars)$/.test(path));
const TEXTS = [...new Set(FILES.map((path) => readFileSync(join(GOLDEN, path), 'utf8')))];

/** What the library reads: strings unescaped, `undefined` where it refuses. */
async function byLibrary(text: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const file = {
    path: 'a.tf',
    template: '',
    language: 'hcl',
    secret: false,
    executable: false,
    builtIn: false,
  } as const;
  try {
    return (await parseBack({ ...file, bytes: new TextEncoder().encode(text) })) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

/** Where ours takes a text, both must say the same of it. */
async function expectAgreement(text: string): Promise<boolean> {
  const ours = readPlainHcl(text);
  if (ours === null) return false;
  const theirs = await byLibrary(text);
  expect(theirs, text).toBeDefined();
  const known = Object.entries(ours).filter(([, value]) => value !== COMPUTED);
  expect(Object.fromEntries(known), text).toEqual(Object.fromEntries(known.map(([name]) => [name, theirs?.[name]])));
  return true;
}

describe('what nigari itself renders', () => {
  test.each(FILES)('%s is read without the library', async (path) => {
    expect(await expectAgreement(readFileSync(join(GOLDEN, path), 'utf8'))).toBe(true);
  });
});

const value = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, true, false, '', '$', '${a}', '%{if}', '$${', '"', '\\', 'e\u0301'),
    fc.integer({ min: 0, max: 1e9 }),
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: fc.constantFrom('$', '%', '{', '}', '"', '\\', 'a', '\n', '\t', '\u0000', '~') }),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.string({ unit: fc.constantFrom('a', 'b', '-', '$', '{', ' ') }), tie('any'), { maxKeys: 3 }),
  ),
})).any;

test('values of every form are read back, or left to the library', async () => {
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(value, async (value) => {
      if (await expectAgreement(`x = ${hclLiteral(value as never)}\n`)) taken += 1;
    }),
    { numRuns: 500 },
  );
  expect(taken).toBeGreaterThan(250);
});

/** Pieces that mean something in HCL, so that what is put together of them is often nearly right. */
const PIECE = fc.constantFrom(
  ...[
    'x',
    'for',
    'in',
    'if',
    'null',
    'a.b',
    'f(',
    ')',
    '[',
    ']',
    '[*]',
    '{',
    '}',
    '=',
    '==',
    '=>',
    ':',
    ',',
    '?',
    '-',
    '!',
    '*',
    '/',
    '%',
    '&&',
  ],
  ...[
    '\n',
    ' ',
    '"',
    '"a"',
    '"${',
    '${',
    '%{',
    '$',
    '$$',
    '~',
    '\\n',
    '\\u00e9',
    '<<EOT\n',
    '<<-EOT\n',
    'EOT\n',
    '#',
    '//',
    '/*',
    '*/',
    '...',
  ],
  ...[
    '1',
    '0',
    '007',
    '1.50',
    '1e3',
    '.5',
    '.*',
    '-1',
    '\t',
    '\r\n',
    '\u0000',
    '\ufeff',
    'é',
    'x = 1\n',
    'a {\n',
    '}\n',
    'a {}\n',
  ],
);

test('a text with a mistake in it is refused by both, or left to the library', async () => {
  let taken = 0;
  const broken = fc.record({ text: fc.constantFrom(...TEXTS), at: fc.nat(), cut: fc.nat(4), piece: PIECE });
  await fc.assert(
    fc.asyncProperty(broken, async ({ text, at, cut, piece }) => {
      const place = at % text.length;
      if (await expectAgreement(text.slice(0, place) + piece + text.slice(place + cut))) taken += 1;
    }),
    { numRuns: 1500 },
  );
  expect(taken).toBeGreaterThan(100);
});

test('whatever is put together of pieces', async () => {
  const text = fc.array(PIECE, { maxLength: 8 }).map((pieces) => `x = ${pieces.join('')}\n`);
  await fc.assert(
    fc.asyncProperty(text, async (text) => {
      await expectAgreement(text);
    }),
    { numRuns: 3000 },
  );
});

test.each([
  ['nested without end', `x = ${'['.repeat(100_000)}`],
  ['a string without end', `x = "${'a'.repeat(100_000)}`],
  ['spaces without end', `x = 1${' '.repeat(100_000)}`],
  ['a name twice', 'x = 1\nx = 2\n'],
  ['a key twice', 'x = { a = 1, a = 2 }\n'],
  ['a line end of Windows', 'x = 1\r\n'],
])('%s is left to the library', (_, text) => expect(readPlainHcl(text)).toBe(null));
