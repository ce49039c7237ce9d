import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { secret } from '../../../scripts/config/secret.ts';
import type { Checked } from '../../../scripts/problem.ts';
import { seal } from '../../../scripts/secrets/seal.ts';
import type { Sealed } from '../../../scripts/types.ts';
import { artifact, codes, config, inputs, PATH, valueOf } from '../support.ts';

const VALUE = 'hunter2-hunter2';

/** Seals a text that was rendered with secrets. @param rule lines of its rule in `.sops.yaml` */
function sealWith(
  text: string,
  rule: readonly string[] = [],
  values: readonly string[] = [VALUE],
): Promise<Checked<readonly Sealed[]>> {
  return seal([{ ...artifact(text), secrets: values.map(secret) }], inputs({ sopsConfig: config(rule) }));
}

/** Places that the problems name, without what they have in common. */
function places({ problems }: Pick<Checked<unknown>, 'problems'>): readonly string[] {
  return problems.map(({ message }) => message.replace(`${PATH}: `, '').replace(/ holds a secret .*/, ''));
}

describe('a secret that would stay readable', () => {
  test.each([
    ['as a key', `a:\n  ${VALUE}: x\n`, [], ['a key below a']],
    ['as a key of nothing', `a: x\n${VALUE}: {}\n`, [], ['a key']],
    ['in a key of a list', `a:\n  - - x${VALUE}: 1\n`, [], ['a key below a']],
    ['not selected', `password: x\na: {b: ${VALUE}}\n`, ['encrypted_regex: ^password$'], ['the value at a.b']],
    ['inside a text', `password: x\nurl: https://u:${VALUE}@h\n`, ['encrypted_suffix: word'], ['the value at url']],
    ['unselected', `a: x\nb: [${VALUE}]\n`, ['unencrypted_regex: ^b$'], ['the value at b']],
    ['by the suffix', `a: x\nb_unencrypted: ${VALUE}\n`, [], ['the value at b_unencrypted']],
    ['in a comment', `a: x\nb:\n  # ${VALUE}\n  c: y\n`, ['encrypted_regex: ^a$'], ['a comment below b']],
    ['by a comment', `a: x\n# public\nb: ${VALUE}\n`, ['unencrypted_comment_regex: ^ public$'], ['the value at b']],
    ['below itself', `x: y\na:\n  ${VALUE}:\n    c_unencrypted: ${VALUE}\n`, [], ['a key below a', 'a value below a']],
    ['in a second document', `a: x\n---\nb_unencrypted: ${VALUE}\n`, [], ['the value at b_unencrypted']],
  ])('%s', async (_what, text, rule, where) => {
    const result = await sealWith(text, rule);
    expect(result.ok).toBe(false);
    expect(new Set(codes(result.problems))).toEqual(new Set(['secret-left-in-clear']));
    expect(places(result)).toEqual(where);
    expect(result.problems[0]).toMatchObject({ severity: 'error', file: PATH });
    expect(JSON.stringify(result.problems)).not.toContain('hunter2');
  });

  test('any line of one with several lines', async () => {
    const key = '-----BEGIN KEY-----\nAAAABBBBCCCC\n-----END KEY-----\n';
    expect(places(await sealWith('a: x\nb_unencrypted: AAAABBBBCCCC\n', [], [key]))).toEqual([
      'the value at b_unencrypted',
    ]);
  });

  test.each([
    ['as JSON', 'say "hunter2"', `'{"a": "say \\"hunter2\\""}'`],
    ['as base64', VALUE, `Basic ${Buffer.from(VALUE).toString('base64')}`],
    ['as a number', '0x1f4a7c9e', '0x1f4a7c9e'],
  ])('%s', async (_what, value, written) => {
    const result = await sealWith(`a: x\nb_unencrypted: ${written}\n`, [], [value]);
    expect(places({ problems: result.problems.filter(({ severity }) => severity === 'error') })).toEqual([
      'the value at b_unencrypted',
    ]);
  });

  test('a short one only as a whole', async () => {
    const text = (value: string) => `a: x\nb_unencrypted: ${value}\n`;
    expect((await sealWith(text('abcd'), [], ['abc', ''])).ok).toBe(true);
    expect(places(await sealWith(text('abc'), [], ['abc', '']))).toEqual(['the value at b_unencrypted']);
    expect(places(await sealWith(text('xabcdx'), [], ['abcd']))).toEqual(['the value at b_unencrypted']);
  });

  test('no other problem tells it either', async () => {
    const twice = await sealWith(`a: x\n${VALUE}: 1\n${VALUE}: 2\n`);
    const damaged = await sealWith(`a:\n  ${VALUE}: "<<"\n`);
    expect(codes(twice.problems)).toEqual(['duplicate-key']);
    expect(codes(damaged.problems)).toContain('sops-loses-value');
    expect(JSON.stringify([twice, damaged])).not.toContain('hunter2');
  });
});

describe('what is no leak', () => {
  test('an encrypted value, list and comment', async () => {
    const text = `# ${VALUE}\na: ${VALUE}\nb:\n  - ${VALUE}\n  # ${VALUE}\nc: 1 # ${VALUE}\n`;
    const [sealed] = valueOf(await sealWith(text));
    expect(Buffer.from(sealed?.bytes ?? []).toString()).not.toContain(VALUE);
  });

  test('the name of a key of cluster.yaml', async () => {
    expect((await sealWith('tfstate_username: tfstate\n', [], ['tfstate'])).problems).toEqual([]);
  });
});

test('whatever is sealed holds no secret outside its ciphertext', async () => {
  const place = fc.constantFrom('a', 'b_unencrypted', 'c', VALUE);
  const value = fc.constantFrom('x', VALUE, `x ${VALUE} y`);
  const lines = fc.uniqueArray(fc.tuple(place, value, value), { selector: ([key]) => key, minLength: 1 });
  const rule = fc.constantFrom([], ['encrypted_regex: ^a$'], ['unencrypted_regex: ^c$'], ['mac_only_encrypted: true']);
  const isHidden = async (items: readonly (readonly string[])[], chosen: readonly string[]) => {
    const text = items.map(([key, text, comment]) => `# ${comment}\n${key}: ${text}\n`).join('');
    const result = await sealWith(text, chosen);
    const told = result.ok ? Buffer.from(result.value[0]?.bytes ?? []).toString() : JSON.stringify(result.problems);
    expect(told).not.toContain(VALUE);
  };
  await fc.assert(fc.asyncProperty(lines, rule, isHidden), { numRuns: 60 });
});
