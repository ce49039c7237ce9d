import { describe, expect, test } from 'vitest';
import { plainScalar, staysText, taggedScalar } from '../../../scripts/secrets/yaml/resolve.ts';

/** As sops 3.13.3 encrypts them: text, type, canonical text. */
describe('what a plain scalar means to go-yaml', () => {
  test.each([
    ['hello', 'str', 'hello'],
    ['yes', 'str', 'yes'],
    ['12:30', 'str', '12:30'],
    ['0x', 'str', '0x'],
    ['-', 'str', '-'],
    ['1e999', 'str', '1e999'],
    ['._5', 'str', '._5'],
    ['<<', 'str', '<<'],
    ['2020-02-30', 'str', '2020-02-30'],
    ['', 'null', ''],
    ['~', 'null', ''],
    ['Null', 'null', ''],
    ['TRUE', 'bool', 'True'],
    ['false', 'bool', 'False'],
    ['0777', 'int', '511'],
    ['0o17', 'int', '15'],
    ['0o-7', 'int', '-7'],
    ['0b+1', 'int', '1'],
    ['0x_1F', 'int', '31'],
    ['1_000', 'int', '1000'],
    ['-0', 'int', '0'],
    ['9223372036854775807', 'int', '9223372036854775807'],
    ['-9223372036854775809', 'float', '-9223372036854776000'],
    ['18446744073709551616', 'float', '18446744073709552000'],
    ['08', 'float', '8'],
    ['1.0', 'float', '1'],
    ['-0.0', 'float', '-0'],
    ['.5e1', 'float', '5'],
    ['1e-999', 'float', '0'],
    ['.5_9', 'float', '0.59'],
    ['.5__9', 'str', '.5__9'],
    ['.5_', 'str', '.5_'],
    ['.5e1_0', 'float', '5000000000'],
    ['.inf', 'float', '+Inf'],
    ['.NaN', 'float', 'NaN'],
    ['2020-01-02', 'time', '2020-01-02T00:00:00Z'],
  ] as const)('%s is a %s', (text, kind, canonical) => {
    expect(plainScalar(text)).toEqual({ kind, text: canonical });
  });

  test.each(['9223372036854775808', '18446744073709551615', '0xFFFFFFFFFFFFFFFF'])('%s is too big for sops', (text) => {
    expect(plainScalar(text)).toBe('too-big');
  });
});

describe('what a tag makes of it', () => {
  const yaml = (name: string) => `tag:yaml.org,2002:${name}`;
  test.each([
    [yaml('str'), '123', { kind: 'str', text: '123' }],
    ['!own', '123', { kind: 'str', text: '123' }],
    [yaml('int'), '5', { kind: 'int', text: '5' }],
    [yaml('float'), '1', { kind: 'float', text: '1' }],
    [yaml('binary'), 'aGVsbG8=', { kind: 'str', text: 'hello' }],
    [yaml('constructor'), '123', { kind: 'str', text: '123' }],
    [yaml('int'), 'x', null],
    [yaml('bool'), 'yes', null],
    [yaml('binary'), '/w==', null],
    [yaml('binary'), 'no base64!', null],
  ])('%s %s', (tag, text, scalar) => {
    expect(taggedScalar(tag, text)).toEqual(scalar);
  });
});

test.each(['y', 'No', 'on', 'OFF', '12:30', '-1:5.5', 'null', '1', '.5', '2020-01-02', '9223372036854775808', ''])(
  '%j needs quotes to stay text',
  (text) => {
    expect(staysText(text)).toBe(false);
  },
);
test.each(['yep', 'nope', '12:99', '1a', '-x', 'None'])('%j needs none', (text) => {
  expect(staysText(text)).toBe(true);
});
