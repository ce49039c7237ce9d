/** Node's X25519 beside the one of `age-encryption`; beside the real age in `age.test.ts`. */
import { armor, Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { expect, test } from 'vitest';
import { secret } from '../../scripts/config/secret.ts';
import type { Identity } from '../../scripts/secrets/age.ts';
import { age } from '../../scripts/system/age.ts';

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
