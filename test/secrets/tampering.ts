/** A sealed file, every way to change a byte of it, and what may never come of that. Shared by the short and the long test. */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Age } from '../../scripts/secrets/age/age.ts';
import { aadOf } from '../../scripts/secrets/sops/cipher.ts';
import { open } from '../../scripts/secrets/open.ts';
import type { Tree } from '../../scripts/secrets/tree/tree.ts';
import { mapLeaves } from '../../scripts/secrets/tree/walk.ts';
import { age } from '../../scripts/system/age.ts';
import { READERS } from './rules/rule-sets.ts';
import { ALICE, codes, config, file, PATH, sealText, valueOf } from './support.ts';

const CLEAR = `# remark
text: hello
number: 42
truth: true
nothing: null
empty: ""
list:
    - one
    - two
deep:
    # said openly
    open_clear: stays
    a:b:
        c: 0.5
`;

const [, recipients] = READERS[1] ?? [];

/**
 * For Alice, who opens it, and Bob, who does not; the MAC is over all values. One document: a second one would repeat the
 * metadata, so that any change of one would show.
 */
export const SEALED = await sealText(CLEAR, {
  sopsConfig: config(
    ['unencrypted_suffix: _clear'],
    (recipients ?? []).map(({ recipient }) => recipient),
  ),
});

/** Opening thousands of variants of a file unwraps the same data key each time. */
function remembering(real: Age): Age {
  const known = new Map<string, Promise<Uint8Array | null>>();
  return {
    ...real,
    unwrap: async (armor, identities) => {
      const found = known.get(armor) ?? real.unwrap(armor, identities);
      known.set(armor, found);
      // A copy: whoever gets a data key clears it.
      return (await found)?.slice() ?? null;
    },
  };
}

const keys = { identities: [ALICE], age: remembering(age) };

/**
 * All that the format protects of a tree: the text of each value, in order, and of those that are encrypted the keys
 * above it too, as the cipher sees them.
 */
export function protectedIn(tree: Tree): readonly string[] {
  const found: string[] = [];
  mapLeaves(tree, (leaf, { keys: path }) => {
    const isClear = path.some((key) => key.endsWith('_clear'));
    if (leaf.kind !== 'comment' && leaf.text !== '') found.push(`${isClear ? '' : aadOf(path)} ${leaf.text}`);
    return leaf;
  });
  return found;
}

const WHOLE = protectedIn(valueOf(await open(file(PATH, SEALED), keys)).tree);

/** The text is refused, with a problem that says so; or what comes of it is all that was there. */
export async function expectRefusedOrWhole(text: string): Promise<void> {
  const opened = await open(file(PATH, text), keys);
  if (opened.ok) expect(protectedIn(opened.value.tree)).toEqual(WHOLE);
  else
    expect(codes(opened.problems).every((code) => /^(sealed-damaged|not-sealed|bad-regex|no-key)$/.test(code))).toBe(
      true,
    );
}

/** With another byte there the file is refused. */
export async function expectRefused(at: number, byte: string): Promise<void> {
  const { ok } = await open(file(PATH, SEALED.slice(0, at) + byte + SEALED.slice(at + 1)), keys);
  expect({ at, byte, ok }).toEqual({ at, byte, ok: false });
}

/** Where every byte is protected. The type of a value is by its other names: `str` is no name of one with a byte changed. */
const PROTECTED: readonly RegExp[] = [
  /(?<=^#?[^#\n]*ENC\[AES256_GCM,data:)[^,]+/gm,
  /(?<=,iv:)[^,]+/g,
  /(?<=,tag:)[^,]+/g,
  /(?<=,type:)[a-z]+/g,
  /^(text|number|truth|list|deep)(?=:)/gm,
  /^ +a:b(?=:)/gm,
  /^ +c(?=: ENC)/gm,
  /(?<=: )stays/g,
  /(?<=lastmodified: ")[^"]+/g,
  /(?<= )mac(?=: )/g,
  /(?<=unencrypted_suffix: )_clear/g,
];

/** The offsets in the sealed file at which a byte may be changed to no other. */
export function protectedOffsets(): readonly number[] {
  const own = /-----END[^]*?-----BEGIN/.exec(SEALED)?.index ?? 0;
  const block = [...SEALED.slice(0, own).matchAll(/^ {12}[A-Za-z0-9+/=]{4,}$/gm)];
  const found = [...PROTECTED.flatMap((region) => [...SEALED.matchAll(region)]), ...block];
  const offsets = found.flatMap(({ 0: text, index }) => Array.from(text, (_, at) => index + at));
  return [...new Set(offsets)].filter((at) => SEALED[at] !== ' ').toSorted((one, other) => one - other);
}

const ALNUM = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_.';

/** How many other bytes `otherByte` knows. */
export const OTHER_BYTES = ALNUM.length - 1;

/** Another byte than the one that is there. */
export function otherByte(at: number, draw: number): string {
  const others = ALNUM.replace(SEALED[at] ?? '', '');
  return others[draw % others.length] ?? '';
}

const offset = fc.nat({ max: SEALED.length - 1 });
const byte = fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 1 });
const lines = SEALED.split('\n');
const line = fc.nat({ max: lines.length - 2 });

/** A byte becomes any other; a part goes, stands twice or changes places; a line goes, stands twice or changes places. */
export const tampered: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.tuple(offset, byte).map(([at, other]) => SEALED.slice(0, at) + other + SEALED.slice(at + 1)),
  },
  fc.tuple(offset, offset).map(([from, to]) => SEALED.slice(0, from) + SEALED.slice(to)),
  fc.tuple(line, line).map(([one, other]) => {
    const changed = [...lines];
    [changed[one], changed[other]] = [lines[other] ?? '', lines[one] ?? ''];
    return changed.join('\n');
  }),
  fc.tuple(line, line).map(([from, to]) => [...lines.slice(0, to), lines[from] ?? '', ...lines.slice(to)].join('\n')),
  line.map((gone) => lines.toSpliced(gone, 1).join('\n')),
);
