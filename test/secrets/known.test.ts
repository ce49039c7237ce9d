import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memorable, type Memory } from '../../scripts/secrets/known.ts';
import { seal, type SealInputs } from '../../scripts/secrets/seal.ts';
import { sameTree, type Tree } from '../../scripts/secrets/tree/tree.ts';
import { emit } from '../../scripts/secrets/yaml/emit.ts';
import { newIdentity } from '../../scripts/system/age.ts';
import { tree } from './arbitrary.ts';
import {
  ALICE,
  artifact,
  config,
  inputs,
  problemsOf,
  sealText,
  SOPS,
  sopsEncrypt,
  treeOf,
  PATH,
  valueOf,
} from './support.ts';

const TEXT = `# first
text: one
number: 1
flag: true
nothing: null
empty: ''
list:
    # inside
    - two
    - 2.5
open_unencrypted: clear
`;

/** What is said of a file that was sealed from one text and is to hold another, with no key at hand. */
async function said(now: string, set: Partial<SealInputs> = {}, before = TEXT, old: Partial<SealInputs> = {}) {
  const [problem] = await problemsOf(now, { identities: [], ...set }, await sealText(before, old));
  return problem;
}

const RECIPIENTS = async () => [ALICE.recipient, newIdentity().recipient] as const;

describe('without a key', () => {
  test('the same inputs: kept', async () => {
    expect(await said(TEXT)).toMatchObject({ code: 'sealed-kept', severity: 'note', file: PATH });
  });

  test('a text of the same length is not seen to be another one', async () => {
    expect(await said(TEXT.replace('one', 'uno'))).toMatchObject({ code: 'sealed-kept' });
  });

  test.each([
    ['a key more', TEXT.replace('text: one', 'text: one\nmore: x'), 'more is new'],
    ['a key less', TEXT.replace('number: 1\n', ''), 'number is no longer set'],
    ['a text of another length', TEXT.replace('one', 'three'), 'text has another value'],
    ['another type', TEXT.replace('number: 1', 'number: "1"'), 'number has another value'],
    ['a value for nothing', TEXT.replace('null', 'x'), 'nothing has another value'],
    ['a value for an empty text', TEXT.replace("''", 'x'), 'empty has another value'],
    ['no value', TEXT.replace('one', 'null'), 'text has another value'],
    ['an item less', TEXT.replace('    - 2.5\n', ''), 'list[1] is no longer set'],
    ['a value in clear', TEXT.replace('clear', 'other'), 'open_unencrypted has another value'],
    ['another order', TEXT.replace('number: 1\nflag: true', 'flag: true\nnumber: 1'), 'another order'],
    ['a comment less', TEXT.replace('# first\n', ''), 'its comments are others'],
  ])('%s: refused', async (_, now, words) => {
    const problem = await said(now);
    expect(problem).toMatchObject({ code: 'sealed-inputs-changed', severity: 'error', file: PATH });
    expect(problem?.message).toContain(words);
    expect(problem?.hint).toContain(ALICE.recipient);
    expect(JSON.stringify(problem)).not.toMatch(/three|other\b.*value.*other/);
  });

  test('of many differences the first three are named', async () => {
    const more = Array.from({ length: 9 }, (_, index) => `more_${index}: x\n`).join('');
    expect((await said(TEXT + more))?.message).toMatch(/more_0 is new; more_1 is new; more_2 is new; and 6 more$/);
  });

  test('another rule in .sops.yaml: refused', async () => {
    const macOnly = 'mac_only_encrypted: true';
    const changed = async (...lines: string[]) => (await said(TEXT, { sopsConfig: config(lines) }))?.message;
    expect(await changed(macOnly)).toMatch(/kept/);
    expect(await changed()).toContain(
      '.sops.yaml says unencrypted_suffix: _unencrypted, the file unencrypted_suffix: _unencrypted and mac_only_encrypted',
    );
    expect(await changed(macOnly, 'unencrypted_regex: ^open')).toContain('.sops.yaml says unencrypted_regex: ^open');
  });

  test('another recipient in .sops.yaml: refused, and named', async () => {
    const [alice, bob] = await RECIPIENTS();
    const lines = ['mac_only_encrypted: true'];
    const [both, one] = [config(lines, [alice, bob]), config(lines, [alice])];
    expect((await said(TEXT, { sopsConfig: both }))?.message).toContain(`names ${bob}, for whom it is not sealed`);
    const removed = await said(TEXT, { sopsConfig: one }, TEXT, { sopsConfig: both });
    expect(removed?.message).toContain(`it is sealed for ${bob}, whom .sops.yaml does not name`);
  });

  test('whatever the inputs are, the same are never taken for others', async () => {
    await fc.assert(
      fc.asyncProperty(tree, async (made: Tree) => {
        const text = emit(made);
        const old = await seal([artifact(text)], inputs());
        // What a guard refuses is never sealed.
        if (!old.ok) return;
        const problems = await problemsOf(text, { identities: [] }, Buffer.from(old.value[0]?.bytes ?? []).toString());
        expect(problems.filter(({ severity }) => severity !== 'warning')).toMatchObject([{ code: 'sealed-kept' }]);
      }),
      { numRuns: 200 },
    );
  });

  test.skipIf(SOPS === null)('nor those that sops itself has sealed', async () => {
    const sopsConfig = config(['mac_only_encrypted: true']);
    const text = TEXT.replace('    # inside\n', '');
    const problems = await problemsOf(text, { identities: [], sopsConfig }, sopsEncrypt(text, sopsConfig));
    expect(problems).toMatchObject([{ code: 'sealed-kept' }]);
    expect(await problemsOf(`${text}more: x\n`, { identities: [] }, sopsEncrypt(text, sopsConfig))).toMatchObject([
      { code: 'sealed-inputs-changed' },
    ]);
  });
});

