import { describe, expect, test } from 'vitest';
import { secret } from '../../scripts/config/secret.ts';
import { renderedInstance } from '../../scripts/tofu/rendered-instance.ts';
import {
  CLEAR,
  formsBy,
  formsWithout,
  isEncrypted,
  isOfTemplates,
  stateEncryption,
  stepsBetween,
  type Form,
} from '../../scripts/tofu/state-encryption.ts';
import { parseBack } from '../../scripts/render/parse-back.ts';
import { renderScenario } from '../support/render.ts';

const [OLD, NEW] = ['the old passphrase', 'the new passphrase'].map((text) => secret(text)) as [never, never];
const wanted: Form = { name: 'main', passphrase: NEW };
const read = (...forms: Parameters<typeof stateEncryption>): unknown =>
  JSON.parse(stateEncryption(...forms).TF_ENCRYPTION);

describe('from one form to another', () => {
  const forms = [CLEAR, ...formsBy(OLD), { name: 'next', passphrase: NEW } as const];
  const targets = [CLEAR, wanted];

  test('each step reads what the one before it wrote, and the last writes what is wanted', () => {
    for (const now of forms)
      for (const target of targets) {
        const steps = stepsBetween(now, target);
        expect([steps[0]?.[0], steps.at(-1)?.[1]]).toEqual([now, target]);
        for (const [index, [from]] of steps.entries()) expect(index === 0 || from === steps[index - 1]?.[1]).toBe(true);
      }
  });

  test('no step reads and writes under one name: OpenTofu could not tell the keys apart', () => {
    const steps = forms.flatMap((now) => targets.flatMap((target) => stepsBetween(now, target)));
    expect(steps.filter(([from, to]) => from.name === to.name && from !== to)).toEqual([]);
  });

  test('in clear it is only at the ends', () => {
    const [first, second] = stepsBetween({ name: 'main', passphrase: OLD }, wanted);
    expect([first?.[1].name, second?.[0].name]).toEqual(['next', 'next']);
  });

  test('what needs no old passphrase is tried first', () => {
    expect(formsWithout(wanted).map(({ name }) => name)).toEqual(['clear', 'next']);
    expect(formsWithout(CLEAR)).toEqual([]);
  });
});

describe('what OpenTofu is told', () => {
  test('a fallback to read, a method to write', () => {
    expect(read(CLEAR, wanted)).toEqual({
      key_provider: { pbkdf2: { passphrase: { passphrase: 'the new passphrase' } } },
      method: { aes_gcm: { main: { keys: 'key_provider.pbkdf2.passphrase' } }, unencrypted: { clear: {} } },
      state: { method: 'method.aes_gcm.main', fallback: { method: 'method.unencrypted.clear' } },
    });
  });

  test('one form alone has no fallback, and no block that is empty', () => {
    expect(read(CLEAR)).toEqual({
      method: { unencrypted: { clear: {} } },
      state: { method: 'method.unencrypted.clear' },
    });
  });

  test('a passphrase stays what it is: strings of JSON are templates of HCL', () => {
    const passphrase = secret('a ${b} %{c} "q" \\ $ ü');
    expect(read({ name: 'main', passphrase })).toMatchObject({
      key_provider: { pbkdf2: { passphrase: { passphrase: 'a $${b} %%{c} "q" \\ $ ü' } } },
    });
  });
});

describe('what is nigari’s own', () => {
  test('the block that its templates render, and no other', async () => {
    const { artifacts } = await renderScenario('encrypted-state');
    const versions = artifacts.find(({ path }) => path.endsWith('/versions.tf'))!;
    const place = { directory: '', secrets_file: '', kind: '' };
    const { encryption } = renderedInstance(
      place,
      new Map([['versions.tf', await parseBack({ ...versions, builtIn: false })]]),
    );
    expect(isOfTemplates(encryption)).toBe(true);
    for (const name of ['main', 'passphrase', 'state_encryption_passphrase']) {
      const other: unknown = JSON.parse(JSON.stringify(encryption).replaceAll(name, 'other'));
      expect(isOfTemplates(other), name).toBe(false);
    }
    expect([isOfTemplates(null), isOfTemplates([]), isOfTemplates({ state: 'x' })]).toEqual([false, false, false]);
  });

  test('a state that OpenTofu encrypted', () => {
    expect(isEncrypted('{"serial": 1, "meta": {}, "encrypted_data": "AAAA"}')).toBe(true);
    expect(['{"version": 4}', '', 'null', 'x'].map(isEncrypted)).toEqual([false, false, false, false]);
  });
});
