/** The engine against the real sops, both ways, for every rule set and kinds of recipients. */
import { describe, expect, test } from 'vitest';
import { reveal } from '../../../scripts/config/secret.ts';
import { sameTree } from '../../../scripts/secrets/tree/tree.ts';
import { READERS, ruleSets, SELECTED, SELECTED_BY } from './rule-sets.ts';
import {
  ALICE,
  config,
  file,
  openText,
  sealText,
  SOPS,
  sops,
  sopsEncrypt,
  treeOf,
  valueOf,
  withoutChance,
} from '../support.ts';

const RULES = ruleSets(SELECTED_BY).map((lines) => [lines.join(', ') || 'nothing set', lines] as const);

describe.skipIf(!SOPS).each(READERS)('with the real sops, for %s', (_who, identities) => {
  const recipients = identities.map(({ recipient }) => recipient);
  const last = identities.slice(-1);
  const key = last.map(({ text }) => reveal(text)).join('');

  test.each(RULES)('%s', async (_rule, lines) => {
    const sopsConfig = config(lines, recipients);
    const ours = await sealText(SELECTED, { sopsConfig });
    const theirs = sopsEncrypt(SELECTED, sopsConfig);
    expect(withoutChance(ours)).toBe(withoutChance(theirs));
    expect(sops(['decrypt'], ours, { key })).toBe(SELECTED);
    expect(sameTree(valueOf(await openText(theirs, last)), treeOf(SELECTED))).toBe(true);
    expect(await sealText(SELECTED, { sopsConfig, identities: last }, theirs)).toBe(theirs);
  });
});

test.skipIf(!SOPS)('a threshold of key groups is written into a new file, as sops does', async () => {
  const sopsConfig = config(['shamir_threshold: 2']);
  const ours = await sealText(SELECTED, { sopsConfig });
  expect(withoutChance(ours)).toBe(withoutChance(sopsEncrypt(SELECTED, sopsConfig)));
  expect(ours).toContain('    shamir_threshold: 2\n');
});

test.skipIf(!SOPS)('another indentation, and a rule that merges another', async () => {
  const text = `common: &common\n  age: ${ALICE.recipient}\ncreation_rules:\n  - <<: *common\nstores: {yaml: {indent: 3}}\n`;
  const sopsConfig = file('.sops.yaml', text);
  const ours = await sealText(SELECTED, { sopsConfig });
  expect(withoutChance(ours)).toBe(withoutChance(sopsEncrypt(SELECTED, sopsConfig)));
});
