import { execFileSync } from 'node:child_process';
import process from 'node:process';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { reveal } from '../../scripts/config/secret.ts';
import { checked, refused, type Checked } from '../../scripts/problem.ts';
import type { Identity } from '../../scripts/secrets/age/age.ts';
import { open } from '../../scripts/secrets/open.ts';
import { openValues } from '../../scripts/secrets/guards/variables.ts';
import { sameTree } from '../../scripts/secrets/tree/tree.ts';
import { emit } from '../../scripts/secrets/yaml/emit.ts';
import { age, newIdentity, parseKeys } from '../../scripts/system/age.ts';
import { hostileString } from './arbitrary.ts';
import { SAMPLE_CLEAR, SAMPLE_RECIPIENT, SAMPLE_SEALED } from './sample.ts';
import { ALICE, codes, file, openText, PATH, sealText, treeOf, valueOf } from './support.ts';

test('a file that sops made opens, with every type and comment', async () => {
  const opened = valueOf(await openText(SAMPLE_SEALED));
  expect(sameTree(opened, treeOf(SAMPLE_CLEAR))).toBe(true);
  expect(emit(opened)).toBe(SAMPLE_CLEAR.replace('# on the line\nnumber: 42', 'number: 42 # on the line'));
});

test('without a key it stays closed, and whose key is wanted is said', async () => {
  const { problems } = await open(file(PATH, SAMPLE_SEALED), { identities: [], age });
  expect(problems).toMatchObject([{ code: 'no-key', severity: 'error', file: PATH }]);
  expect(problems[0]?.hint).toContain(SAMPLE_RECIPIENT);
});

test('what is sealed for other kinds of keys alone needs sops', async () => {
  const foreign = SAMPLE_SEALED.replaceAll('    age:\n        - enc', '    pgp:\n        - enc');
  expect(codes((await openText(foreign)).problems)).toEqual(['needs-sops']);
});

describe('values for an environment', () => {
  const read = (text: string) => {
    const tree = treeOf(text);
    return openValues({ tree, at: () => ({ file: PATH, line: 7 }) });
  };

  test('are the top-level scalars, as secrets', async () => {
    const opened = valueOf(
      await open(file(PATH, await sealText('A: one\nb_2: |\n  two\n  lines\nC: 5\nD: true\nE: ""\n')), {
        identities: [ALICE],
        age,
      }),
    );
    const values = [...valueOf(openValues(opened))].map(([name, value]) => [name, reveal(value)]);
    expect(values).toEqual([
      ['A', 'one'],
      ['b_2', 'two\nlines\n'],
      ['C', '5'],
      ['D', 'true'],
      ['E', ''],
    ]);
  });

  test.each([
    'a-b: x',
    '1a: x',
    '"": x',
    'é: x',
    'a: [x]',
    'a: {b: c}',
    'a: null',
    'a: 1.5',
    'a: 2020-01-02',
    'a: "x\\0y"',
  ])('%s is refused at its key', (text) => {
    expect(read(`ok: y\n${text}\n`).problems).toMatchObject([{ code: 'not-a-variable', file: PATH, line: 7 }]);
  });

  test('nor what is too large for one, which a child then could not start with', () => {
    const text = (length: number) => `A: ${'x'.repeat(length)}\n`;
    expect(codes(read(text(131_070)).problems)).toEqual(['not-a-variable']);
    const [value] = valueOf(read(text(131_069))).values();
    const env = { A: value === undefined ? '' : reveal(value) };
    expect(execFileSync(process.execPath, ['-p', 'process.env.A.length'], { env, encoding: 'utf8' })).toBe('131069\n');
  });

  test('a refusal never shows the value', () => {
    expect(JSON.stringify(read('a: "hunter2\\0"\nhunter-3: x\n').problems)).not.toContain('hunter2');
  });

  test('any text without NUL comes through whole', async () => {
    const comesThrough = async (text: string) => {
      const sealed = await sealText(`A: ${JSON.stringify(text)}\n`);
      const opened = valueOf(await open(file(PATH, sealed), { identities: [ALICE], age }));
      const value = valueOf(openValues(opened)).get('A');
      expect(value && reveal(value)).toBe(text);
    };
    const text = hostileString.filter(
      (candidate) => candidate !== '' && candidate !== '<<' && !/[\0]|^\t[^]*\n/.test(candidate),
    );
    await fc.assert(fc.asyncProperty(text, comesThrough));
  });
});

describe('keys behind a question', () => {
  const asked = (identities: readonly Identity[]) => {
    const ask = vi.fn<() => Promise<Checked<readonly Identity[]>>>(async () => checked(identities));
    return ask;
  };

  test('nobody is asked where a key at hand opens the file', async () => {
    const ask = asked([ALICE]);
    expect((await open(file(PATH, SAMPLE_SEALED), { identities: [ALICE], age, locked: [ask] })).ok).toBe(true);
    expect(ask).not.toHaveBeenCalled();
  });

  test('one after the other, until one opens it', async () => {
    const [none, right, spare] = [asked([]), asked([ALICE]), asked([ALICE])];
    const keys = { identities: [], age, locked: [none, right, spare] };
    expect((await open(file(PATH, SAMPLE_SEALED), keys)).ok).toBe(true);
    expect([none, right, spare].map((ask) => ask.mock.calls.length)).toEqual([1, 1, 0]);
  });

  test('what hinders is a part of the one problem', async () => {
    const hindrance = { code: 'x', severity: 'warning', message: 'nobody was there', hint: 'come back' } as const;
    const keys = { identities: [], age, locked: [async () => checked([], [hindrance])] };
    const { problems } = await open(file(PATH, SAMPLE_SEALED), keys);
    expect(problems).toMatchObject([{ code: 'no-key', message: expect.stringContaining('nobody was there') }]);
    expect(problems[0]?.hint).toMatch(/^come back\nwanted is the key of age1/);
  });

  test('a refusal stops it', async () => {
    const wrong = { code: 'wrong-passphrase', severity: 'error', message: 'no', hint: 'again' } as const;
    const keys = { identities: [], age, locked: [async () => refused(wrong), asked([ALICE])] };
    expect((await open(file(PATH, SAMPLE_SEALED), keys)).problems).toEqual([wrong]);
  });
});

test('a key that sops would not find is told beside one that it would, and so is a wrong one', async () => {
  const [bob] = (await parseKeys(newIdentity().keyFile, '$SOPS_AGE_KEY')).identities;
  const own: Identity = { ...ALICE, source: 'age.key', unknownToSops: true };
  const opened = await open(file(PATH, SAMPLE_SEALED), { identities: [bob as Identity, own], age });
  expect(opened).toMatchObject({ ok: true, problems: [{ code: 'age-keys-disagree', severity: 'warning' }] });
  const closed = await open(file(PATH, SAMPLE_SEALED), { identities: [bob as Identity], age });
  expect(closed.problems[0]?.message).toContain(`no age key here opens it ($SOPS_AGE_KEY is ${bob?.recipient})`);
});
