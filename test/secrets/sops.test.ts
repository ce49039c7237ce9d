/** The engine against the real sops, both ways, and one independent reader. Only ciphertext ever is in a file. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { decryptSops } from 'sops-age';
import { describe, expect, test } from 'vitest';
import { reveal } from '../../scripts/config/secret.ts';
import { sameTree } from '../../scripts/secrets/tree/tree.ts';
import { emit } from '../../scripts/secrets/yaml/emit.ts';
import { hostileString, isLost, looseMapping } from './arbitrary.ts';
import {
  bothWays,
  commentedText,
  commentsSurvive,
  forest,
  hostileMapping,
  readAlike,
  scalarsAlike,
  STYLES,
} from './differential.ts';
import { READERS, TREES_SELECTED_BY } from './rules/rule-sets.ts';
import { SAMPLE_CLEAR, SAMPLE_KEY } from './sample.ts';
import { config, changedLines, openText, sealText, SOPS, sops, sopsEncrypt, treeOf, valueOf } from './support.ts';

describe.skipIf(!SOPS)('with the real sops', () => {
  test('every type and several documents', async () => {
    const sealed = await sealText(SAMPLE_CLEAR, { sopsConfig: config() });
    const withoutList = (text: string) => text.replace(/ *# in the list\n/, '');
    expect(withoutList(sops(['decrypt'], sealed))).toBe(withoutList(SAMPLE_CLEAR));
  });

  // Two of the fourteen rule sets; `npm run soak` takes them all.
  test.each([
    ['all', ['mac_only_encrypted: true']],
    ['some', [`encrypted_regex: ${JSON.stringify(TREES_SELECTED_BY.encrypted_regex)}`]],
  ])('200 random trees of which %s is encrypted, both ways', async (_how, rule) => {
    expect.hasAssertions();
    await bothWays(forest(200, 1), rule);
  });

  test.each(STYLES)('YAML that is written %s reads alike', async (_how, style) => {
    expect.hasAssertions();
    await readAlike(forest(50, 2), style);
  });

  test('2,000 scalars without quotes are the same to sops', async () => {
    expect.hasAssertions();
    await scalarsAlike(2000, 1);
  });

  test('comments in all places', async () => {
    expect.hasAssertions();
    await commentsSurvive(commentedText(60, 1));
    await commentsSurvive(emit(forest(100, 1, looseMapping)));
  });

  test('1,000 hostile strings come out of sops as they went in', async () => {
    const strings = hostileMapping(1000, 1);
    const sealed = await sealText(emit(strings.tree));
    expect(JSON.parse(sops(['decrypt', '--output-type', 'json'], sealed))).toEqual(strings.record);
  });

  test('what sops prints of them as YAML reads as they went in', async () => {
    const { tree } = hostileMapping(1000, 2);
    expect(sameTree(treeOf(sops(['decrypt'], await sealText(emit(tree)))), tree)).toBe(true);
  });

  test('sops changes a value of our file, and we change it on', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nigari-sops-'));
    const path = join(folder, 'x.sops.yaml');
    const env = { PATH: process.env['PATH'] ?? '', HOME: folder, SOPS_AGE_KEY: SAMPLE_KEY };
    try {
      await writeFile(path, await sealText('a: one\nb: two\n'));
      execFileSync(SOPS ?? '', ['set', path, '["b"]', '"zwei"'], { env, stdio: 'pipe' });
      const theirs = await readFile(path, 'utf8');
      expect(valueOf(await openText(theirs))).toEqual(treeOf('a: one\nb: zwei\n'));
      expect(await sealText('a: one\nb: zwei\n', {}, theirs)).toBe(theirs);
      const ours = await sealText('a: one\nb: drei\n', {}, theirs);
      expect(changedLines(theirs, ours)).toHaveLength(3);
      expect(sops(['decrypt'], ours)).toBe('a: one\nb: drei\n');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('what we refuse because sops loses it, sops does lose', () => {
    const lost = (text: string) => sops(['decrypt'], sopsEncrypt(text, config()));
    expect(lost('a: "\\tx\\ny"\n')).toBe('a: null\n');
    expect(lost('a: "<<"\n')).toBe('a: !!merge <<\n');
    expect(() => treeOf(lost('a:\n  - " x\\ny"\n'))).toThrow('bad-yaml');
    expect(() => lost('a: 18446744073709551615\n')).toThrow('unknown type: uint64');
    expect(sopsEncrypt('a: clear\n', config(['encrypted_regex: ^(?!x)']))).toContain('a: clear\n');
  });
});

/** All that it knows: no times, no keys of digits, one document. It does not look at the MAC, so that it proves only the values. */
test('an independent reader reads a tree of every type, for several recipients', async () => {
  const text = 'a: {b: [1, -2.5, true, "no", ""], "c:d": "two\\nlines"}\n# comment\ne_unencrypted: clear\nf: null\n';
  const [, [, identities] = []] = READERS;
  const sopsConfig = config(
    [],
    (identities ?? []).map(({ recipient }) => recipient),
  );
  const sealed = await sealText(text, { sopsConfig });
  for (const identity of identities ?? []) {
    const read = await decryptSops(sealed, { secretKey: reveal(identity.text), fileType: 'yaml' });
    expect(read).toEqual({ a: { b: [1, -2.5, true, 'no', ''], 'c:d': 'two\nlines' }, e_unencrypted: 'clear', f: null });
  }
});

test('an independent reader reads ours', async () => {
  const isRead = async (texts: readonly string[]) => {
    const record = Object.fromEntries(texts.map((text, index) => [`KEY_${index}`, text]));
    const lines = Object.entries(record).map(([key, text]) => `${key}: ${JSON.stringify(text)}\n`);
    const sealed = await sealText(lines.join(''));
    expect(await decryptSops(sealed, { secretKey: SAMPLE_KEY, fileType: 'yaml' })).toEqual(record);
  };
  // It drops a byte order mark at the start of a value.
  const text = hostileString.filter((candidate) => !isLost(candidate) && !candidate.startsWith('\ufeff'));
  await fc.assert(fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 30 }), isRead), { numRuns: 20 });
});