describe('with inputs that stay closed', () => {
  const closed = { closed: true, identities: [ALICE] };

  test('values say nothing, of whatever length, type or depth', async () => {
    const now = TEXT.replace('one', 'ENC[AES256_GCM,data:x]').replace('number: 1', 'number:\n    a: 2');
    expect(await said(now, closed)).toMatchObject({ code: 'sealed-kept' });
  });

  test.each([
    ['a key more', `${TEXT}more: x\n`, {}, 'more is new'],
    ['a key less', TEXT.replace('number: 1\n', ''), {}, 'number is no longer set'],
    ['another rule', TEXT, { sopsConfig: config() }, '.sops.yaml says'],
  ])('%s: refused', async (_, now, set, words) => {
    const problem = await said(now, { ...closed, ...set });
    expect(problem).toMatchObject({ code: 'sealed-inputs-changed', message: expect.stringContaining(words) });
  });

  test('a file that is damaged is no file to keep', async () => {
    const damaged = (await sealText(TEXT)).replace(/mac: .*\n/, '');
    expect(await problemsOf(TEXT, closed, damaged)).toMatchObject([{ code: 'sealed-damaged' }]);
  });
});

describe('what this machine remembers', () => {
  /** A memory of one run. */
  function memory(): Memory & { readonly texts: Map<string, string> } {
    const texts = new Map<string, string>();
    const keyOf = ({ path, bytes }: { path: string; bytes: Uint8Array }) => path + Buffer.from(bytes).toString();
    return {
      texts,
      held: (file, text) => (texts.has(keyOf(file)) ? texts.get(keyOf(file)) === text : null),
      remember: (file, text) => void texts.set(keyOf(file), text),
    };
  }

  test('tells another value of the same length, and that nothing changed', async () => {
    const known = memory();
    const old = await sealText(TEXT, { memory: known });
    const now = (text: string) => problemsOf(text, { identities: [], memory: known }, old);
    expect(await now(TEXT.replace('one', 'uno'))).toMatchObject([
      { code: 'sealed-inputs-changed', message: expect.stringContaining('a value is another one') },
    ]);
    const [kept] = await now(TEXT);
    expect(kept).toMatchObject({ code: 'sealed-kept', message: expect.stringContaining('did not change since') });
  });

  test('is told of what was compared, and not of what was kept', async () => {
    const [compared, closed] = [memory(), memory()];
    const old = await sealText(TEXT);
    await sealText(TEXT, { memory: compared }, old);
    await sealText(TEXT, { memory: closed, identities: [] }, old);
    expect([...compared.texts.keys()]).toEqual([PATH + old]);
    expect([...closed.texts.keys()]).toEqual([]);
  });

  test('is of the file as it is after a change', async () => {
    const known = memory();
    const old = await sealText(TEXT);
    const now = await sealText(TEXT.replace('one', 'uno'), { memory: known }, old);
    expect([...known.texts.keys()]).toEqual([PATH + now]);
  });

  test('takes two trees for the same exactly when they are', () => {
    fc.assert(
      fc.property(tree, tree, (one, other) => {
        expect(memorable(one) === memorable(other)).toBe(sameTree(one, other));
      }),
    );
    const inline = treeOf('a: 1 # x\n');
    expect(memorable(inline)).toBe(memorable(valueOf({ ok: true, value: treeOf('# x\na: 1\n'), problems: [] })));
  });
});
