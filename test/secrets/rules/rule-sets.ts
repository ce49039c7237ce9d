/** Every way in which a rule of `.sops.yaml` can say what is encrypted, and for whom: what the differential tests go through. */
import { identityToRecipient } from 'age-encryption';
import { secret } from '../../../scripts/config/secret.ts';
import type { Identity } from '../../../scripts/secrets/age/age.ts';
import { SELECTORS, type SelectorKind } from '../../../scripts/secrets/sops/selector.ts';
import { SAMPLE_KEY } from '../sample.ts';

/** Lines of a rule besides its recipients. */
type RuleLines = readonly string[];

/**
 * None of the selectors and each of the six, each with the MAC over all and over what is encrypted alone.
 * @param patterns the text of each selector
 */
export function ruleSets(patterns: Readonly<Record<SelectorKind, string>>): readonly RuleLines[] {
  const selectors = SELECTORS.map((kind) => [`${kind}: ${JSON.stringify(patterns[kind])}`]);
  return [[], ...selectors].flatMap((lines) => [lines, [...lines, 'mac_only_encrypted: true']]);
}

/** Something of every type, in and out of the reach of each selector of `SELECTED_BY`. */
export const SELECTED = `# top
a: 1
secret_x:
    # why
    b: -2.5
    list:
        - 3
        - four
        - - true
          - x: 2020-01-02T03:04:05Z
    empty: ""
    nothing: null
x_plain:
    c: 5
    "no": '[}'
# look: hide
d: 6
e: 7.25
# look: show
f:
    g: 8
    # inner
    h: |
        two
        lines
---
other: document
last_x: "yes"
`;

export const SELECTED_BY: Readonly<Record<SelectorKind, string>> = {
  encrypted_suffix: '_x',
  unencrypted_suffix: '_x',
  encrypted_regex: '^(list|g|other)$',
  unencrypted_regex: '(?i)^[A-F]$',
  encrypted_comment_regex: 'look: hide',
  unencrypted_comment_regex: 'look: show',
};

/** For a forest of random trees below `tree0`, `tree1`, …: some trees whole, and what lies in the others by chance. */
export const TREES_SELECTED_BY: Readonly<Record<SelectorKind, string>> = {
  encrypted_suffix: '3',
  unencrypted_suffix: '7',
  encrypted_regex: '[02468]$',
  unencrypted_regex: '[13579]$',
  encrypted_comment_regex: '^ [a-m]',
  unencrypted_comment_regex: '^ [n-z]',
};

/** Of nobody: they protect nothing. */
const KEYS = {
  alice: SAMPLE_KEY,
  bob: 'AGE-SECRET-KEY-1HZWL0RZ7S5D53YU0GSQ3MEEJSF07D9H03QA5CLQ2DHRZ944PC4XQXQAZ39',
  quantum: 'AGE-SECRET-KEY-PQ-16J3KZQYQR4R7N7NN0PN9X69PV7ZT47Z003F9CXME9ENJ7GKFNA7SZJXE27',
};

async function identityOf(name: keyof typeof KEYS): Promise<Identity> {
  return { text: secret(KEYS[name]), recipient: await identityToRecipient(KEYS[name]), source: name };
}

/** Who may read, and the last of them, who does. */
export const READERS: readonly (readonly [who: string, identities: readonly Identity[]])[] = [
  ['one key', [await identityOf('alice')]],
  ['two keys', [await identityOf('alice'), await identityOf('bob')]],
  ['a post-quantum key too', [await identityOf('alice'), await identityOf('quantum')]],
];
