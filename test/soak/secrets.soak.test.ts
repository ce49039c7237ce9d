/** The engine against the real sops at length: 22,400 random trees, 200 in a file, under fourteen rule sets. */
import { describe, expect, test } from 'vitest';
import { sameTree } from '../../scripts/secrets/tree/tree.ts';
import { emit } from '../../scripts/secrets/yaml/emit.ts';
import { looseMapping } from '../secrets/arbitrary.ts';
import {
  bothWays,
  commentedText,
  commentsSurvive,
  forest,
  hostileMapping,
  readAlike,
  scalarsAlike,
  STYLES,
} from '../secrets/differential.ts';
import { ruleSets, TREES_SELECTED_BY } from '../secrets/rules/rule-sets.ts';
import { sealText, SOPS, sops, treeOf } from '../secrets/support.ts';

const RULE_SETS = ruleSets(TREES_SELECTED_BY);

/** Other numbers than the short test has. */
const seeds = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => 1000 + index);

/** Each file has trees and a rule of its own: every rule set eight times. */
const FILES = seeds(112).map((seed, index) => {
  const lines = RULE_SETS[index % RULE_SETS.length] ?? [];
  return [seed, lines.join(', ') || 'nothing set', lines] as const;
});

describe.skipIf(!SOPS)('with the real sops', () => {
  test.each(FILES)('200 trees of seed %d under %s, both ways', async (seed, _name, rule) => {
    expect.hasAssertions();
    await bothWays(forest(200, seed), rule);
  });

  describe.each(STYLES)('YAML that is written %s', (_how, style) => {
    test.each(seeds(10))('reads alike, 200 trees of seed %d', async (seed) => {
      expect.hasAssertions();
      await readAlike(forest(200, seed), style);
    });
  });

  test.each(seeds(10))('10,000 scalars without quotes are the same to sops, seed %d', async (seed) => {
    expect.hasAssertions();
    await scalarsAlike(10_000, seed);
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
