/** The same clear text, chance and time give the same bytes: those of a file that is kept, and that sops opens. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { age } from '../../scripts/system/age.ts';
import { SELECTED, SELECTED_BY } from './rules/rule-sets.ts';
import { ALICE, config, countedBytes, openText, SOPS, sealText, sops, treeOf, valueOf } from './support.ts';

const GOLDEN = fileURLToPath(new URL('../fixtures/sealed/golden.yaml', import.meta.url));

/** age has chance of its own: its block is taken from the kept file, where it holds the data key that counting gives. */
const counted = {
  ...age,
  wrap: async (recipient: string, dataKey: Uint8Array): Promise<string> => {
    const kept = /-----BEGIN[^]*?-----END AGE ENCRYPTED FILE-----\n/.exec(readFileSync(GOLDEN, 'utf8'))?.[0] ?? '';
    const armor = kept.replace(/^ +/gm, '');
    const held = await age.unwrap(armor, [ALICE]);
    return held !== null && Buffer.from(dataKey).equals(held) ? armor : age.wrap(recipient, dataKey);
  },
};

const set = {
  sopsConfig: config([`encrypted_regex: ${SELECTED_BY.encrypted_regex}`]),
  random: countedBytes(),
  age: counted,
};

test('a sealed file is what it was', async () => {
  const sealed = await sealText(SELECTED, set);
  await expect(sealed).toMatchFileSnapshot(GOLDEN);
  expect(valueOf(await openText(sealed))).toEqual(treeOf(SELECTED));
});

test.skipIf(!SOPS)('and sops opens it', () => {
  expect(sops(['decrypt'], readFileSync(GOLDEN, 'utf8'))).toBe(SELECTED);
});
