/** Inputs that are plain YAML are read without the library, and mean the same. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { YAML_VALUES } from '../../scripts/config/plain-values.ts';
import { readPlainYaml } from '../../scripts/config/plain-yaml.ts';
import { parseByLibrary, parseYaml } from '../../scripts/config/yaml.ts';
import { ROOT } from '../support/copy.ts';

/** Also where the first key stands: what was taken for plain must have places. */
function expectAgreement(text: string): boolean {
  const [ours, theirs] = [parseYaml({ path: 'a.yaml', bytes: Buffer.from(text) }), parseByLibrary('a.yaml', text)];
  expect(ours.ok && { ...ours.value, places: ours.value.places.value([]) }, text).toEqual(
    theirs.ok && { ...theirs.value, places: theirs.value.places.value([]) },
  );
  expect(ours.problems, text).toEqual(theirs.problems);
  return readPlainYaml(text, YAML_VALUES) !== null;
}

const FIXTURES = readdirSync(join(ROOT, 'test/fixtures'), { recursive: true, encoding: 'utf8' });
const INPUTS = FIXTURES.filter((path) => /(cluster|nodes)\.yaml$/.test(path)).map((path) => `test/fixtures/${path}`);

// What is no UTF-8 or too large comes as far as that alone.
const TEXTS = INPUTS.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')] as const).filter(
  ([, text]) => !text.includes('\ufffd') && text.length < 1e6,
);

test.each(TEXTS)('%s', (_, text) => {
  expectAgreement(text);
  expect(TEXTS.length).toBeGreaterThan(100);
});

const EXAMPLES = ['cluster.yaml.example', 'nodes.yaml.example'].map((path) => readFileSync(join(ROOT, path), 'utf8'));

test.each(EXAMPLES)('the examples are plain', (text) => expect(expectAgreement(text)).toBe(true));

const PIECE = fc.constantFrom(
  ...[
    'a: ',
    'b:',
    '- ',
    '  ',
    '\n',
    '\n  ',
    '\n- ',
    '[',
    ']',
    '{',
    '}',
    ',',
    '"',
    "'",
    '#',
    '&a ',
    '*a',
    '!!str ',
    '|',
  ],
  ...['1', '-0', '1.50', '01', '1e3', '0x1', 'null', 'true', 'yes', '~', '<<: ', '\t', '\r\n', '---', '...', '%', '\\'],
);

test('an example with a mistake in it', () => {
  const broken = fc.record({
    text: fc.constantFrom(...EXAMPLES),
    at: fc.nat(),
    cut: fc.nat(5),
    pieces: fc.array(PIECE, { maxLength: 3 }),
  });
  fc.assert(
    fc.property(broken, ({ text, at, cut, pieces }) => {
      const place = at % text.length;
      expectAgreement(text.slice(0, place) + pieces.join('') + text.slice(place + cut));
    }),
    { numRuns: 500 },
  );
});

test('a text that nests as deep as it may, and deeper', () => {
  for (const depth of [10, 40, 48, 49, 50, 51, 98, 99, 100, 101]) {
    expectAgreement(`a: ${'['.repeat(depth)}1${']'.repeat(depth)}\n`);
    expectAgreement(Array.from({ length: depth }, (_, column) => `${' '.repeat(column)}a:\n`).join(''));
  }
});
