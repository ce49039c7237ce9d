/** What the short and the long differential tests share: many trees in one file, so that few processes start. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { stringify, type ToStringOptions } from 'yaml';
import { entriesOf, sameTree, valuesOf, type Entry, type Tree, type Value } from '../../scripts/secrets/tree/tree.ts';
import { emit } from '../../scripts/secrets/yaml/emit.ts';
import { plainScalar } from '../../scripts/secrets/yaml/resolve.ts';
import { hostileString, isLost, mapping } from './arbitrary.ts';
import { config, openText, sealText, sops, sopsEncrypt, treeOf, valueOf, withoutChance } from './support.ts';

/** One document with a random tree under each of its keys. @param seed the same gives the same trees */
export function forest(trees: number, seed: number, kind: fc.Arbitrary<Value> = mapping): Tree {
  const values = fc.sample(kind, { numRuns: trees, seed });
  return [documentOf(values.map((value, index): [string, Value] => [`tree${index}`, value]))];
}

function documentOf(entries: readonly (readonly [string, Value])[]): Tree[number] {
  return { kind: 'mapping', items: entries.map(([key, value]): Entry => ({ kind: 'entry', key, value })) };
}

/**
 * sops prints what we seal as we would, and we open what sops encrypts; the encrypted texts differ by chance alone.
 * @param rule lines of the rule in `.sops.yaml`
 */
export async function bothWays(tree: Tree, rule: readonly string[]): Promise<void> {
  const sopsConfig = config(rule);
  const text = emit(tree);
  const ours = await sealText(text, { sopsConfig });
  expect(sops(['decrypt'], ours)).toBe(text);
  const theirs = sopsEncrypt(text, sopsConfig);
  expect(withoutChance(ours)).toBe(withoutChance(theirs));
  expect(sameTree(valueOf(await openText(theirs)), tree)).toBe(true);
  expect(await sealText(text, { sopsConfig }, theirs)).toBe(theirs);
}

/** Ways to write the same YAML that neither sops nor we ever do, but people and other programs. */
export const STYLES: readonly (readonly [how: string, style: ToStringOptions])[] = [
  ['in brackets', { collectionStyle: 'flow', singleQuote: true, defaultStringType: 'QUOTE_SINGLE' }],
  [
    'in brackets and double quotes',
    { collectionStyle: 'flow', defaultStringType: 'QUOTE_DOUBLE', flowCollectionPadding: false },
  ],
  ['folded without quotes', { lineWidth: 20 }],
  ['in single quotes', { singleQuote: true, defaultStringType: 'QUOTE_SINGLE', lineWidth: 30 }],
  ['in double quotes, folded', { defaultStringType: 'QUOTE_DOUBLE', lineWidth: 30, doubleQuotedMinMultiLineLength: 1 }],
  ['in folded blocks', { defaultStringType: 'BLOCK_FOLDED', lineWidth: 20 }],
  ['in literal blocks', { defaultStringType: 'BLOCK_LITERAL', indent: 3 }],
  ['with lists at the column of their key', { indentSeq: false, indent: 5 }],
];

/** Whatever the style of a text, sops and we read the same. */
export async function readAlike(tree: Tree, style: ToStringOptions): Promise<void> {
  const [document] = tree.map(plain);
  const text = stringify(document, { defaultKeyType: 'QUOTE_DOUBLE', ...style });
  const ours = await sealText(text, { sopsConfig: config() });
  expect(withoutChance(ours)).toBe(withoutChance(sopsEncrypt(text, config())));
  expect(sameTree(treeOf(sops(['decrypt'], ours)), treeOf(text))).toBe(true);
}

/** For the `yaml` package. Floats and times as text: it writes them in forms of its own. */
function plain(value: Value): unknown {
  if (value.kind === 'mapping') {
    return new Map(
      entriesOf(value).map(({ key, value: inner }) => [printable(key).replace(/\n/g, '.').slice(0, 40), plain(inner)]),
    );
  }
  if (value.kind === 'list') return valuesOf(value).map(plain);
  if (value.kind === 'null') return null;
  if (value.kind === 'bool') return value.text === 'True';
  return value.kind === 'int' ? BigInt(value.text) : printable(value.text);
}

