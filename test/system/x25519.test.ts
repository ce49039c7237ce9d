/** Node's X25519 beside the one of `age-encryption`; beside the real age in `age.test.ts`. */
import { armor, Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { expect, test } from 'vitest';
import { secret } from '../../scripts/config/secret.ts';
import type { Identity } from '../../scripts/secrets/age/age.ts';
import { bech32Bytes, bech32Text } from '../../scripts/secrets/age/bech32.ts';
import { age } from '../../scripts/system/age.ts';
import { decryptFile } from '../../scripts/system/age-file.ts';
import { x25519Key } from '../../scripts/system/x25519.ts';

const KEY = Uint8Array.from({ length: 32 }, (_, index) => index);

async function someone(): Promise<{ readonly key: string; readonly identity: Identity }> {
  const key = await generateX25519Identity();
  return { key, identity: { text: secret(key), recipient: await identityToRecipient(key), source: 'test' } };
}

test('age-encryption opens what we wrap, and we what it wraps', async () => {
  const { key, identity } = await someone();
  const decrypter = new Decrypter();
  decrypter.addIdentity(key);
  expect(await decrypter.decrypt(armor.decode(await age.wrap(identity.recipient, KEY)))).toEqual(KEY);
  const encrypter = new Encrypter();
  encrypter.addRecipient(identity.recipient);
  expect(await age.unwrap(armor.encode(await encrypter.encrypt(KEY)), [identity])).toEqual(KEY);
});

test('a file for several is opened by each', async () => {
  const [one, other, nobody] = [await someone(), await someone(), await someone()];
  const encrypter = new Encrypter();
  encrypter.addRecipient(other.identity.recipient);
  encrypter.addRecipient(one.identity.recipient);
  const file = armor.encode(await encrypter.encrypt(KEY));
  expect(await age.unwrap(file, [one.identity])).toEqual(KEY);
  expect(await age.unwrap(file, [nobody.identity, other.identity])).toEqual(KEY);
  expect(await age.unwrap(file, [nobody.identity])).toBeNull();
});

test('no two wraps are alike', async () => {
  const { identity } = await someone();
  expect(await age.wrap(identity.recipient, KEY)).not.toBe(await age.wrap(identity.recipient, KEY));
});

test.each([
  [/X25519 .{4}/, 'X25519 AAAA'],
  [/X25519 \S+/, 'X25519'],
  [/X25519 \S+/, 'X25519 AAAA'],
  [/X25519/, 'x25519'],
  [/(?<=X25519 \S+\n)\S{5}/, 'AAAAA'],
  [/(?<=X25519 \S+\n)\S+/, ''],
])('with %s as %j nothing is opened', async (from, to) => {
  const { identity } = await someone();
  const file = Buffer.from(armor.decode(await age.wrap(identity.recipient, KEY))).toString('latin1');
  const changed = file.replace(from, to);
  expect(changed).not.toBe(file);
  expect(await age.unwrap(armor.encode(Buffer.from(changed, 'latin1')), [identity])).toBeNull();
});

test('what age-encryption wrapped for X25519 keys needs no age-encryption to be opened', async () => {
  const [one, other] = [await someone(), await someone()];
  const encrypter = new Encrypter();
  for (const { identity } of [one, other]) encrypter.addRecipient(identity.recipient);
  const file = armor.encode(await encrypter.encrypt(KEY));
  for (const { key } of [one, other]) {
    const scalar = bech32Bytes(key.toLowerCase(), 'age-secret-key-') ?? new Uint8Array();
    expect(decryptFile(file, x25519Key(scalar).unwrapFileKey)).toEqual(KEY);
  }
});

test('a file of which any bit is another is not opened', async () => {
  const { identity } = await someone();
  const file = armor.decode(await age.wrap(identity.recipient, KEY));
  for (let at = 0; at < file.length; at += 1) {
    const changed = file.with(at, (file[at] ?? 0) ^ (1 << (at % 8)));
    expect(await age.unwrap(armor.encode(changed), [identity])).toBeNull();
  }
});

test('a key is written as age-encryption writes it', async () => {
  const { key, identity } = await someone();
  const scalar = bech32Bytes(key.toLowerCase(), 'age-secret-key-') ?? new Uint8Array();
  expect(bech32Text(scalar, 'age-secret-key-').toUpperCase()).toBe(key);
  expect(bech32Text(x25519Key(scalar).recipient, 'age')).toBe(identity.recipient);
});
