import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { floatText, floatYaml, readFloatText, readIntText, timeText } from '../../../scripts/secrets/yaml/numbers.ts';

describe('a float is printed as Go prints it', () => {
  test.each([
    [1, '1', '1'],
    [1.5, '1.5', '1.5'],
    [-0, '-0', '-0'],
    [0.0001, '0.0001', '0.0001'],
    [0.00001, '0.00001', '1e-05'],
    [1e-7, '0.0000001', '1e-07'],
    [123456, '123456', '123456'],
    [1000000, '1000000', '1e+06'],
    [1234567.5, '1234567.5', '1.2345675e+06'],
    [1e21, '1000000000000000000000', '1e+21'],
    [18446744073709551616, '18446744073709552000', '1.8446744073709552e+19'],
    [5e-324, `0.${'0'.repeat(323)}5`, '5e-324'],
    [Infinity, '+Inf', '.inf'],
    [-Infinity, '-Inf', '-.inf'],
    [NaN, 'NaN', '.nan'],
  ])('%d', (number, text, yaml) => {
    expect(floatText(number)).toBe(text);
    expect(floatYaml(text)).toBe(yaml);
  });

  test('and both forms read back as the same number', () => {
    const same = (number: number) => {
      expect(Number(floatText(number))).toBe(number);
      expect(Number(floatYaml(floatText(number)))).toBe(number);
      expect(readFloatText(floatText(number))).toBe(floatText(number));
    };
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), same));
  });
});

test.each(['', 'x', 'constructor', '1x', '0x10', '1_0', ' 1', '1e999'])('%j is no float', (text) => {
  expect(readFloatText(text)).toBeNull();
});

test.each([
  ['9223372036854775807', '9223372036854775807'],
  ['-9223372036854775808', '-9223372036854775808'],
  ['007', '7'],
  ['+5', '5'],
  ['9223372036854775808', null],
  ['-9223372036854775809', null],
  ['1.0', null],
  ['', null],
])('int %s → %s', (text, canonical) => {
  expect(readIntText(text)).toBe(canonical);
});

test.each([
  ['2020-01-02', '2020-01-02T00:00:00Z'],
  ['2020-1-2 3:4:5.120', '2020-01-02T03:04:05.12Z'],
  ['2020-01-02T03:04:05,5+00:00', '2020-01-02T03:04:05.5Z'],
  ['2020-01-02t3:4:5.123456789123-05:30', '2020-01-02T03:04:05.123456789-05:30'],
  ['2024-02-29', '2024-02-29T00:00:00Z'],
  ['2023-02-29', null],
  ['2020-13-01', null],
  ['2020-01-00', null],
  ['2020-01-02T24:00:00Z', null],
  ['2020-01-02T03:04:05', null],
  ['2020-01-02 03:04:05Z', null],
  ['2020-01-02T03:04:05+24:00', null],
  ['20200-01-02', null],
])('time %s → %s', (text, canonical) => {
  expect(timeText(text)).toBe(canonical);
});
