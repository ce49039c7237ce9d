import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encryptText, IV_BYTES } from '../../scripts/secrets/sops/cipher.ts';
import { seal } from '../../scripts/secrets/seal.ts';
import { sameTree, type Tree } from '../../scripts/secrets/tree/tree.ts';
import { emit } from '../../scripts/secrets/yaml/emit.ts';
import { age, newIdentity, parseKeys } from '../../scripts/system/age.ts';
import { tree } from './arbitrary.ts';
import { SAMPLE_CLEAR, SAMPLE_SEALED } from './sample.ts';
import {
  ALICE,
  artifact,
  changedLines,
  codes,
  config,
  countedBytes,
  inputs,
  openText,
  PATH,
  problemsOf,
  sealText,
  treeOf,
  valueOf,
} from './support.ts';

/** In each of two documents. */
const TIME_AND_MAC = ['    lastmodified: ', '    mac: str]'];

const TEXT = `# first
a: one
b:
    - two
    - two
    - three
c:
    d: 4 # on the line
`;

async function someoneElse() {
  const { keyFile } = newIdentity();
  const [identity] = (await parseKeys(keyFile, 'bob')).identities;
  if (identity === undefined) throw new Error('no identity');
  return identity;
}

test('a public artifact passes with its own bytes', async () => {
  const clear = { ...artifact('not: [even yaml'), secret: false, executable: true };
  const [sealed] = valueOf(await seal([clear], inputs({ sopsConfig: null, identities: [] })));
  expect(sealed?.bytes).toBe(clear.bytes);
  expect(sealed).toEqual({ path: PATH, template: clear.template, secret: false, executable: true, bytes: clear.bytes });
});

test('sealing needs a recipient, not a key', async () => {
  expect((await openText(await sealText(TEXT, { identities: [] }))).ok).toBe(true);
});

test('opening inverts sealing, for trees of every kind', async () => {
  const inverts = async (clear: Tree) => {
    expect(sameTree(valueOf(await openText(await sealText(emit(clear)))), clear)).toBe(true);
  };
  await fc.assert(fc.asyncProperty(tree, inverts), { numRuns: 150 });
});

describe('the same plaintext', () => {
  test('keeps the bytes, the very same', async () => {
    const old = Buffer.from(await sealText(TEXT));
    const set = inputs({ disk: new Map([[PATH, { bytes: old, executable: false }]]) });
    const [sealed] = valueOf(await seal([artifact(TEXT)], set));
    expect(sealed?.bytes).toBe(old);
  });

  test.each([
    ['another order of lines that mean the same', TEXT.replace('a: one', 'a: "one"').replace('- two', '-  two')],
    ['a comment on a line of its own', TEXT.replace('d: 4 # on the line', '# on the line\n    d: 4')],
  ])('also with %s', async (_what, text) => {
    const old = await sealText(TEXT);
    expect(await sealText(text, {}, old)).toBe(old);
  });

  test('keeps what sops itself has made, but for a comment that is an item of a list', async () => {
    const clear = SAMPLE_CLEAR.replace('# on the line\nnumber: 42', 'number: 42 # on the line');
    const now = await sealText(clear, { sopsConfig: config() }, SAMPLE_SEALED);
    const kinds = changedLines(SAMPLE_SEALED, now).map((line) => line.replace(/ENC.*type:|".*"/, ''));
    expect(kinds).toEqual(['#comment]', '    - str]', ...TIME_AND_MAC, ...TIME_AND_MAC]);
    expect(await sealText(SAMPLE_CLEAR, { sopsConfig: config() }, now)).toBe(now);
  });
});

