import { describe, expect, test } from 'vitest';
import { mapAt, outline, spotAt } from '../../scripts/editor/outline.ts';
import { formatPath, parsePath } from '../../scripts/config/path.ts';
import { cursor } from '../support/editor.ts';

/** What is at the `|` of a text: its path, whether it is a key, and its own text. */
function at(marked: string): readonly [path: string, part: string, text: string] | null {
  const { text, offset } = cursor(marked);
  const spot = spotAt(outline(text), offset);
  return spot && [formatPath(spot.path), spot.part, text.slice(spot.start, spot.end)];
}

describe('what is under the cursor', () => {
  test.each([
    ['no|de_cidr: 10.0.0.0/24\n', ['node_cidr', 'key', 'node_cidr']],
    ['|node_cidr: 10.0.0.0/24\n', ['node_cidr', 'key', 'node_cidr']],
    ['node_cidr|: 10.0.0.0/24\n', ['node_cidr', 'key', 'node_cidr']],
    ['node_cidr:| 10.0.0.0/24\n', ['node_cidr', 'key', 'node_cidr']],
    ['node_cidr: |10.0.0.0/24\n', ['node_cidr', 'value', '10.0.0.0/24']],
    ['node_cidr: 10.0.0.0/24|\n', ['node_cidr', 'value', '10.0.0.0/24']],
    ['node_cidr: "10.0.0.0|/24" # x\n', ['node_cidr', 'value', '"10.0.0.0/24"']],
    ['node_cidr: 10.0.0.0/24 # |x\n', null],
    ['vars:\n  a:\n    b: |1\n', ['vars.a.b', 'value', '1']],
    ['vars: {a: {b|: 1}}\n', ['vars.a.b', 'key', 'b']],
    ['nodes:\n  - name: a\n  - na|me: b\n', ['nodes[1].name', 'key', 'name']],
    ['l: [x, |y]\n', ['l[1]', 'value', 'y']],
    ['a: &x {b: 1}\nc: *|x\n', ['c', 'value', '*x']],
    ['<<|: {b: 1}\n', ['["<<"]', 'key', '<<']],
    ['? [a, |b]\n: 1\n', ['["?"]', 'key', '[a, b]']],
    ['empty:|\n', ['empty', 'value', '']],
    ['|', null],
    ['\n|\na: 1\n', null],
    // Broken files.
    ['a: 1\nb: "2\nc|: 3\n', ['b', 'value', '"2\nc: 3\n']],
    ['a: [1, |2\n', ['a[1]', 'value', '2']],
    ['a: "b" c\nno|de_cidr: x\n', ['node_cidr', 'key', 'node_cidr']],
  ])('%j', (marked, spot) => {
    expect(at(marked)).toEqual(spot);
  });

  test('a file that is nested too deep has none', () => {
    expect(at(`a: ${'['.repeat(500)}|`)).toBeNull();
  });
});

test('a mapping is found by its path', () => {
  const root = outline('nodes:\n  - name: a\n  - {name: b}\n  - *x\n');
  expect(mapAt(root, ['nodes', 1])?.items).toHaveLength(1);
  for (const path of [['nodes'], ['nodes', 2], ['nodes', 3], ['nodes', 'x'], ['nodes', 0, 'name', 'x'], ['toString']])
    expect(mapAt(root, path)).toBeNull();
});

describe('the path of a problem', () => {
  test.each([[[]], [['a']], [['nodes', 2, 'address']], [['vars', 'a b', 0, 'c"d']], [['vars', 'é', '\u0001']]])(
    '%j',
    (path) => {
      expect(parsePath(formatPath(path))).toEqual(path);
    },
  );

  test('is null where it cannot be told', () => {
    for (const text of ['a[b', '.a', 'a..b', 'a b', 'a["\\x"]', 'a["\\u12"]']) expect(parsePath(text)).toBeNull();
    expect(parsePath(formatPath(['vars', '\u{e0001}']))).toBeNull();
  });
});
