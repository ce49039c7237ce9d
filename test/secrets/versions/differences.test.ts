import fc from 'fast-check';
import { expect, test } from 'vitest';
import { differences } from '../../../scripts/secrets/versions/differences.ts';
import { tree } from '../arbitrary.ts';
import { treeOf } from '../support.ts';

test('names what was added, removed and changed, in the order of the file', () => {
  const old = '# why\na: 1\nb:\n    c: 2\n    gone: 3\nlist:\n    - 1\nempty: {}\n# end\n';
  const now =
    '# because\na: 1\nb:\n    c: "2"\n    d: 3\nlist:\n    - 1\n    - 2\nempty: {}\nnew:\n    deep: x\n    "x.y": 1\n# end\n';
  const lines = differences(treeOf(old), treeOf(now)).map(({ kind, what, name }) => `${kind} ${what} ${name}`);
  expect(lines).toEqual([
    'changed comments a',
    'changed value b.c',
    'removed value b.gone',
    'added value b.d',
    'changed value list',
    'added value new.deep',
    'added value new["x.y"]',
  ]);
});

test('tells comments above a mapping from those at its end, and documents apart', () => {
  const old = '# above\na:\n    b: 1\n    # end\n---\nx: 1\n';
  const now = '# above\na:\n    b: 1\n    # the end\n---\nx: 2\n';
  expect(differences(treeOf(old), treeOf(now))).toEqual([
    { kind: 'changed', what: 'comments', name: 'a' },
    { kind: 'changed', what: 'value', name: '[1].x' },
  ]);
});

test('there are none of a tree to itself, and the way back turns each around', () => {
  const back = { added: 'removed', removed: 'added', changed: 'changed' } as const;
  fc.assert(
    fc.property(tree, tree, (one, other) => {
      expect(differences(one, one)).toEqual([]);
      const turned = differences(other, one).map((found) => ({ ...found, kind: back[found.kind] }));
      expect(new Set(turned.map((found) => JSON.stringify(found)))).toEqual(
        new Set(differences(one, other).map((found) => JSON.stringify(found))),
      );
    }),
  );
});
