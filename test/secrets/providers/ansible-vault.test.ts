/**
 * Against files of the real Ansible: `test/fixtures/ansible-vault` was made by ansible-core 2.19.14; the package
 * `ansible-vault` reads and writes independently; and where the real program is on PATH, it does both too.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Vault } from 'ansible-vault';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { secret } from '../../../scripts/config/secret.ts';
import { checked, refused } from '../../../scripts/problem.ts';
import { ansibleVaultProvider } from '../../../scripts/secrets/providers/ansible-vault.ts';
import {
  isVaultText,
  openVaultText,
  vaultId,
  vaultText,
} from '../../../scripts/secrets/providers/ansible/vault-text.ts';
import { findOnPath } from '../../../scripts/system/programs.ts';
import { project, REPOSITORY } from '../../support/project.ts';
import { changedLines } from '../support.ts';
import { given, problemOf } from './support.ts';

const PASSWORD = 'hunter2-of-the-vault';
const SECRETS = [PASSWORD, 'hunter2', 'line one'];
const PROGRAM = await findOnPath('ansible-vault', process.env);

const fixture = (name: string): string => readFileSync(join(REPOSITORY, 'test/fixtures/ansible-vault', name), 'utf8');
const salt = (): Uint8Array => new Uint8Array(randomBytes(32));
const textOf = (opened: ReturnType<typeof openVaultText>): string =>
  typeof opened === 'string' ? `closed: ${opened}` : Buffer.from(opened).toString('utf8');

/** A provider over one file in memory. */
function vault(text: string | Uint8Array, password: string | null = PASSWORD) {
  const file = { text: Buffer.from(text).toString('utf8'), writes: 0, asked: 0 };
  const bytes = { now: Buffer.from(text) };
  const missing = { code: 'ansible-vault-password-missing', severity: 'error', message: 'no', hint: 'set it' } as const;
  const provider = ansibleVaultProvider('vault.yaml', {
    read: async () => checked({ path: 'vault.yaml', bytes: bytes.now }),
    write: async (written) => {
      file.writes += 1;
      bytes.now = Buffer.from(written.bytes);
      file.text = bytes.now.toString('utf8');
      return checked(undefined);
    },
    password: async () => {
      file.asked += 1;
      return password === null ? refused(missing) : checked(secret(password));
    },
    random: salt,
  });
  return { file, ...provider, set: provider.set! };
}

