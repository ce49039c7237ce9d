import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { generateHybridIdentity, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { isSecret, reveal } from '../../scripts/config/secret.ts';
import { recipientFault, type Identity } from '../../scripts/secrets/age/age.ts';
import { age, newIdentity, parseKeys } from '../../scripts/system/age.ts';
import { realTool } from '../support/tools.ts';

const AGE = realTool('age');
const KEYGEN = realTool('age-keygen');

async function identityOf(text: string): Promise<Identity> {
  const [identity] = (await parseKeys(text, 'test')).identities;
  if (identity === undefined) throw new Error('no identity');
  return identity;
}

const KINDS = [
  ['X25519', generateX25519Identity],
  ['post-quantum', generateHybridIdentity],
] as const;

describe.each(KINDS)('%s', (_kind, generate) => {
  test('unwrapping inverts wrapping', async () => {
    const [identity, other] = [await identityOf(await generate()), await identityOf(await generateX25519Identity())];
    const dataKey = Uint8Array.from({ length: 32 }, (_, index) => index);
    const armor = await age.wrap(identity.recipient, dataKey);
    expect(armor).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n[^]*\n-----END AGE ENCRYPTED FILE-----\n$/);
    expect(await age.unwrap(armor, [other, identity])).toEqual(dataKey);
    expect(await age.unwrap(armor, [other])).toBeNull();
    expect(await age.unwrap(armor, [])).toBeNull();
    expect(await age.unwrap(armor.replace(/.{10}\n-----END/, 'AAAAAAAAAA\n-----END'), [identity])).toBeNull();
    expect(await age.unwrap('nonsense', [identity])).toBeNull();
  });

  test('its recipient is sound, and one without its last character is not', async () => {
    const recipient = await identityToRecipient(await generate());
    expect(recipientFault(recipient)).toBeNull();
    expect(recipientFault(recipient.slice(0, -1))).not.toBeNull();
  });

  test.skipIf(!AGE)('the real age opens what we wrap, and we what it wraps', async () => {
    const identity = await identityOf(await generate());
    const folder = await mkdtemp(join(tmpdir(), 'nigari-age-'));
    const run = (args: readonly string[], input: string): string =>
      execFileSync(AGE ?? '', args, { input, encoding: 'utf8', cwd: folder });
    try {
      await writeFile(join(folder, 'key'), reveal(identity.text), { mode: 0o600 });
      const armor = await age.wrap(identity.recipient, Buffer.from('a data key'));
      expect(run(['--decrypt', '--identity', 'key'], armor)).toBe('a data key');
      const theirs = run(['--armor', '--recipient', identity.recipient], 'another');
      expect(Buffer.from((await age.unwrap(theirs, [identity])) ?? []).toString()).toBe('another');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('a new identity', () => {
  test('is written as age-keygen writes it', async () => {
    const { keyFile, recipient } = newIdentity(new Date('2026-01-02T03:04:05.678Z'));
    const [created, publicKey, key, end, ...rest] = keyFile.split('\n');
    expect([created, publicKey, end, rest]).toEqual([
      '# created: 2026-01-02T03:04:05Z',
      `# public key: ${recipient}`,
      '',
      [],
    ]);
    expect(key).toMatch(/^AGE-SECRET-KEY-1[0-9A-Z]{58}$/);
    expect(await identityOf(keyFile)).toMatchObject({ recipient, source: 'test' });
  });

  test.skipIf(!KEYGEN)('and the real age-keygen derives the same recipient', async () => {
    const { keyFile, recipient } = newIdentity();
    expect(execFileSync(KEYGEN ?? '', ['-y'], { input: keyFile, encoding: 'utf8' }).trim()).toBe(recipient);
  });

  test('is another one each time', async () => {
    expect(newIdentity().recipient).not.toBe(newIdentity().recipient);
  });
});

describe('a key file', () => {
  test('may hold several keys, comments, blanks and CRLF; a key is a secret', async () => {
    const [one, two] = [await generateX25519Identity(), await generateHybridIdentity()];
    const { identities, problems } = await parseKeys(`# mine\r\n${one}\r\n\r\n  ${two}  \r\n`, 'age.key');
    expect(problems).toEqual([]);
    expect(identities.map(({ text }) => isSecret(text) && reveal(text))).toEqual([one, two]);
  });

  test.each([
    ['a key that is cut', (key: string) => key.slice(0, -1), 'error', 'not a whole age key'],
    [
      'a key with a slip',
      (key: string) => key.replace(/.$/, (last) => (last === 'Q' ? 'P' : 'Q')),
      'error',
      'not a whole',
    ],
    ['a key in small letters', (key: string) => key.toLowerCase(), 'error', 'is no age key'],
    ['a public key', () => 'age1y2ushrhhc2qncrxvg9kn5xf502m5tyacmfxwuavfrf4jduukefmsapgc00', 'error', 'public key'],
    ['a key of a plugin', () => 'AGE-PLUGIN-YUBIKEY-1QQQQ', 'warning', 'plugin'],
    ['nothing', () => '# only this', 'error', 'holds no age key'],
    ['something else', () => 'hunter2', 'error', 'line 1 is no age key'],
  ] as const)('with %s is told by its place, without a part of it', async (_what, change, severity, words) => {
    const text = change(await generateX25519Identity());
    const { identities, problems } = await parseKeys(text, 'somewhere');
    expect(identities).toEqual([]);
    expect(problems).toMatchObject([{ code: 'bad-age-key', severity }]);
    expect(problems[0]?.message).toMatch(/^somewhere /);
    expect(problems[0]?.message).toContain(words);
    expect(JSON.stringify(problems)).not.toContain(text.slice(20, 30) || 'hunter');
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });
});
