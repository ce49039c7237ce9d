import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differences } from '../../../scripts/secrets/versions/differences.ts';
import { mergeTrees, type Choose } from '../../../scripts/secrets/versions/three-way.ts';
import { sameTree, type Entry, type Mapping, type Scalar, type Tree } from '../../../scripts/secrets/tree/tree.ts';
import { emit } from '../../../scripts/secrets/yaml/emit.ts';
import { looseMapping, tree } from '../arbitrary.ts';
import { treeOf } from '../support.ts';

const anyTree: fc.Arbitrary<Tree> = fc.oneof(tree, fc.array(looseMapping, { minLength: 1, maxLength: 2 }));

/** A tree, and one that is like it in parts: what a person makes of a file. */
const related = fc
  .tuple(looseMapping, looseMapping, fc.infiniteStream(fc.nat(3)))
  .map(([one, other, dice]): readonly [Tree, Tree] => [[one], [blend(one, other, dice)]]);

/** Keys of one kept, dropped, given the value of another; keys of the other added. */
function blend(one: Mapping, other: Mapping, dice: Iterator<number>): Mapping {
  const roll = (): number => dice.next().value as number;
  const items = one.items.flatMap((item, index): Mapping['items'] => {
    const what = roll();
    const spare = other.items[index % Math.max(other.items.length, 1)];
    if (what === 0) return [];
    if (what === 1 && item.kind === 'entry' && spare?.kind === 'entry') return [{ ...item, value: spare.value }];
    if (what === 2 && item.kind === 'entry' && item.value.kind === 'mapping')
      return [{ ...item, value: blend(item.value, other, dice) }];
    return [item];
  });
  const known = new Set(one.items.flatMap((item) => (item.kind === 'entry' ? [item.key] : [])));
  const added = other.items.filter((item) => item.kind === 'entry' && !known.has(item.key) && roll() > 1);
  return { kind: 'mapping', items: [...items, ...added] };
}

function expectSame(one: Tree, other: Tree): void {
  expect(sameTree(one, other), `${emit(one)}\n=====\n${emit(other)}`).toBe(true);
}

const THEIRS: Choose = () => 'theirs';

describe('the laws of a merge, for any trees', () => {
  test('what one side alone made of it is taken whole, and neither side needs to have done anything', () => {
    fc.assert(
      fc.property(fc.oneof(related, fc.tuple(anyTree, anyTree)), ([base, changed]) => {
        for (const versions of [
          { base, ours: changed, theirs: base },
          { base, ours: base, theirs: changed },
          { base, ours: changed, theirs: changed },
        ]) {
          const { tree: merged, conflicts } = mergeTrees(versions);
          expect(conflicts).toEqual([]);
          expectSame(merged, changed);
        }
      }),
    );
  });

  test('whoever settles every conflict leaves none, and without conflicts the choice does not matter', () => {
    fc.assert(
      fc.property(related, related, ([base, ours], [, theirs]) => {
        const open = mergeTrees({ base, ours, theirs });
        const settled = mergeTrees({ base, ours, theirs }, THEIRS);
        expect(settled.conflicts).toEqual([]);
        expect(sameTree(open.tree, settled.tree) || open.conflicts.length > 0).toBe(true);
      }),
    );
  });

  test('nothing comes out that neither side has made', () => {
    fc.assert(
      fc.property(related, related, ([base, ours], [, theirs]) => {
        const { tree: merged } = mergeTrees({ base, ours, theirs });
        const made = [...differences(base, ours), ...differences(base, theirs)].map(({ name }) => name);
        const left = differences(base, merged).filter(({ what, name }) => what === 'value' && !made.includes(name));
        expect(left).toEqual([]);
      }),
    );
  });

  test('who sees the other as theirs has the same conflicts, and without them the same values', () => {
    fc.assert(
      fc.property(related, related, ([base, ours], [, theirs]) => {
        const here = mergeTrees({ base, ours, theirs });
        const there = mergeTrees({ base, ours: theirs, theirs: ours });
        const swapped = there.conflicts.map(({ name, ours, theirs }) => ({ name, ours: theirs, theirs: ours }));
        const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
        expect(swapped.toSorted(byName)).toEqual(here.conflicts.toSorted(byName));
        const values = differences(here.tree, there.tree).filter(({ what }) => what === 'value');
        expect(here.conflicts.length > 0 || values.length === 0).toBe(true);
      }),
    );
  });
});

test('edits of different keys commute, whatever is between them', () => {
  const edits = fc.dictionary(fc.stringMatching(/^[a-h]$/), fc.option(fc.stringMatching(/^[x-z]$/)), { maxKeys: 8 });
  fc.assert(
    fc.property(edits, edits, edits, (start, one, two) => {
      const base = [applied({ kind: 'mapping', items: [] }, start)];
      const others = Object.fromEntries(Object.entries(two).filter(([key]) => !(key in one)));
      const versions = { base, ours: [applied(base[0]!, one)], theirs: [applied(base[0]!, others)] };
      const { tree: merged, conflicts } = mergeTrees(versions);
      expect(conflicts).toEqual([]);
      expect(differences(merged, [applied(versions.ours[0]!, others)])).toEqual([]);
    }),
  );
});

