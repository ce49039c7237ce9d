import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amend } from '../../scripts/secrets/amend.ts';
import { findLeaf, namedLeaves } from '../../scripts/secrets/sops/names.ts';
import { sameTree } from '../../scripts/secrets/tree/tree.ts';
import { emit } from '../../scripts/secrets/yaml/emit.ts';
import { tree } from './arbitrary.ts';
import { codes, treeOf, valueOf } from './support.ts';

const after = (text: string, name: string, value: string): string =>
  emit(valueOf(amend(text === '' ? [] : treeOf(text), name, value)).tree);

describe('amend', () => {
  test.each([
    ['a value', 'a: one # why\nb: two\n', 'a', 'a: new # why\nb: two\n'],
    ['a number', 'a: 1\n', 'a', 'a: new\n'],
    ['null', 'a: null\n', 'a', 'a: new\n'],
    ['a value of a mapping', 'a:\n    b: one\n', 'a.b', 'a:\n    b: new\n'],
    ['an item of a list', 'a:\n    - one\n    - b: two\n', 'a[1].b', 'a:\n    - one\n    - b: new\n'],
    ['a key that is no word', '"a/b.c": one\n', 'a/b.c', 'a/b.c: new\n'],
    ['the second document', 'a: one\n---\nb: two\n', 'b', 'a: one\n---\nb: new\n'],
    ['a new key, before the comments at the end', 'a: one\n# end\n', 'b', 'a: one\nb: new\n# end\n'],
    ['new keys that lead to it', 'a: one\n', 'b.c.d', 'a: one\nb:\n    c:\n        d: new\n'],
    ['a new key of a mapping', 'a:\n    b: one\nc: two\n', 'a.d', 'a:\n    b: one\n    d: new\nc: two\n'],
    ['a new key below null', 'a: null\n', 'a.b', 'a:\n    b: new\n'],
    [
      'a new key where the mapping is, in the second document',
      'x: 1\n---\na:\n    b: 1\n',
      'a.c',
      'x: 1\n---\na:\n    b: 1\n    c: new\n',
    ],
    ['the first key of all', '', 'a.b', 'a:\n    b: new\n'],
  ])('sets %s', (_, text, name, wanted) => {
    expect(after(text, name, 'new')).toBe(wanted);
  });

  test.each([
    ['a: one\n', 'a', 'one'],
    ['a: 5\n', 'a', '5'],
    ['a: true\n', 'a', 'true'],
  ])('%j says %s = %s already', (text, name, value) => {
    expect(valueOf(amend(treeOf(text), name, value)).added).toBeNull();
  });

  test('a null is not the text null', () => {
    expect(after('a: null\n', 'a', 'null')).toBe('a: "null"\n');
  });

  test.each([
    ['a:\n    b: one\n', 'a', 'secret-not-a-value'],
    ['a:\n    - one\n', 'a', 'secret-not-a-value'],
    ['a:\n    - one\n', 'a[1]', 'secret-not-a-value'],
    ['a:\n    - one\n', 'a.b', 'secret-not-a-value'],
    ['a: one\n', 'a.b.c', 'secret-not-a-value'],
    ['a: {}\n', 'a', 'secret-not-a-value'],
    ['a: one\n', '', 'bad-secret-name'],
    ['a: one\n', 'b["\\u0007"]', 'bad-secret-name'],
    ['a: one\n', 'b[""]', 'bad-secret-name'],
    ['a: one\n', 'sops.mac', 'reserved-key'],
  ])('%j refuses %s', (text, name, code) => {
    expect(codes(amend(treeOf(text), name, 'new').problems)).toEqual([code]);
  });

  test('changes no other value', () => {
    const others = (of: Parameters<typeof namedLeaves>[0], name: string) =>
      namedLeaves(of).filter((leaf) => leaf.name !== name);
    fc.assert(
      fc.property(tree, fc.nat(), fc.string({ unit: 'grapheme', minLength: 1 }), (before, at, text) => {
        const leaves = namedLeaves(before);
        const name = leaves[at % Math.max(leaves.length, 1)]?.name ?? 'new';
        const amended = amend(before, name, text);
        fc.pre(amended.ok);
        expect(findLeaf(amended.value.tree, name)?.leaf.text).toBe(text);
        expect(others(amended.value.tree, name)).toEqual(others(before, name));
        expect(amended.value.added !== null || sameTree(amended.value.tree, before)).toBe(true);
      }),
    );
  });
});
