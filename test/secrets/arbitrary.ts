/** Random trees for property tests: hostile strings and keys, every type, nested containers, comments. */
import fc from 'fast-check';
import {
  splitHead,
  type Comment,
  type Entry,
  type Mapping,
  type Scalar,
  type Tree,
  type Value,
} from '../../scripts/secrets/tree/tree.ts';
import { isSimpleKey } from '../../scripts/secrets/yaml/emit.ts';
import { floatText, readIntText } from '../../scripts/secrets/yaml/numbers.ts';

/** What has broken writers and readers of YAML, shells, templates or HCL. U+2028 and U+2029 are tested on their own. */
const ATOMS = [
  ...['a', 'Z', '0', '1', '.', '_', '-', '- ', '?', '? ', ':', ': ', '#', ' #', '"', "'", '\\', '/', '=', '~', '<<'],
  ...['{', '}', '[', ']', ',', '&', '*', '!', '|', '>', '%', '@', '`', '$', '${', '%{', '{{', '#{', '</'],
  ...[' ', '  ', '\n', '\n\n', '\t', '\r', '\r\n', '\0', '\x01', '\x1b', '\x7f', '\x85', '\xa0', '\u200b', '\u3000'],
  ...['é', 'e\u0301', 'ß', 'İ', '中', '\u{1F600}', '\ufeff', '\ufffd', '\ufffe', '\ue000', '---', '...', 'ENC['],
  ...['y', 'no', 'on', 'null', 'true', 'NaN', '.inf', '1e3', '0x1F', '0777', '12:30', '2020-01-02', 'x'.repeat(70)],
];

export const hostileString: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.array(fc.constantFrom(...ATOMS), { maxLength: 6 }).map((parts) => parts.join('')) },
  {
    weight: 1,
    arbitrary: fc.string({ unit: 'binary', maxLength: 12 }).map((text) => text.replace(/[\u2028\u2029]/g, '')),
  },
);

/** What sops itself loses; the guards refuse it. */
export function isLost(text: string): boolean {
  return text === '<<' || (/^[\t \n]/.test(text) && text.includes('\n'));
}

const str = hostileString.filter((text) => !isLost(text)).map((text): Scalar => ({ kind: 'str', text }));
const int = fc
  .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  .map((number): Scalar => ({ kind: 'int', text: String(number) }));
const float = fc.double().map((number): Scalar => ({ kind: 'float', text: floatText(number) }));
const other: fc.Arbitrary<Scalar> = fc.constantFrom<Scalar>(
  { kind: 'bool', text: 'True' },
  { kind: 'bool', text: 'False' },
  { kind: 'null', text: '' },
  { kind: 'time', text: '2020-01-02T03:04:05.5Z' },
);

/** Any scalar. A float in digits that read as an int would come back as one where it is not encrypted. */
const scalar: fc.Arbitrary<Scalar> = fc.oneof(
  { weight: 8, arbitrary: str },
  { weight: 1, arbitrary: int },
  { weight: 1, arbitrary: float.filter(({ text }) => readIntText(text) === null) },
  { weight: 1, arbitrary: other },
);

const key: fc.Arbitrary<string> = hostileString.filter((text) => !isLost(text) && text !== 'sops');

const comment = fc
  .string({ unit: 'grapheme-ascii', maxLength: 8 })
  .map((text): Comment => ({ kind: 'comment', text: ` ${text}`, inline: false }));

/** Some comments, most often none. */
const comments = fc.array(comment, { maxLength: 2 }).map((some) => (some.length > 1 ? some : []));

/** A comment at the head of what belongs to a list's dash or to a key of several lines is read as standing above that. */
function withoutHead(node: Value): Value {
  return splitHead(node)[1];
}

function mappingOf(value: fc.Arbitrary<Value>, ends: fc.Arbitrary<readonly Comment[]>): fc.Arbitrary<Mapping> {
  const entry = fc
    .tuple(key, value, comments)
    .map(([name, node, above]): readonly [string, readonly (Entry | Comment)[]] => [
      name,
      [...above, { kind: 'entry', key: name, value: isSimpleKey(name) ? node : withoutHead(node) }],
    ]);
  const entries = fc.uniqueArray(entry, { selector: ([name]) => name, minLength: 1, maxLength: 5 });
  return fc
    .tuple(entries, ends)
    .map(([all, end]) => ({ kind: 'mapping', items: [...all.flatMap(([, items]) => items), ...end] }));
}

function listOf(value: fc.Arbitrary<Value>, ends: fc.Arbitrary<readonly Comment[]>): fc.Arbitrary<Value> {
  const items = fc.array(fc.tuple(ends, value.map(withoutHead)), { maxLength: 4 });
  return items.map((all) => ({
    kind: 'list',
    items: all.flatMap(([above, item]): (Value | Comment)[] => [...above, item]),
  }));
}

/** @param ends comments in lists and behind the last key of a mapping, where sealing moves them */
function mappings(ends: fc.Arbitrary<readonly Comment[]>): fc.Arbitrary<Mapping> {
  const { value } = fc.letrec<{ value: Value; list: Value; mapping: Value }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 5, arbitrary: scalar },
      tie('list'),
      tie('mapping'),
    ),
    list: listOf(tie('value'), ends),
    mapping: mappingOf(tie('value'), ends),
  }));
  return mappingOf(value, ends);
}

/** One document, with comments only where every reader finds them again. */
export const mapping: fc.Arbitrary<Mapping> = mappings(fc.constant([]));

/** A file of one or two documents. */
export const tree: fc.Arbitrary<Tree> = fc.array(mapping, { minLength: 1, maxLength: 2 });

/** One document with comments everywhere. */
export const looseMapping: fc.Arbitrary<Mapping> = mappings(comments);