describe('a change', () => {
  const later = () => new Date('2026-02-03T04:05:06Z');

  test('of one value: three lines', async () => {
    const old = await sealText(TEXT);
    const now = await sealText(TEXT.replace('one', 'uno'), { now: later }, old);
    expect(changedLines(old, now).map((line) => line.split(':')[0]?.trim())).toEqual(['a', 'lastmodified', 'mac']);
    expect(changedLines(now, old)).toHaveLength(3);
  });

  test('of the type alone: three lines', async () => {
    const old = await sealText('a: 5\nb: x\n');
    const now = await sealText('a: "5"\nb: x\n', { now: later }, old);
    expect(changedLines(old, now).map((line) => line.split(':')[0]?.trim())).toEqual(['a', 'lastmodified', 'mac']);
  });

  test('a key more, a key less, another order: nothing but that and the two lines', async () => {
    const old = await sealText(TEXT);
    const more = await sealText(`z: new\n${TEXT}`, { now: later }, old);
    expect(changedLines(old, more)).toHaveLength(3);
    const less = await sealText(TEXT.replace('a: one\n', ''), { now: later }, old);
    expect(changedLines(old, less)).toHaveLength(2);
    const turned = await sealText('c:\n    d: 4 # on the line\na: one\n', { now: later }, old);
    expect(changedLines(old, turned)).toHaveLength(2);
  });

  test('of a comment: its line and the two', async () => {
    const old = await sealText(TEXT);
    const now = await sealText(TEXT.replace('# first', '# last'), { now: later }, old);
    expect(changedLines(old, now)).toHaveLength(3);
  });

  test('equal values of a list stay apart', async () => {
    const sealed = await sealText(TEXT);
    const items = sealed.split('\n').filter((line) => line.startsWith('    - ENC'));
    expect(new Set(items).size).toBe(3);
    const now = await sealText(TEXT.replace('three', 'two'), {}, sealed);
    expect(new Set(now.split('\n').filter((line) => line.startsWith('    - ENC'))).size).toBe(3);
  });

  test('never an IV for a second text', async () => {
    const ivs = new Map<string, string>();
    const texts = ['one', 'two', 'one', 'three', 'two', 'one'];
    let old: string | undefined;
    for (const text of texts) {
      old = await sealText(`a: ${text}\nb: [${text}, ${text}]\n`, {}, old);
      for (const [, data = '', iv = ''] of old.matchAll(/data:([^,]+),iv:([^,]+),/g)) {
        expect(ivs.get(iv) ?? data).toBe(data);
        ivs.set(iv, data);
      }
    }
  });
});

test('an IV that met the form of a foreign writer never meets ours', async () => {
  const sealed = await sealText('a: true\nb: one\n');
  const dataKey = await dataKeyOf(sealed);
  if (dataKey === null) throw new Error('no data key');
  const iv = new Uint8Array(randomBytes(IV_BYTES));
  const foreign = sealed.replace(/^a: .*$/m, `a: ${encryptText('true', 'bool', dataKey, iv, 'a:')}`);
  expect(await sealText('a: true\nb: one\n', {}, foreign)).toBe(foreign);
  const now = await sealText('a: true\nb: two\n', {}, foreign);
  expect(valueOf(await openText(now))).toEqual(treeOf('a: true\nb: two\n'));
  expect(now).not.toContain(`iv:${Buffer.from(iv).toString('base64')}`);
});

test('bytes, which older versions wrote for text, are read as that', async () => {
  const sealed = await sealText('a: "true"\nb: one\n');
  const foreign = sealed.replace(/^(b: .*)type:str/m, '$1type:bytes');
  expect(foreign).not.toBe(sealed);
  expect(valueOf(await openText(foreign))).toEqual(treeOf('a: "true"\nb: one\n'));
  expect(await sealText('a: "true"\nb: one\n', {}, foreign)).toBe(foreign);
});