/** Without what go-yaml does not read from other writers: control characters, line breaks of YAML 1.1, tabs at some places. */
function printable(text: string): string {
  return text.replace(/[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/gu, '.');
}

/** Parts of what may be a number, a time, a truth, or nearly one. */
const SCALAR_PARTS = [
  ...'01234567890123456789__..--++eExXoObBTtZ:afn',
  ...[
    '0x',
    '0o',
    '0b',
    '.inf',
    '.nan',
    'true',
    'null',
    '~',
    '2020-01-02',
    '2020-1-2T',
    '03:04:05',
    ' 3:4:5',
    '+05:30',
    '-24:00',
  ],
  ...['+05:60', '.5', ',5', 'Infinity', 'NaN', 'p3', '1e999', '9223372036854775807', '18446744073709551616'],
];

/** What stands without quotes is the same to sops and to us: of one type, with one text. */
export async function scalarsAlike(count: number, seed: number): Promise<void> {
  const word = fc
    .array(fc.constantFrom(...SCALAR_PARTS), { minLength: 1, maxLength: 9 })
    .map((parts) => parts.join(''));
  const isOne = (text: string): boolean =>
    plainScalar(text) !== 'too-big' && !/^[-?:](\s|$)|:$|: |^[ ,]| $|^---/.test(text);
  const words = fc.sample(word.filter(isOne), { numRuns: count, seed });
  const text = words.map((scalar, index) => `k${index}: ${scalar}\n`).join('');
  const [ours, theirs] = [await sealText(text, { sopsConfig: config() }), sopsEncrypt(text, config())];
  expect(withoutChance(ours)).toBe(withoutChance(theirs));
  expect(sops(['decrypt'], ours)).toBe(sops(['decrypt'], theirs));
}

/** sops finds every comment of ours again: it prints what we open. */
export async function commentsSurvive(text: string): Promise<void> {
  const sealed = await sealText(text);
  const opened = valueOf(await openText(sealed));
  expect(sops(['decrypt'], sealed)).toBe(emit(withoutInline(opened)));
  expect(commentsIn(emit(opened))).toBe(commentsIn(text));
}

/** sops puts a comment that it decrypts on a line of its own. */
function withoutInline(tree: Tree): Tree {
  return JSON.parse(JSON.stringify(tree).replaceAll('"inline":true', '"inline":false')) as Tree;
}

function commentsIn(text: string): number {
  return treeText(text).split('"kind":"comment"').length;
}

function treeText(text: string): string {
  return JSON.stringify(treeOf(text));
}

/** Hostile strings under harmless keys, as our sealed files hold them; the last has 70,000 characters. */
export function hostileMapping(
  strings: number,
  seed: number,
): { readonly tree: Tree; readonly record: Record<string, string> } {
  const usual = hostileString.filter((text) => !(isLost(text) && (text === '<<' || text.startsWith('\t'))));
  const texts = [...fc.sample(usual, { numRuns: strings - 1, seed }), 'ä"${\n'.repeat(14_000)];
  const entries = texts.map((text, index): [string, string] => [`KEY_${index}`, text]);
  const values = entries.map(([key, text]): [string, Value] => [key, { kind: 'str', text }]);
  return { tree: [documentOf(values)], record: Object.fromEntries(entries) };
}

/** YAML with a comment wherever one may stand, each with a number of its own. */
export function commentedText(blocks: number, seed: number): string {
  const draw = fc.sample(fc.nat(), { numRuns: blocks * 40, seed })[Symbol.iterator]();
  const below = (limit: number): number => (draw.next().value ?? 0) % limit;
  let count = 0;
  const comment = (): string => `# c${(count += 1)}`;
  const above = (column: number): string => (below(2) === 0 ? `${' '.repeat(column)}${comment()}\n` : '');
  const beside = (): string => (below(3) === 0 ? ` ${comment()}` : '');
  const mappingText = (column: number, depth: number): string =>
    Array.from({ length: 1 + below(2) }, () => above(column) + entryText(column, depth)).join('') + above(column);
  const entryText = (column: number, depth: number): string => {
    const head = `${' '.repeat(column)}k${(count += 1)}:`;
    const kind = depth > 2 ? 0 : below(3);
    if (kind === 0) return `${head} x${beside()}\n`;
    return `${head}${beside()}\n${kind === 1 ? mappingText(column + 4, depth + 1) : listText(column + 4, depth + 1)}`;
  };
  const listText = (column: number, depth: number): string =>
    Array.from({ length: 1 + below(3) }, () => {
      const item =
        below(2) === 0 ? `y${beside()}\n` : mappingText(column + 2, depth + 1).replace(/^(?: *#.*\n)* +/, '');
      return `${above(column)}${' '.repeat(column)}- ${item}`;
    }).join('') + above(column);
  return Array.from({ length: blocks }, () => above(0) + entryText(0, 0)).join('');
}