describe('a vault text', () => {
  test.each(['whole-1.1.yaml', 'whole-1.2.yaml'])('of Ansible opens: %s', (name) => {
    expect(textOf(openVaultText(fixture(name), PASSWORD))).toMatch(/^# The vault\.\ntoken: hunter2-token\n/);
    expect(openVaultText(fixture(name), `${PASSWORD}x`)).toBe('wrong-password');
  });

  test('has the name of its password', () => {
    expect([vaultId(fixture('whole-1.1.yaml')), vaultId(fixture('whole-1.2.yaml'))]).toEqual([null, 'dev']);
  });

  test('opens indented, with the line breaks of Windows, and without a last one', () => {
    const text = vaultText(Buffer.from('x'), PASSWORD, salt(), null);
    const forms = [text.trim(), text.replaceAll('\n', '\r\n'), text.replaceAll(/^/gm, '      '), `\n${text}\n\n`];
    for (const form of forms) expect(textOf(openVaultText(form, PASSWORD))).toBe('x');
  });

  test('gives back what was put in', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.string({ minLength: 1, unit: 'grapheme' }),
        fc.option(fc.stringMatching(/^[a-z]{1,9}$/)),
        (bytes, password, id) => {
          const text = vaultText(bytes, password, salt(), id);
          expect(text).toMatch(/^\$ANSIBLE_VAULT;1\.[12];AES256(;[a-z]+)?\n([0-9a-f]{80}\n)*[0-9a-f]{1,80}\n$/);
          expect([isVaultText(text), vaultId(text)]).toEqual([true, id]);
          expect(openVaultText(text, password)).toEqual(Buffer.from(bytes));
        },
      ),
      { numRuns: 50 },
    );
  });

  test('with any digit changed stays closed', () => {
    const text = vaultText(Buffer.from('some text'), PASSWORD, salt(), null);
    const start = text.indexOf('\n') + 1;
    fc.assert(
      fc.property(
        fc.integer({ min: start, max: text.length - 2 }),
        fc.constantFrom(...'0123456789abcdef'),
        (at, digit) => {
          fc.pre(text[at] !== '\n' && text[at] !== digit);
          expect(openVaultText(text.slice(0, at) + digit + text.slice(at + 1), PASSWORD)).toBeTypeOf('string');
        },
      ),
      { numRuns: 200 },
    );
  });

  test.each([
    ['no vault text', 'hello', 'malformed'],
    ['an empty one', '', 'malformed'],
    ['nothing behind the header', '$ANSIBLE_VAULT;1.1;AES256\n', 'malformed'],
    ['no hex', '$ANSIBLE_VAULT;1.1;AES256\nzz\n', 'malformed'],
    ['half of it', fixture('whole-1.1.yaml').slice(0, 300), 'malformed'],
    ['the cipher of Ansible 1', '$ANSIBLE_VAULT;1.0;AES\n6162\n', 'unsupported'],
  ])('that is %s stays closed', (_, text, why) => {
    expect(openVaultText(text, PASSWORD)).toBe(why);
  });

  test('passes to and from an independent implementation', async () => {
    const other = new Vault({ password: PASSWORD });
    const text = 'two\nlines ä 😀\n';
    const ours = (id: string | null): string => vaultText(Buffer.from(text), PASSWORD, salt(), id).trim();
    expect(await other.decrypt(ours(null), undefined)).toBe(text);
    expect(await other.decrypt(ours('dev'), 'dev')).toBe(text);
    expect(textOf(openVaultText(await other.encrypt(text, ''), PASSWORD))).toBe(text);
    expect(textOf(openVaultText(await other.encrypt(text, 'dev'), PASSWORD))).toBe(text);
  });

  test.skipIf(PROGRAM === null)('passes to and from the real program', () => {
    const run = (folder: string, ...args: readonly string[]): string =>
      execFileSync(PROGRAM ?? '', args, { cwd: folder, encoding: 'utf8', env: { ...process.env, HOME: folder } });
    const text = 'two\nlines ä 😀\n';
    const ours = {
      one: vaultText(Buffer.from(text), PASSWORD, salt(), null),
      two: vaultText(Buffer.from(text), PASSWORD, salt(), 'dev'),
    };
    const folder = project({ ...ours, password: PASSWORD, theirs: text });
    const key = ['--vault-password-file', 'password'];
    expect(run(folder, 'view', ...key, 'one').trimEnd()).toBe(text.trimEnd());
    expect(run(folder, 'view', '--vault-id', 'dev@password', 'two').trimEnd()).toBe(text.trimEnd());
    run(folder, 'encrypt', ...key, 'theirs');
    expect(textOf(openVaultText(readFileSync(join(folder, 'theirs'), 'utf8'), PASSWORD))).toBe(text);
  });
});

describe.each(['whole-1.1.yaml', 'whole-1.2.yaml'])('a file that is encrypted: %s', (name) => {
  test('gives its leaves', async () => {
    const { get, list, file } = vault(fixture(name));
    expect(given(await get('token'))).toBe('hunter2-token');
    expect(given(await get('nested.port'))).toBe('80');
    expect(given(await get('nested.password'))).toBe('with: colon');
    expect(given(await get('list[0]'))).toBe('first');
    expect(await list()).toMatchObject({ value: ['list[0]', 'nested.password', 'nested.port', 'token'] });
    expect(file.asked).toBe(1);
  });

  test('keeps its bytes where the value is that already', async () => {
    const { set, file } = vault(fixture(name));
    expect(await set('token', secret('hunter2-token'))).toMatchObject({ ok: true });
    expect([file.text, file.writes]).toEqual([fixture(name), 0]);
  });

  test('is encrypted anew with one value changed, and nothing else in it', async () => {
    const { set, get, file } = vault(fixture(name));
    const before = textOf(openVaultText(file.text, PASSWORD));
    for (const [key, value] of [
      ['nested.password', 'new\n"value"'],
      ['added', 'x\u2028y'],
    ] as const) {
      expect(await set(key, secret(value))).toMatchObject({ ok: true });
      expect(given(await get(key))).toBe(value);
    }
    const after = textOf(openVaultText(file.text, PASSWORD));
    expect(after).toBe(`${before.replace('"with: colon"', '"new\\n\\"value\\""')}added: "x\\u2028y"\n`);
    expect(vaultId(file.text)).toBe(vaultId(fixture(name)));
  });
});

