import { describe, expect, test } from 'vitest';
import { formatPath, hasValueAt, quoted, shortened, valueAt, type KeyPath } from '../../scripts/config/path.ts';
import { secret } from '../../scripts/config/secret.ts';

test.each([
  [[], ''],
  [['node_cidr'], 'node_cidr'],
  [['nodes', 2, 'address'], 'nodes[2].address'],
  [['vars', 'a b', 0], 'vars["a b"][0]'],
  [['a.b'], '["a.b"]'],
  [['vars', 'line\nbreak\u009b'], 'vars["line\\nbreak\\u009b"]'],
] as const)('%j is %s', (path, text) => {
  expect(formatPath(path)).toBe(text);
});

describe('a text in a message', () => {
  test.each([
    ['plain', '"plain"'],
    ['a"b\\c', '"a\\"b\\\\c"'],
    ['\x1b[31mred\x9b1m', '"\\u001b[31mred\\u009b1m"'],
    ['right\u202eleft', '"right\\u202eleft"'],
    ['\ud83d', '"\\ud83d"'],
    ['tag\u{e0041}', '"tag\\u{e0041}"'],
    ['😀é', '"😀é"'],
  ])('%j is shown as %s', (text, shown) => {
    expect(quoted(text)).toBe(shown);
  });

  test('is cut at 60 characters, between characters', () => {
    expect(shortened('x'.repeat(60))).toBe('x'.repeat(60));
    expect(shortened('x'.repeat(61))).toBe(`${'x'.repeat(59)}…`);
    expect(shortened('😀'.repeat(60))).toBe('😀'.repeat(60));
    expect(shortened('😀'.repeat(1_000_000))).toBe(`${'😀'.repeat(59)}…`);
  });
});

test.each<[KeyPath, unknown, boolean]>([
  [['a', 'list', 1], 'two', true],
  [['a', 'empty'], null, true],
  [['a', 'missing'], undefined, false],
  [['a', 'list', 2], undefined, false],
  [['a', 'empty', 'below'], undefined, false],
  [['a', 'constructor'], undefined, false],
  [['a', 'list', 'map'], undefined, false],
  [['a', 'secret', 'length'], undefined, false],
])('what is at %j', (path, expected, isThere) => {
  const root = { a: { list: ['one', 'two'], empty: null, secret: secret('text') } };
  expect(valueAt(root, path)).toBe(expected);
  expect(hasValueAt(root, path)).toBe(isThere);
});
