import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reveal } from '../../scripts/config/secret.ts';
import { open, openValues } from '../../scripts/secrets/open.ts';
import { sameTree } from '../../scripts/secrets/tree.ts';
import { emit } from '../../scripts/secrets/yaml/emit.ts';
import { age } from '../../scripts/system/age.ts';
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

describe('tampering is refused', () => {
  /** Where the sealed sample holds a value, an IV, a tag, the time or the MAC. Keys and types: see below. */
  const regions = [...SAMPLE_SEALED.matchAll(/(?:data|iv|tag):([^,]+)|lastmodified: "([^"]+)"/g)].flatMap((match) => {
    const text = match[1] ?? match[2] ?? '';
    const start = match.index + match[0].indexOf(text);
    return Array.from(text, (_, offset) => start + offset);
  });
  test('with any byte of a value, IV, tag, time or MAC', async () => {
    const isRefused = async (at: number, byte: string) => {
      fc.pre(SAMPLE_SEALED[at] !== byte);
      const opened = await openText(SAMPLE_SEALED.slice(0, at) + byte + SAMPLE_SEALED.slice(at + 1));
      expect(opened.ok).toBe(false);
      expect(codes(opened.problems).every((code) => /^(sealed-damaged|not-sealed)$/.test(code))).toBe(true);
    };
    const byte = fc.constantFrom(...'ABCXYZabcxyz0123456789+/= \n#:"');
    await fc.assert(fc.asyncProperty(fc.constantFrom(...regions), byte, isRefused), { numRuns: 400 });
  });

  test.each([
    ['a key above a value', SAMPLE_SEALED.replace('\ntext: ', '\ntxet: ')],
    [
      'a value moved to another key',
      SAMPLE_SEALED.replace(/^text: (.*)\n([^]*)^number: (.*) #/m, 'text: $3\n$2number: $1 #'),
    ],
    ['a value removed', SAMPLE_SEALED.replace(/^float: .*\n/m, '')],
    ['a document removed', SAMPLE_SEALED.slice(0, SAMPLE_SEALED.indexOf('---\nsecond'))],
    ['a value in clear changed', SAMPLE_SEALED.replace('stays', 'stay')],
    [
      'a value in clear added',
      SAMPLE_SEALED.replace('    clear_unencrypted', '    x_unencrypted: y\n    clear_unencrypted'),
    ],
    ['items of a list swapped', SAMPLE_SEALED.replace(/( {4}- ENC.*\n)( {4}- ENC.*\n)( {4}- ENC.*\n)/, '$3$2$1')],
    ['a comment changed', SAMPLE_SEALED.replace('#ENC[AES256_GCM,data:7', '#ENC[AES256_GCM,data:8')],
    ['a type changed to one that does not fit', SAMPLE_SEALED.replace('type:str]', 'type:int]')],
    ['the metadata of another document', SAMPLE_SEALED.replace(/version: 3.13.3\n$/, 'version: 3.13.2\n')],
    ['an unknown type', SAMPLE_SEALED.replace('type:str]', 'type:txt]')],
    ['a type that every object has', SAMPLE_SEALED.replace('type:str]', 'type:constructor]')],
    ['the selector changed', SAMPLE_SEALED.replaceAll('unencrypted_suffix: _unencrypted', 'unencrypted_suffix: xt')],
    [
      'the scope of the MAC changed',
      SAMPLE_SEALED.replaceAll('    unencrypted_suffix', '    mac_only_encrypted: true\n    unencrypted_suffix'),
    ],
  ])('%s', async (_what, text) => {
    expect(text).not.toBe(SAMPLE_SEALED);
    expect(codes((await openText(text)).problems)).toContain('sealed-damaged');
  });
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