/** A mapping with each of these keys set, or gone where there is no value. */
function applied(mapping: Mapping, edits: Readonly<Record<string, string | null>>): Mapping {
  const kept = mapping.items.filter((item) => item.kind !== 'entry' || !(item.key in edits));
  const set = Object.entries(edits).flatMap(([key, text]): readonly Entry[] =>
    text === null ? [] : [{ kind: 'entry', key, value: { kind: 'str', text } satisfies Scalar }],
  );
  return { kind: 'mapping', items: [...kept, ...set] };
}

const BASE = '# top\na: 1\nb:\n    c: 2\n    d: 3\nlist:\n    - x\n';

test.each([
  ['different keys', 'a: 1', 'a: 9', '    d: 3', '    d: 4', BASE.replace('a: 1', 'a: 9').replace('d: 3', 'd: 4')],
  [
    'a key added and one removed',
    'a: 1\n',
    'a: 1\nnew: 5\n',
    '    c: 2\n',
    '',
    BASE.replace('a: 1\n', 'a: 1\nnew: 5\n').replace('    c: 2\n', ''),
  ],
  [
    'a comment and its value',
    '# top',
    '# head',
    'a: 1',
    'a: 2',
    BASE.replace('# top', '# head').replace('a: 1', 'a: 2'),
  ],
  ['comments of one place', '# top', '# top\n# ours', '# top', '# theirs', BASE.replace('# top', '# ours\n# theirs')],
])('merges %s', (_, here, ours, there, theirs, expected) => {
  const versions = {
    base: treeOf(BASE),
    ours: treeOf(BASE.replace(here, ours)),
    theirs: treeOf(BASE.replace(there, theirs)),
  };
  const { tree: merged, conflicts } = mergeTrees(versions);
  expect(conflicts).toEqual([]);
  expect(emit(merged)).toBe(expected);
});

test.each([
  [
    'one value',
    BASE.replace('c: 2', 'c: 7'),
    BASE.replace('c: 2', 'c: 8'),
    { name: 'b.c', ours: 'changed', theirs: 'changed' },
  ],
  [
    'a list',
    BASE.replace('- x', '- y'),
    BASE.replace('- x', '- x\n    - z'),
    { name: 'list', ours: 'changed', theirs: 'changed' },
  ],
  [
    'a value that is gone here',
    BASE.replace('    d: 3\n', ''),
    BASE.replace('d: 3', 'd: 4'),
    { name: 'b.d', ours: 'removed', theirs: 'changed' },
  ],
  [
    'a value that is gone there',
    BASE.replace('    d: 3\n', '    d: 4\n'),
    BASE.replace('    d: 3\n', ''),
    { name: 'b.d', ours: 'changed', theirs: 'removed' },
  ],
  ['a new key', `${BASE}n: 1\n`, `${BASE}n: 2\n`, { name: 'n', ours: 'changed', theirs: 'changed' }],
  [
    'a mapping that became a text',
    BASE.replace('c: 2', 'c: 5'),
    BASE.replace(/b:\n.*\n.*\n/, 'b: x\n'),
    { name: 'b', ours: 'changed', theirs: 'changed' },
  ],
  ['documents', `${BASE}---\nm: 1\n`, BASE.replace('a: 1', 'a: 2'), { name: '', ours: 'changed', theirs: 'changed' }],
])('tells of %s that both changed, keeps ours, and takes theirs where told', (_, ours, theirs, conflict) => {
  const versions = { base: treeOf(BASE), ours: treeOf(ours), theirs: treeOf(theirs) };
  const open = mergeTrees(versions);
  expect(open.conflicts).toEqual([conflict]);
  expectSame(open.tree, versions.ours);
  const settled = mergeTrees(versions, (name) => (name === conflict.name ? 'theirs' : null));
  expect(settled.conflicts).toEqual([]);
  expectSame(settled.tree, versions.theirs);
});

test('a file that both sides made has the keys of both', () => {
  const { tree: merged, conflicts } = mergeTrees({
    base: [],
    ours: treeOf('a: 1\nb: 2\n'),
    theirs: treeOf('z: 0\na: 1\nc: 3\n'),
  });
  expect(conflicts).toEqual([]);
  expect(emit(merged)).toBe('z: 0\na: 1\nc: 3\nb: 2\n');
});

test('documents are merged one by one, and named', () => {
  const base = 'a: 1\n---\na: 1\n';
  const versions = { base: treeOf(base), ours: treeOf('a: 2\n---\na: 2\n'), theirs: treeOf('a: 1\n---\na: 3\n') };
  const { tree: merged, conflicts } = mergeTrees(versions);
  expect(conflicts.map(({ name }) => name)).toEqual(['[1].a']);
  expect(emit(merged)).toBe('a: 2\n---\na: 2\n');
});

test('many thousand keys that each side added take no longer than they must', () => {
  const many = (prefix: string): Tree =>
    treeOf(Array.from({ length: 20_000 }, (_, index) => `${prefix}${index}: x\n`).join(''));
  const { tree: merged } = mergeTrees({ base: [], ours: many('a'), theirs: many('b') });
  expect(merged[0]?.items).toHaveLength(40_000);
});
