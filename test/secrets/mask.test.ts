import { describe, expect, test } from 'vitest';
import { derive } from '../../scripts/config/derive.ts';
import { secret } from '../../scripts/config/secret.ts';
import { masker, plainValues } from '../../scripts/secrets/mask.ts';

/** Long enough for V8 to refuse a regular expression of it, and of its escaped forms. */
const LONG = Array.from({ length: 60_000 }, (_, index) => String.fromCharCode(33 + ((index * 7) % 90))).join('');

/** Hides these, under keys of no special meaning. */
const masking = (...values: string[]) =>
  masker(new Map(values.map((value, index) => [`key_${index}`, secret(value)] as const)));

describe('masker', () => {
  test.each([
    ['as it is', LONG],
    ['in JSON', JSON.stringify(LONG).slice(1, -1)],
    ['in a URL', encodeURIComponent(LONG)],
    ['in base64', Buffer.from(LONG).toString('base64')],
  ])('a secret of tens of thousands of characters, %s', (_what, form) => {
    expect(masking(LONG)(`a ${form} b`)).toBe('a *** b');
  });

  test('a long one that was wrapped at its blanks', () => {
    const words = Array.from({ length: 8_000 }, (_, index) => `word${index}(`);
    const hide = masking(words.join(' '));
    expect(hide(`│ bad: ${words.join('\n│ ')}!`)).toBe('│ bad: ***!');
    expect(hide(words.slice(1).join('\n│ '))).toContain('word7999(');
  });

  test('wrapped ones between half ones and behind each other', () => {
    const hide = masking('correct horse staple');
    expect(hide('correct correct\n horse staple correct horse  staple correct horse')).toBe(
      'correct *** *** correct horse',
    );
    expect(hide('correcthorse staple')).toBe('correcthorse staple');
  });

  test('is made once and hides the same in every text', () => {
    const hide = masking('first-secret', 'other $& secret');
    const texts = ['x first-secret y', 'other $&\nsecret', 'x first-secret y', 'nothing'];
    expect(texts.map(hide)).toEqual(['x *** y', '***', 'x *** y', 'nothing']);
  });

  test('blanks alone are no secret', () => {
    expect(masking(' '.repeat(9), 'abcdefgh\n         \nabcdefgh')('a         b')).toBe('a         b');
  });
});

describe('every form in which programs print a value', () => {
  const value = 'p4$s "w<ö>rd&/+x=${y}';
  const masked = (text: string, ...values: string[]) => masking(...(values.length > 0 ? values : [value]))(text);

  test.each([
    ['as it is', value],
    ['in JSON', JSON.stringify(value).slice(1, -1)],
    [
      "in Go's JSON",
      JSON.stringify(value)
        .slice(1, -1)
        .replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`),
    ],
    ['in HCL', JSON.stringify(value).slice(1, -1).replace('${', '$${')],
    ['in a path', encodeURIComponent(value)],
    ['in a query', encodeURIComponent(value).replaceAll('%20', '+')],
    ['in base64', Buffer.from(value).toString('base64')],
    ['in base64 for URLs', Buffer.from(value).toString('base64url')],
  ])('%s', (_, form) => {
    expect(masked(`before ${form} after`)).not.toContain(form.slice(2, 12));
    expect(masked(`before ${form} after`)).toMatch(/^before .{0,2}\*\*\*.{0,4} after$/);
  });

  test.each([1, 2, 3, 4])('in base64 after a user name of %i characters', (length) => {
    const header = Buffer.from(`${'u'.repeat(length)}:${value}`).toString('base64');
    const left = masked(header).split('***');
    expect(left).toHaveLength(2);
    // What is left at the ends holds less than one character of the secret beside its neighbours.
    expect(Buffer.from(left[0] ?? '', 'base64').toString()).not.toContain(value.slice(0, 2));
    expect((left[1] ?? '').replaceAll('=', '').length).toBeLessThanOrEqual(2);
  });

  test('a secret that was wrapped at its blanks', () => {
    expect(masked('│ bad: correct horse\n│ battery staple!', 'correct horse battery staple')).toBe('│ bad: ***!');
  });

  test('each line of one with several lines', () => {
    expect(masked('line is -----BEGIN KEY----- here', '-----BEGIN KEY-----\nAAAABBBBCCCC')).toBe('line is *** here');
  });

  test('short ones stay; the longer one of two goes whole', () => {
    expect(masked('7 chars', '7 chars')).toBe('7 chars');
    expect(masked('8 chars.', '8 chars.')).toBe('***');
    expect(masked('x abcdefgh-ijkl y', 'abcdefgh', 'abcdefgh-ijkl')).toBe('x *** y');
    expect(masking()('nothing')).toBe('nothing');
  });
});

describe('what is not hidden', () => {
  const { model } = derive({
    cluster: {
      node_cidr: '10.0.0.0/24',
      cluster_api_addr: '10.0.0.10',
      cluster_name: 'homelab-one',
      tfstate_url: 'https://state.example.com',
      tfstate_username: 'state-user',
      tfstate_password: 'homelab-one',
      state_encryption_passphrase: 'one passphrase of the state',
      vars: { deep: [{ text: 'a-value-of-vars', number: 123456789 }] },
    },
    nodes: [{ name: 'cp-1', address: '10.0.0.11', controller: true, disk: '/dev/disk/one' }],
  });
  const known = plainValues(model);

  test('the plain values are those of the inputs and their defaults, and no secret', () => {
    for (const text of ['homelab-one', 'a-value-of-vars', '123456789', '/dev/disk/one', '10.42.0.0/16']) {
      expect(known).toContain(text);
    }
    for (const text of ['state-user', 'one passphrase of the state']) expect(known).not.toContain(text);
  });

  test('a secret that is also a plain value, in none of its forms', () => {
    const secrets = new Map([
      ['tfstate_password', secret('homelab-one')],
      ['state_encryption_passphrase', secret('one passphrase of the state')],
      ['proxmox_api_token_secret', secret('homelab-one, and more')],
    ]);
    const text = `homelab-one ${Buffer.from('homelab-one').toString('base64')} one passphrase of the state`;
    expect(masker(secrets, known)(text)).toBe(text.replace('one passphrase of the state', '***'));
    expect(masker(secrets, known)('homelab-one, and more')).toBe('***');
    expect(masker(secrets)(text)).not.toContain('homelab-one');
  });

  test('a line of a secret that is also a plain value', () => {
    expect(masker(new Map([['key', secret('homelab-one\nhidden-line')]]), known)('homelab-one, hidden-line')).toBe(
      'homelab-one, ***',
    );
  });

  test('names of accounts', () => {
    const names = ['tfstate_username', 'cf_account_id'].map((key) => [key, secret(`name of ${key}`)] as const);
    const text = 'name of tfstate_username, name of cf_account_id';
    expect(masker(new Map(names))(text)).toBe(text);
    expect(masker(new Map([['proxmox_api_token_id', secret('name of it')]]))('name of it')).toBe('***');
  });
});