describe('a file with encrypted values', () => {
  const INLINE = fixture('inline.yaml');

  test('gives those', async () => {
    const { get, list } = vault(INLINE);
    expect(given(await get('token'))).toBe('hunter2-token');
    expect(given(await get('registry.password'))).toBe('line one\nline two ä\n');
    expect(await list()).toMatchObject({ value: ['registry.password', 'token'] });
  });

  test('tells its names without a password', async () => {
    expect(await vault(INLINE, null).list()).toMatchObject({ value: ['registry.password', 'token'] });
  });

  test('keeps its bytes where the value is that already', async () => {
    const { set, file } = vault(INLINE);
    expect(await set('registry.password', secret('line one\nline two ä\n'))).toMatchObject({ ok: true });
    expect([file.text, file.writes]).toEqual([INLINE, 0]);
  });

  test('changes in the lines of the one value', async () => {
    const { set, get, file } = vault(INLINE);
    expect(await set('registry.password', secret('new'))).toMatchObject({ ok: true });
    expect(given(await get('registry.password'))).toBe('new');
    expect(given(await get('token'))).toBe('hunter2-token');
    const changed = changedLines(INLINE, file.text);
    expect(changed.length).toBeGreaterThan(3);
    for (const line of changed) expect(line).toMatch(/^ {12}[0-9a-f]+$/);
    expect(file.text).toContain('password: !vault |\n            $ANSIBLE_VAULT;1.2;AES256;dev\n');
    expect(file.text.endsWith('  user: robot # in clear\n')).toBe(true);
  });

  test('encrypts what stood in clear, and takes new names at its end', async () => {
    const { set, get, file } = vault(INLINE);
    expect(await set('user', secret('root'))).toMatchObject({ ok: true });
    expect(file.text).toContain('user: !vault |\n          $ANSIBLE_VAULT;1.1;AES256\n');
    expect(await set('added', secret('x'))).toMatchObject({ ok: true });
    expect(file.text).toContain(' # in clear\nadded: !vault |\n          $ANSIBLE_VAULT;1.1;AES256\n');
    expect([given(await get('user')), given(await get('added'))]).toEqual(['root', 'x']);
  });

  test('is not written where more than the value would change', async () => {
    const { set, file } = vault(INLINE);
    for (const name of ['registry.added', 'registry', 'registry.user', 'a/b'])
      expect(problemOf(await set(name, secret('hunter2')), SECRETS).code).toBe('secret-not-settable');
    expect(file.writes).toBe(0);
    expect(problemOf(await vault('{a: 1}\n').set('a', secret('hunter2')), SECRETS).code).toBe('secret-not-settable');
  });
});

describe('each failure is one problem', () => {
  const INLINE = fixture('inline.yaml');
  const WHOLE = fixture('whole-1.2.yaml');

  test.each([
    ['a wrong password', WHOLE, 'other', 'token', 'ansible-vault-password'],
    ['a wrong password of a value', INLINE, 'other', 'registry.password', 'ansible-vault-password'],
    ['no password', WHOLE, null, 'token', 'ansible-vault-password-missing'],
    ['no password for a value', INLINE, null, 'token', 'ansible-vault-password-missing'],
    ['a missing name', WHOLE, PASSWORD, 'tokne', 'secret-missing'],
    ['a missing value', INLINE, PASSWORD, 'tokne', 'secret-missing'],
    ['a value in clear', INLINE, PASSWORD, 'user', 'secret-in-clear'],
    ['a file cut short', WHOLE.slice(0, -200), PASSWORD, 'token', 'ansible-vault-damaged'],
    [
      'a value cut short',
      'token: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  3132\n',
      PASSWORD,
      'token',
      'ansible-vault-damaged',
    ],
    ['the cipher of Ansible 1', '$ANSIBLE_VAULT;1.0;AES\n6162\n', PASSWORD, 'token', 'ansible-vault-damaged'],
    ['no YAML', 'a: [hunter2\nb: "hunter2', PASSWORD, 'token', 'bad-yaml'],
    ['no YAML inside', vaultText(Buffer.from('a: [hunter2\nb'), PASSWORD, salt(), null), PASSWORD, 'token', 'bad-yaml'],
    [
      'no UTF-8 inside',
      vaultText(new Uint8Array([255]), PASSWORD, salt(), null),
      PASSWORD,
      'token',
      'ansible-vault-damaged',
    ],
    ['no UTF-8', new Uint8Array([255]), PASSWORD, 'token', 'not-utf8'],
  ])('%s', async (_, text, password, name, code) => {
    expect(problemOf(await vault(text, password).get(name), SECRETS).code).toBe(code);
  });

  test('the name of the wanted password is told', async () => {
    expect(problemOf(await vault(WHOLE, 'other').get('token')).message).toBe(
      'vault.yaml stays closed: the password does not fit, wanted is that of dev',
    );
  });

  test('with a password that does not fit nothing is set', async () => {
    for (const text of [WHOLE, INLINE]) {
      const { set, file } = vault(text, 'other');
      expect(problemOf(await set('token', secret('new'))).code).toBe('ansible-vault-password');
      expect(problemOf(await set('added', secret('new'))).code).toBe('ansible-vault-password');
      expect(file.writes).toBe(0);
    }
  });
});
