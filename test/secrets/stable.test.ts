/** For any file: what changed changes its line and the two of the metadata; all other lines stay, and no IV meets a second text. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sameTree, type Mapping, type Scalar, type Tree } from '../../scripts/secrets/tree/tree.ts';
import { mapLeaves } from '../../scripts/secrets/tree/walk.ts';
import { emit } from '../../scripts/secrets/yaml/emit.ts';
import { mapping } from './arbitrary.ts';
import { openText, sealText, valueOf } from './support.ts';

const TIMES = ['2026-02-01T00:00:00Z', '2026-02-02T00:00:00Z'];

/** A tree with the leaf of that number, counted round and round, put another one in its place. */
function withLeaf(tree: Tree, number: number, other: Scalar): Tree {
  let count = 0;
  mapLeaves(tree, (leaf) => {
    if (leaf.kind !== 'comment') count += 1;
    return leaf;
  });
  let at = 0;
  return mapLeaves(tree, (leaf) => {
    if (leaf.kind === 'comment') return leaf;
    at += 1;
    return at - 1 === number % count ? other : leaf;
  });
}

function hasLeaf(document: Mapping): boolean {
  let has = false;
  mapLeaves([document], (leaf) => {
    has ||= leaf.kind !== 'comment';
    return leaf;
  });
  return has;
}

test('one value changed, and changed again', async () => {
  const ivs = new Map<string, string>();
  const changes = async (document: Mapping, number: number) => {
    let old = await sealText(emit([document]));
    for (const [index, time] of TIMES.entries()) {
      const tree = withLeaf([document], number, { kind: 'str', text: `changed ${index}` });
      const now = await sealText(emit(tree), { now: () => new Date(time) }, old);
      const [before, after] = [old.split('\n'), now.split('\n')];
      expect(after).toHaveLength(before.length);
      expect(after.filter((line, at) => line !== before[at])).toHaveLength(3);
      expect(sameTree(valueOf(await openText(now)), tree)).toBe(true);
      const pairs = [...now.matchAll(/data:([^,]+),iv:([^,]+),/g)].map(([, data = '', iv = '']) => [iv, data] as const);
      expect(pairs.filter(([iv, data]) => (ivs.get(iv) ?? data) !== data)).toEqual([]);
      for (const [iv, data] of pairs) ivs.set(iv, data);
      old = now;
    }
  };
  await fc.assert(fc.asyncProperty(mapping.filter(hasLeaf), fc.nat(), changes), { numRuns: 30 });
});