describe('recipients', () => {
  test('one more: only their block is new, and they can open it', async () => {
    const bob = await someoneElse();
    const old = await sealText(TEXT);
    const both = config(['mac_only_encrypted: true'], [ALICE.recipient, bob.recipient]);
    const now = await sealText(TEXT, { sopsConfig: both }, old);
    const fresh = changedLines(old, now);
    expect(fresh.at(-1)).toContain(bob.recipient);
    expect(fresh.every((line) => /^ {8,}/.test(line))).toBe(true);
    expect(changedLines(now, old)).toEqual([]);
    expect(await sealText(TEXT, { sopsConfig: both, identities: [bob] }, now)).toBe(now);
  });

  test('one less: a new data key, nothing of the old ciphertext, and they cannot open it', async () => {
    const bob = await someoneElse();
    const both = config(['mac_only_encrypted: true'], [ALICE.recipient, bob.recipient]);
    const old = await sealText(TEXT, { sopsConfig: both });
    const now = await sealText(TEXT, {}, old);
    expect(changedLines(old, now).filter((line) => line.includes('ENC[')).length).toBe(
      now.split('\n').filter((line) => line.includes('ENC[')).length,
    );
    expect(now).not.toContain(bob.recipient);
    expect(codes(await problemsOf(TEXT, { identities: [bob] }, now))).toEqual(['sealed-kept']);
    expect(await dataKeyOf(now)).not.toEqual(await dataKeyOf(old));
  });

  test('post-quantum', async () => {
    const { generateHybridIdentity, identityToRecipient } = await import('age-encryption');
    const recipient = await identityToRecipient(await generateHybridIdentity());
    const sealed = await sealText('a: x\n', { sopsConfig: config([], [recipient, ALICE.recipient]) });
    expect(valueOf(await openText(sealed))).toEqual(treeOf('a: x\n'));
  });
});

async function dataKeyOf(sealed: string): Promise<Uint8Array | null> {
  const block = /-----BEGIN[^]*?-----END AGE ENCRYPTED FILE-----\n/.exec(sealed)?.[0] ?? '';
  return age.unwrap(block.replace(/^ +/gm, ''), [ALICE]);
}

describe('the rule', () => {
  test('another selector is applied to a file that exists', async () => {
    const old = await sealText('a: one\nb: two\n');
    const now = await sealText('a: one\nb: two\n', { sopsConfig: config(['encrypted_regex: ^a$']) }, old);
    expect(now).toContain('\nb: two\n');
    expect(now).toContain('    encrypted_regex: ^a$\n');
    expect(now).not.toContain('unencrypted_suffix');
    expect(now).not.toContain('mac_only_encrypted');
    // What is encrypted in both keeps its line.
    expect(now.split('\n')[0]).toBe(old.split('\n')[0]);
  });

  test('another scope of the MAC is applied, with no value changed', async () => {
    const old = await sealText(TEXT);
    const now = await sealText(TEXT, { sopsConfig: config() }, old);
    expect(changedLines(old, now).map((line) => line.split(':')[0]?.trim())).toEqual(['mac']);
    expect(now).not.toContain('mac_only_encrypted');
    expect(valueOf(await openText(now))).toEqual(valueOf(await openText(old)));
  });

  test('another indentation alone changes nothing', async () => {
    const old = await sealText(TEXT);
    const two = config(['mac_only_encrypted: true']);
    const sopsConfig = { ...two, bytes: Buffer.concat([two.bytes, Buffer.from('stores: {yaml: {indent: 2}}\n')]) };
    expect(await sealText(TEXT, { sopsConfig }, old)).toBe(old);
    expect(await sealText(TEXT, { sopsConfig })).toContain('\nb:\n  - ENC');
  });

  test.each([
    ['no config', null, 'no-sops-config'],
    ['no rule', config(['path_regex: x']), 'duplicate-key'],
    ['nobody', config([], ['']), 'no-recipient'],
  ])('%s: refused, with the next step', async (_what, sopsConfig, code) => {
    const problems = await problemsOf(TEXT, { sopsConfig });
    expect(codes(problems)).toEqual([code]);
    expect(problems[0]?.hint).toBeTruthy();
  });

  test('only YAML can be sealed', async () => {
    const problems = (await seal([artifact('{}', 'x.sops.json')], inputs())).problems;
    expect(codes(problems)).toEqual(['seal-needs-yaml']);
  });
});

