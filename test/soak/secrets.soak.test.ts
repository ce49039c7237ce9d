/** The engine against the real sops at length: 20,000 random trees, 200 in a file, so that 300 processes do. */
import { describe, expect, test } from 'vitest';
import { sameTree } from '../../scripts/secrets/tree.ts';
import { emit } from '../../scripts/secrets/yaml/emit.ts';
import { looseMapping } from '../secrets/arbitrary.ts';
import { bothWays, commentedText, commentsSurvive, forest, hostileMapping } from '../secrets/differential.ts';
import { sealText, SOPS, sops, treeOf } from '../secrets/support.ts';

/** Other numbers than the short test has. */
const seeds = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => 1000 + index);

describe.skipIf(!SOPS)('with the real sops', () => {
  test.each(seeds(100))('200 trees of seed %d, both ways', async (seed) => {
    expect.hasAssertions();
    await bothWays(forest(200, seed));
  });

  test.each(seeds(25))('comments everywhere, seed %d', async (seed) => {
    expect.hasAssertions();
    await commentsSurvive(commentedText(100, seed));
    await commentsSurvive(emit(forest(200, seed, looseMapping)));
  });

  test.each(seeds(20))('1,000 hostile strings of seed %d', async (seed) => {
    const { tree, record } = hostileMapping(1000, seed);
    const sealed = await sealText(emit(tree));
    expect(JSON.parse(sops(['decrypt', '--output-type', 'json'], sealed))).toEqual(record);
    expect(sameTree(treeOf(sops(['decrypt'], sealed)), tree)).toBe(true);
  });
});
