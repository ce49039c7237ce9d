import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maskedText } from '../../../scripts/secrets/versions/masked-text.ts';
import { readSealed } from '../../../scripts/secrets/sops/sealed.ts';
import { unlock } from '../../../scripts/secrets/unlock.ts';
import { age } from '../../../scripts/system/age.ts';
import { ALICE, changedLines, config, file, PATH, sealText, valueOf } from '../support.ts';

/** @param isOpen with Alice's key, or without any */
async function shown(sealed: string, isOpen = true): Promise<string> {
  const read = valueOf(readSealed(file(PATH, sealed)));
  return maskedText(read, isOpen ? valueOf(await unlock(read, { identities: [ALICE], age })) : null);
}

const CLEAR =
  '# note\na: one\nb:\n    c: 2\n    d_unencrypted: public\n    nothing: null\n    empty: ""\nlist:\n    - x\n    - y\n';

test('shows keys, what is in clear, for whom and how it is sealed; of values only digests', async () => {
  const text = await shown(await sealText(CLEAR, { sopsConfig: config(['unencrypted_suffix: _unencrypted']) }));
  expect(text.replace(/<[0-9a-f]{12}>/g, '<>')).toBe(`# <>
a: <>
b:
    c: <>
    d_unencrypted: public
    nothing: null
    empty: ""
list:
    - <>
    - <>
sops:
    age:
        - ${ALICE.recipient}
    unencrypted_suffix: _unencrypted
`);
  expect(new Set(text.match(/<[0-9a-f]{12}>/g)).size).toBe(5);
});

test.each([
  ['with the key', true],
  ['without a key', false],
])('a value changed is one line, and nothing else moves, %s', async (_, isOpen) => {
  const before = await sealText(CLEAR);
  const after = await sealText(CLEAR.replace('one', 'two'), {}, before);
  const lines = changedLines(await shown(before, isOpen), await shown(after, isOpen));
  expect(lines).toEqual([expect.stringMatching(/^a: <[0-9a-f]{12}>$/)]);
});

test('the same file always looks the same; one with another data key does not', async () => {
  const [one, other] = [await sealText('a: one\n'), await sealText('a: one\n')];
  expect(await shown(one)).toBe(await shown(one));
  expect(await shown(one)).not.toBe(await shown(other));
});

test('a value has another digest in another place and another file, so that equal ones cannot be told', async () => {
  const digests = async (): Promise<readonly string[]> =>
    (await shown(await sealText('a: same\nb: same\n'))).match(/<[0-9a-f]{12}>/g) ?? [];
  expect(new Set([...(await digests()), ...(await digests())]).size).toBe(4);
});

test('no text of it is shown, whatever it is', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.stringMatching(/^[a-z!:# ]{6,20}$/).filter((text) => text.trim() === text),
      async (secret) => {
        const text = `a: ${JSON.stringify(secret)}\n`;
        for (const isOpen of [true, false]) expect(await shown(await sealText(text), isOpen)).not.toContain(secret);
      },
    ),
    { numRuns: 20 },
  );
});
