import { describe, expect, test } from 'vitest';
import { reveal, secret } from '../../scripts/config/secret.ts';
import { checked } from '../../scripts/problem.ts';
import { guarded, missingSecret, type SecretProvider } from '../../scripts/secrets/provider.ts';
import { given, problemOf } from './providers/support.ts';

/** A provider that remembers what it was asked. */
function place(values: Readonly<Record<string, string>> = {}) {
  const asked: string[] = [];
  const provider: SecretProvider = {
    describe: () => 'a place',
    list: async () => checked(Object.keys(values)),
    get: async (name) => {
      asked.push(name);
      return checked(secret(values[name] ?? ''));
    },
    set: async (name, value) => {
      asked.push(`${name}=${reveal(value)}`);
      return checked('updated');
    },
  };
  return { asked, provider: guarded(provider) };
}

describe('every provider', () => {
  test('is asked for what is a name, and gives what it has', async () => {
    const { provider, asked } = place({ token: 'x' });
    expect(given(await provider.get('token'))).toBe('x');
    expect(await provider.set?.('token', secret('y'))).toMatchObject({ ok: true });
    expect(asked).toEqual(['token', 'token=y']);
  });

  test.each(['-e', '../x', ''])('is never asked for %j', async (name) => {
    const { provider, asked } = place();
    expect(problemOf(await provider.get(name)).code).toBe('secret-name-malformed');
    expect(problemOf(await provider.set!(name, secret('y'))).code).toBe('secret-name-malformed');
    expect(asked).toEqual([]);
  });

  test.each([
    ['is empty', ''],
    ['holds a NUL', 'a\0b'],
    ['is not UTF-8', Buffer.from([0xff, 0x41]).toString('utf8')],
  ])('gives and takes no secret that %s', async (fault, text) => {
    const { provider, asked } = place({ token: text });
    expect(problemOf(await provider.get('token'))).toMatchObject({
      code: 'secret-unusable',
      message: expect.stringContaining(`token of a place ${fault}`),
    });
    expect(problemOf(await provider.set!('token', secret(text))).code).toBe('secret-unusable');
    expect(asked).toEqual(['token']);
  });

  test('can be written to only where the place can', () => {
    const { provider } = place();
    expect(guarded({ describe: provider.describe, list: provider.list, get: provider.get })).not.toHaveProperty('set');
  });
});

test('what is missing may be mistyped', () => {
  expect(missingSecret('tokne', 'a place', ['token'], 'add it').hint).toBe('did you mean token? Or add it');
  expect(missingSecret('other', 'a place', ['token'], 'add it').hint).toBe('add it');
});
