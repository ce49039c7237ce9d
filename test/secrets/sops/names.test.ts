import { expect, test } from 'vitest';
import { isCiphertext, namedLeaves } from '../../../scripts/secrets/sops/names.ts';
import { treeOf } from '../support.ts';

const namesIn = (text: string): readonly string[] => namedLeaves(treeOf(text)).map(({ name }) => name);

test('names scalars by their path, in the order of the file', () => {
  const text =
    '# note\na: 1\nb:\n    c: x\n    d: null\n# why\nl:\n    - p: 1\n    # in the list\n    - two\n"x.y": z\n';
  expect(namesIn(text)).toEqual(['a', 'b.c', 'b.d', 'l[0].p', 'l[1]', '["x.y"]']);
});

test('passes over what holds nothing', () => {
  expect(namesIn('a: {}\nb: []\nc: ""\n')).toEqual(['c']);
});

test('takes the first of two documents that have one name', () => {
  const leaves = namedLeaves(treeOf('a: one\n---\na: two\nb: three\n'));
  expect(leaves.map(({ name, leaf }) => [name, leaf.text])).toEqual([
    ['a', 'one'],
    ['b', 'three'],
  ]);
});

test('tells ciphertext from text', () => {
  const [sealed, clear] = namedLeaves(treeOf("a: 'ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]'\nb: 1\n"));
  expect([sealed, clear].map((named) => named && isCiphertext(named.leaf))).toEqual([true, false]);
});
