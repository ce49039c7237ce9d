/** Key files behind a passphrase: made by the library, by the real age, and damaged. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { armor, Encrypter } from 'age-encryption';
import { beforeAll, describe, expect, test } from 'vitest';
import { newIdentity, type NewIdentity } from '../../scripts/system/age.ts';
import { lockedKeys, type LockedKeys } from '../../scripts/system/locked-keys.ts';
import { emptyFolder } from '../support/project.ts';
import { hasScript, onTerminal } from '../support/script.ts';
import { realTool } from '../support/tools.ts';

const age = realTool('age');
const PASSPHRASE = 'correct horse, bättery';

let key: NewIdentity;
let locked: Uint8Array;
beforeAll(async () => {
  key = newIdentity();
  locked = await lock(key.keyFile);
});

/** Less work than `age` makes of it: the tests guess often. */
async function lock(text: string): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(PASSPHRASE);
  encrypter.setScryptWorkFactor(8);
  return encrypter.encrypt(text);
}

async function fileOf(bytes: Uint8Array): Promise<LockedKeys> {
  const found = await lockedKeys(bytes, 'here');
  if (!found.ok || found.value === null) throw new Error('is not locked');
  return found.value;
}

const armored = (bytes: Uint8Array) => Buffer.from(armor.encode(bytes));

describe('a key file behind a passphrase', () => {
  test.each([
    ['binary', (bytes: Uint8Array) => bytes],
    ['in armor', armored],
    ['in armor between blanks', (bytes: Uint8Array) => Buffer.from(`\n${armor.encode(bytes)}\n\n`)],
  ])('%s: opens by its passphrase, and by no other', async (_, form) => {
    const file = await fileOf(form(locked));
    expect(await file.open('correct horse, battery')).toBeNull();
    expect(await file.open('')).toBeNull();
    const opened = await file.open(PASSPHRASE);
    expect(opened?.problems).toEqual([]);
    expect(opened?.identities).toMatchObject([{ recipient: key.recipient, source: 'here' }]);
  });

  test('what is in it is read as any key file', async () => {
    const opened = await (await fileOf(await lock('# no key\n'))).open(PASSPHRASE);
    expect(opened?.problems).toMatchObject([{ code: 'bad-age-key', message: 'here holds no age key' }]);
  });

  test('one that was cut or changed is told from a wrong passphrase', async () => {
    const opened = await (await fileOf(locked.slice(0, -3))).open(PASSPHRASE);
    expect(opened).toMatchObject({ identities: [], problems: [{ code: 'bad-age-key' }] });
    expect(opened?.problems[0]?.message).toContain('damaged');
  });
});

describe('what is no key file behind a passphrase', () => {
  test.each([
    ['a key in clear', () => Buffer.from(key.keyFile)],
    ['nothing', () => Buffer.alloc(0)],
    ['an age file behind other text', () => Buffer.concat([Buffer.from('x'), locked])],
  ])('%s: is left to others', async (_, make) => {
    expect(await lockedKeys(make(), 'here')).toMatchObject({ ok: true, value: null });
  });

  test.each([
    ['half an armor', () => armored(locked).subarray(0, 90), 'damaged'],
    ['an armor of something else', () => Buffer.from(armor.encode(Buffer.from('hello'))), 'damaged'],
    ['a version alone', () => Buffer.from('age-encryption.org/v1\n'), 'damaged'],
  ])('%s: is refused', async (_, make, words) => {
    const found = await lockedKeys(make(), 'here');
    expect(found).toMatchObject({ ok: false, problems: [{ code: 'bad-age-key', severity: 'error' }] });
    expect(found.problems[0]?.message).toContain(words);
  });

  test('one for another key: says so, and the way round', async () => {
    const encrypter = new Encrypter();
    encrypter.addRecipient(key.recipient);
    const found = await lockedKeys(await encrypter.encrypt(key.keyFile), 'here');
    expect(found.problems).toMatchObject([{ code: 'bad-age-key', hint: expect.stringContaining('SOPS_AGE_KEY_CMD') }]);
    expect(found.problems[0]?.message).toContain('for another key');
  });
});

describe.skipIf(age === null || !hasScript())('with the real age', () => {
  const where = (folder: string) => ({ cwd: folder, env: { PATH: process.env['PATH'] ?? '', HOME: folder } });

  test.each([
    ['binary', []],
    ['in armor', ['--armor']],
  ])('what it makes, %s, we open', async (_, options) => {
    const folder = emptyFolder();
    writeFileSync(join(folder, 'plain'), key.keyFile);
    const words = [age ?? '', '--passphrase', ...options, '--output', 'locked', 'plain'];
    const ended = await onTerminal(words, where(folder), [
      ['passphrase', `${PASSPHRASE}\r`],
      ['onfirm', `${PASSPHRASE}\r`],
    ]);
    expect(ended.status, ended.shown).toBe(0);
    const file = await fileOf(readFileSync(join(folder, 'locked')));
    expect(await file.open('wrong')).toBeNull();
    expect((await file.open(PASSPHRASE))?.identities).toMatchObject([{ recipient: key.recipient }]);
  });

  test('what the library makes it opens', async () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, 'locked'), armored(locked));
    const words = [age ?? '', '--decrypt', '--output', 'plain', 'locked'];
    const ended = await onTerminal(words, where(folder), [['passphrase', `${PASSPHRASE}\r`]]);
    expect(ended.status, ended.shown).toBe(0);
    expect(readFileSync(join(folder, 'plain'), 'utf8')).toBe(key.keyFile);
  });
});