describe('the file on disk', () => {
  test('keeps its order and version when it is changed', async () => {
    const old = (await sealText(TEXT))
      .replace(/^ {4}version: .*\n/m, '')
      .replace(/^sops:\n/m, 'sops:\n    version: 3.9.4\n');
    const now = await sealText(TEXT.replace('one', 'uno'), {}, old);
    expect(now).toContain('sops:\n    version: 3.9.4\n    age:\n');
    expect(now.match(/version:/g)).toHaveLength(1);
  });

  test('is kept when no key opens it, and a note says so', async () => {
    const old = await sealText(TEXT);
    for (const identities of [[], [await someoneElse()]]) {
      const result = await seal([artifact(TEXT.replace('one', 'uno'))], inputs({ identities }, old));
      expect(result.problems).toMatchObject([{ code: 'sealed-kept', severity: 'note', file: PATH }]);
      expect(Buffer.from(valueOf(result)[0]?.bytes ?? []).toString()).toBe(old);
    }
  });

  test.each([
    ['clear text', 'a: x\n', 'not-sealed'],
    ['no YAML', '\0\x01', 'not-sealed'],
    ['nothing', '', 'not-sealed'],
    ['a sops key that is no mapping', 'a: x\nsops: y\n', 'not-sealed'],
    ['half a file', SAMPLE_SEALED.slice(0, 300), 'sealed-damaged'],
    ['a conflict', `<<<<<<< ours\n${SAMPLE_SEALED}=======\n>>>>>>> theirs\n`, 'sealed-damaged'],
    [
      'another MAC',
      SAMPLE_SEALED.replaceAll('mac: ENC[AES256_GCM,data:A4', 'mac: ENC[AES256_GCM,data:B4'),
      'sealed-damaged',
    ],
    ['a changed clear value', SAMPLE_SEALED.replace('stays', 'stayed'), 'sealed-damaged'],
    ['items swapped', swapItems(SAMPLE_SEALED), 'sealed-damaged'],
    [
      'a damaged age block',
      SAMPLE_SEALED.replaceAll('bHovIC8', 'bHovIC9').replaceAll('jkiYesUX', 'jkiYesUY'),
      'sealed-damaged',
    ],
    ['an int in clear', SAMPLE_SEALED.replace(/^text: .*$/m, 'text: 5'), 'sealed-damaged'],
  ])('that holds %s is never overwritten', async (_what, old, code) => {
    const problems = await problemsOf(SAMPLE_CLEAR, { sopsConfig: config() }, old);
    const errors = problems.filter(({ severity }) => severity === 'error');
    expect(codes(errors)).toEqual([code]);
    expect(errors[0]).toMatchObject({ file: PATH, severity: 'error' });
  });

  test('that is also sealed for keys that only sops has is kept, and not changed', async () => {
    const old = (await sealText(TEXT)).replace(
      /^ {4}version/m,
      '    pgp:\n        - fp: ABCD\n          enc: x\n    version',
    );
    expect(await sealText(TEXT, {}, old)).toBe(old);
    expect(codes(await problemsOf(TEXT.replace('one', 'uno'), {}, old))).toEqual(['needs-sops']);
  });
});

function swapItems(sealed: string): string {
  return sealed.replace(/(    - ENC.*\n)(    - ENC.*\n)(    - ENC.*\n)/, '$3$2$1');
}

test('chance and time come from outside only: the same of both is the same file but for age', async () => {
  const once = await sealText(TEXT, { random: countedBytes() });
  const twice = await sealText(TEXT, { random: countedBytes() });
  const withoutAge = (text: string) => text.replace(/-----BEGIN[^]*?-----END AGE ENCRYPTED FILE-----/g, '');
  expect(withoutAge(twice)).toBe(withoutAge(once));
  expect(once).toContain('lastmodified: "2026-01-02T03:04:05Z"');
});

test('many artifacts are sealed in their order, each to what it held', async () => {
  const many = Array.from({ length: 20 }, (_, index) => ({
    ...artifact(`a: ${index}\n`, `${index}.sops.yaml`),
    secret: index % 3 > 0,
  }));
  const sealed = valueOf(await seal(many, inputs()));
  expect(sealed.map(({ path }) => path)).toEqual(many.map(({ path }) => path));
  for (const [index, { bytes, secret }] of sealed.entries()) {
    const text = Buffer.from(bytes).toString();
    expect(secret ? valueOf(await openText(text)) : treeOf(text)).toEqual(treeOf(`a: ${index}\n`));
  }
});

test('all problems of all artifacts are told at once', async () => {
  const artifacts = [artifact('a: "<<"\nb: "<<"\n'), artifact('- x', 'other.sops.yaml'), artifact('a: x')];
  const result = await seal(artifacts, inputs());
  expect(result.ok).toBe(false);
  expect(codes(result.problems)).toEqual(['sops-loses-value', 'sops-loses-value', 'root-not-mapping']);
});
