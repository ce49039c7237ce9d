/** The engine against the real sops, both ways, and one independent reader. Only ciphertext ever is in a file. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { decryptSops } from 'sops-age';
import { describe, expect, test } from 'vitest';
import { sameTree } from '../../scripts/secrets/tree.ts';
import { emit } from '../../scripts/secrets/yaml/emit.ts';
import { hostileString, isLost, looseMapping } from './arbitrary.ts';
import { bothWays, commentedText, commentsSurvive, forest, hostileMapping } from './differential.ts';
import { SAMPLE_CLEAR, SAMPLE_KEY } from './sample.ts';
import {
  config,
  changedLines,
  openText,
  sealText,
  SOPS,
  sops,
  sopsEncrypt,
  treeOf,
  valueOf,
  withoutChance,
} from './support.ts';

const SELECTED = `# top
a: 1
secret_x:
    # why
    b: 2
    list:
        - 3
        - 4
x_plain:
    c: 5
# look: hide
d: 6
e: 7.25
# look: show
f:
    g: 8
    # inner
    h: nine
`;

/** What a rule of `.sops.yaml` says besides its recipient. */
const RULES: readonly (readonly string[])[] = [
  [],
  ['mac_only_encrypted: true'],
  ['encrypted_suffix: _x'],
  ['unencrypted_suffix: _x'],
  ['encrypted_regex: ^(list|g)$'],
  ['unencrypted_regex: ^[a-f]$'],
  ['encrypted_comment_regex: "look: hide"'],
  ['unencrypted_comment_regex: "look: show"'],
  ['encrypted_regex: ^[de]$', 'mac_only_encrypted: true'],
  ['encrypted_comment_regex: "look: hide"', 'mac_only_encrypted: true'],
];

describe.skipIf(!SOPS)('with the real sops', () => {
  describe.each(RULES.map((lines) => [lines.join(', ') || 'nothing', lines] as const))('under %s', (_name, lines) => {
    const sopsConfig = config(lines);

    test('a new file has the same text, but for what chance decides', async () => {
      expect(withoutChance(await sealText(SELECTED, { sopsConfig }))).toBe(
        withoutChance(sopsEncrypt(SELECTED, sopsConfig)),
      );
    });

    test('sops opens ours, and we keep theirs as it is', async () => {
      const sealed = await sealText(SELECTED, { sopsConfig });
      expect(sops(['decrypt'], sealed)).toBe(SELECTED);
      const theirs = sopsEncrypt(SELECTED, sopsConfig);
      expect(sameTree(valueOf(await openText(theirs)), treeOf(SELECTED))).toBe(true);
      expect(await sealText(SELECTED, { sopsConfig }, theirs)).toBe(theirs);
    });
  });

  test('every type and several documents', async () => {
    const sealed = await sealText(SAMPLE_CLEAR, { sopsConfig: config() });
    const withoutList = (text: string) => text.replace(/ *# in the list\n/, '');
    expect(withoutList(sops(['decrypt'], sealed))).toBe(withoutList(SAMPLE_CLEAR));
  });

  test('random trees, 200 in a file, both ways', async () => {
    expect.hasAssertions();
    await bothWays(forest(200, 1));
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
