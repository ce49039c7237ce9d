import { expect, test } from 'vitest';
import { mergeRules, sopsConfigOf } from '../../../scripts/secrets/versions/merge-rule.ts';
import type { Metadata } from '../../../scripts/secrets/sops/metadata.ts';
import { ruleFor } from '../../../scripts/secrets/rules/rules.ts';
import type { Selector } from '../../../scripts/secrets/sops/selector.ts';
import { ALICE, codes, PATH, valueOf } from '../support.ts';

const SUFFIX: Selector = { kind: 'unencrypted_suffix', text: '_unencrypted' };

/** @param names one letter for each recipient */
function metadata(names: string, selector = SUFFIX, macOnlyEncrypted = true): Metadata {
  const blocks = Array.from(names, (recipient) => ({ recipient, enc: 'x' }));
  return { blocks, selector, macOnlyEncrypted, lastModified: '', mac: '' };
}

test.each([
  ['nobody came or went', 'ab', 'ab', 'ab', 'ab'],
  ['ours added one', 'a', 'ab', 'a', 'ab'],
  ['theirs added one', 'a', 'a', 'ab', 'ab'],
  ['each added one', 'a', 'ab', 'ac', 'abc'],
  ['both added the same', 'a', 'ab', 'ab', 'ab'],
  ['ours removed one', 'ab', 'a', 'ab', 'a'],
  ['theirs removed one, ours added one', 'ab', 'abc', 'a', 'ac'],
  ['each removed one', 'abc', 'bc', 'ab', 'b'],
  ['both made the file', '', 'ab', 'bc', 'abc'],
])('recipients: %s', (_, base, ours, theirs, expected) => {
  const versions = { base: base === '' ? null : metadata(base), ours: metadata(ours), theirs: metadata(theirs) };
  expect(valueOf(mergeRules(versions, 4, PATH)).recipients.join('')).toBe(expected);
});

const REGEX: Selector = { kind: 'encrypted_regex', text: '^(a|b)$' };

test('the rule is the one that a side changed to; two changes are refused', () => {
  const old = metadata('a');
  const now = metadata('a', REGEX, false);
  for (const versions of [
    { base: old, ours: now, theirs: old },
    { base: old, ours: old, theirs: now },
    { base: old, ours: now, theirs: now },
    { base: null, ours: now, theirs: now },
  ])
    expect(valueOf(mergeRules(versions, 4, PATH))).toMatchObject({ selector: REGEX, macOnlyEncrypted: false });
  const other = metadata('a', { kind: 'encrypted_suffix', text: '_secret' });
  expect(codes(mergeRules({ base: old, ours: now, theirs: other }, 4, PATH).problems)).toEqual(['merge-rule']);
  expect(codes(mergeRules({ base: null, ours: old, theirs: now }, 4, PATH).problems)).toEqual(['merge-rule']);
});

test.each([true, false])('a rule comes back from the .sops.yaml that says it, mac_only_encrypted: %s', (macOnly) => {
  const text = 'a: "b" #c\\d{2}|^\'$';
  const rule = {
    recipients: [ALICE.recipient],
    selector: { kind: 'encrypted_suffix', text },
    macOnlyEncrypted: macOnly,
    indent: 2,
    shamirThreshold: 0,
  } as const;
  expect(valueOf(ruleFor('any/file.yaml', sopsConfigOf(rule), []))).toEqual(rule);
});
