import { describe, expect, test } from 'vitest';
import { isSecretName, malformedName, referenceName } from '../../scripts/config/references.ts';

describe('a reference', () => {
  test.each([
    ['secret://token', 'token'],
    ['secret://team/proxmox#token', 'team/proxmox#token'],
    ['secret://', ''],
    ['secret://not a name', 'not a name'],
  ])('%s asks for "%s"', (text, name) => {
    expect(referenceName(text)).toBe(name);
  });

  test.each([
    ['token'],
    ['SECRET://token'],
    [' secret://token'],
    ['secret:/token'],
    [''],
    [7],
    [null],
    [undefined],
    [{}],
  ])('%j is none', (value) => {
    expect(referenceName(value)).toBeNull();
  });
});

describe('a name', () => {
  test.each(['a', '_a', '0', 'a.b', 'users[0].password', 'some/deep/path', 'path#key', 'A-b_c.d@e', 'a'.repeat(256)])(
    'is %s',
    (name) => {
      expect(isSecretName(name)).toBe(true);
    },
  );

  test.each([
    '',
    '-a',
    '.a',
    '..',
    'a/../b',
    'a/',
    '/a',
    'a//b',
    'a/-b',
    'a#',
    '#a',
    'a#b#c',
    'a b',
    'a\nb',
    'ä',
    '$a',
    'a{}',
  ])('is not %j', (name) => {
    expect(isSecretName(name)).toBe(false);
    expect(malformedName(name)).toMatchObject({ code: 'secret-name-malformed', hint: expect.any(String) });
  });

  test('is not longer than 256 characters', () => {
    expect(isSecretName('a'.repeat(257))).toBe(false);
  });
});
