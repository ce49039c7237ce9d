/** The reader of plain YAML beside the library: the same tree, each part of it at the same place, or none. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emit } from '../../../scripts/secrets/yaml/emit.ts';
import { readPlain } from '../../../scripts/secrets/yaml/plain.ts';
import { readByLibrary, type Reading } from '../../../scripts/secrets/yaml/read.ts';
import { isComment, type Entry, type Value } from '../../../scripts/secrets/tree/tree.ts';
import { ROOT } from '../../support/copy.ts';
import { mapping } from '../arbitrary.ts';

function partsOf(node: Entry | Value): readonly (Entry | Value)[] {
  if (node.kind === 'entry') return [node, ...partsOf(node.value)];
  return 'items' in node ? [node, ...node.items.flatMap((item) => (isComment(item) ? [] : partsOf(item)))] : [node];
}

const placesOf = ({ tree, at }: Pick<Reading, 'tree' | 'at'>) => tree.flatMap(partsOf).map(at);

function expectAgreement(text: string): boolean {
  const ours = readPlain('a.yaml', text);
  if (ours === null) return false;
  const theirs = readByLibrary('a.yaml', text);
  if (!theirs.ok) throw new Error(`${JSON.stringify(theirs.problems)}\n${text}`);
  expect(theirs.problems, text).toEqual([]);
  expect(ours.tree, text).toEqual(theirs.value.tree);
  expect(placesOf(ours), text).toEqual(placesOf(theirs.value));
  return true;
}

const FOLDERS = ['test/fixtures', 'test/golden'];
const FILES = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.ya?ml$/.test(path))
    .map((path) => join(folder, path)),
);

test.each(FILES)('%s: says the same, or is left to the library', (path) => {
  expectAgreement(readFileSync(join(ROOT, path), 'utf8').replaceAll(/#.*/g, ''));
});

const SEALED = `# as nigari and sops write it
a_key: ENC[AES256_GCM,data:6zEiYk+/=,iv:Os+je5KF=,tag:Q6tcU15BQ+N4+LldfnFZ3g==,type:str]
list:
    - ENC[AES256_GCM,data:6zE=,iv:Os=,tag:Q6==,type:int]
    - a: null
      b: []
    - - 'x'
sops:
    age:
        - enc: |
            -----BEGIN AGE ENCRYPTED FILE-----
            YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBWZUo0NWh0emI5SXVGSkgz
            -----END AGE ENCRYPTED FILE-----
          recipient: age10j6cchkxf9symuhy3r3lp8k7t6rwqm8lt9vaxuddx6m4307fq3wqsvep7y
    lastmodified: "2026-11-28T12:22:20Z"
    mac_only_encrypted: true
    shamir_threshold: 1
    version: 3.13.3
`
  .replace(/#.*\n/, '')
  .replace(/ +- - 'x'\n/, '');

test('a sealed file needs no library', () => expect(expectAgreement(SEALED)).toBe(true));

test('trees of every kind, as they are written', () => {
  let taken = 0;
  fc.assert(
    fc.property(mapping, (root) => {
      if (root.kind === 'mapping' && expectAgreement(emit([root]))) taken += 1;
    }),
    { numRuns: 2000 },
  );
  expect(taken).toBeGreaterThan(10);
});

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
  ],
  ...['[', ']', '{', '}', ',', ', ', '"', "'", '"c"', "'d'", '&f ', '*f', '!!str ', '|', '|\n  ', '|-\n    ', '>', '?'],
  ...['1', '-1', '1.50', '01', '1e3', '.5', '0x1', '1_0', '12:30', '2020-01-02', 'null', 'true', '~', 'yes', '<<', '='],
);

describe('what is put together of pieces', () => {
  test.each([
    ['alone', 0],
    ['within a sealed file', SEALED.length],
  ])('%s', (_, length) => {
    let taken = 0;
    const parts = fc.record({ at: fc.nat(length), cut: fc.nat(4), pieces: fc.array(PIECE, { maxLength: 8 }) });
    fc.assert(
      fc.property(parts, ({ at, cut, pieces }) => {
        const text = SEALED.slice(0, length);
        if (expectAgreement(`${text.slice(0, at)}${pieces.join('')}${text.slice(at + cut)}\n`)) taken += 1;
      }),
      { numRuns: 4000 },
    );
    expect(taken).toBeGreaterThan(40);
  });
});
