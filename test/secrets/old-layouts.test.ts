/** Files that sops 3.9.4 and 3.12.2 themselves made: we read them, and rewrite them as those versions would. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { emit } from '../../scripts/secrets/yaml/emit.ts';
import { changedLines, config, openText, SOPS, sealText, sops, valueOf, withoutChance } from './support.ts';

const CLEAR = `# above
text: hello
number: 42
list:
    - one
    - two
clear_unencrypted: stays
`;

function sealedBy(name: string): string {
  return readFileSync(new URL(`../fixtures/sealed/sops-${name}.yaml`, import.meta.url), 'utf8');
}

/** Of `-regex`. */
const REGEX = config(['encrypted_regex: ^(text|list)$', 'mac_only_encrypted: true']);

describe.each(['3.9.4', '3.12.2'])('of sops %s', (version) => {
  const old = sealedBy(version);
  const regex = sealedBy(`${version}-regex`);

  test('a file opens, and stays as it is', async () => {
    expect(emit(valueOf(await openText(old)))).toBe(CLEAR);
    expect(await sealText(CLEAR, { sopsConfig: config() }, old)).toBe(old);
    expect(await sealText(CLEAR, { sopsConfig: REGEX }, regex)).toBe(regex);
  });

  test('one value changed is three lines', async () => {
    const now = await sealText(CLEAR.replace('hello', 'bye'), { sopsConfig: config() }, old);
    expect(changedLines(old, now).map((line) => line.split(':')[0]?.trim())).toEqual(['text', 'lastmodified', 'mac']);
    expect(now.split('\n')).toHaveLength(old.split('\n').length);
  });

  test('a rule changed puts its keys where that sops puts them', async () => {
    const now = await sealText(CLEAR, { sopsConfig: REGEX }, old);
    expect(withoutChance(now)).toBe(withoutChance(regex));
    expect(withoutChance(await sealText(CLEAR, { sopsConfig: config() }, regex))).toBe(withoutChance(old));
  });

  test.skipIf(!SOPS)('the sops of today opens what was rewritten', async () => {
    const now = await sealText(CLEAR.replace('hello', 'bye'), { sopsConfig: REGEX }, old);
    expect(sops(['decrypt'], now)).toBe(CLEAR.replace('hello', 'bye'));
  });
});
