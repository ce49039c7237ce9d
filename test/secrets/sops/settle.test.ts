import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { selectsOf } from '../../../scripts/secrets/sops/encryption.ts';
import type { Selector } from '../../../scripts/secrets/sops/selector.ts';
import { settle } from '../../../scripts/secrets/sops/settle.ts';
import { sameTree, type Mapping, type Tree } from '../../../scripts/secrets/tree/tree.ts';
import { emit } from '../../../scripts/secrets/yaml/emit.ts';
import { looseMapping } from '../arbitrary.ts';
import { treeOf, valueOf } from '../support.ts';

const ALL: Selector = { kind: 'unencrypted_suffix', text: '_clear' };

function settled(from: Tree, selector = ALL): Tree {
  return valueOf(settle(from, selector, selectsOf(selector), 'x.yaml'));
}

describe('a comment inside a list that is encrypted', () => {
  test.each([
    ['goes above the key of the list', 'a:\n  - 1 # x\n  # y\n  - 2\n  # z\n', '# x\n# y\n# z\na:\n    - 1\n    - 2\n'],
    [
      'out of lists in lists too',
      'a:\n  b:\n    - - 1\n      # x\n      - 2\n',
      'a:\n    # x\n    b:\n        - - 1\n          - 2\n',
    ],
    [
      'but only to the nearest key',
      'a:\n  - b: [1 # x\n      ]\n    c: 2\n',
      '# x\na:\n    - b:\n        - 1\n      c: 2\n',
    ],
    ['not where it stays in clear', 'a_clear:\n  - 1\n  # x\n  - 2\n', 'a_clear:\n    - 1\n    # x\n    - 2\n'],
  ])('%s', (_what, text, result) => {
    expect(emit(settled(treeOf(text)))).toBe(result);
  });

  test('is refused where comments decide', () => {
    const selector: Selector = { kind: 'unencrypted_comment_regex', text: '^ public$' };
    const result = settle(treeOf('a:\n  - 1\n  # x\n  - 2\n'), selector, selectsOf(selector), 'x.yaml');
    expect(result.problems.map(({ code }) => code)).toEqual(['list-comment']);
  });
});

test('a comment behind a block whose own comments have left goes to its end', () => {
  const text = 'a:\n  b:\n    - 1\n    # x\n  # y\nc: 3\n';
  expect(emit(settled(treeOf(text)))).toBe('a:\n    # x\n    # y\n    b:\n        - 1\nc: 3\n');
});

test('a number in clear becomes what its printed form reads as', () => {
  const numbers = treeOf('a_clear: [1.0, -0.0, 1e3, 1.5]\nb: 1.0\n');
  expect(emit(settled(numbers))).toBe('a_clear:\n    - 1\n    - 0\n    - 1000\n    - 1.5\nb: 1\n');
  const [first] = settled(numbers)[0]?.items ?? [];
  const kinds = first?.kind === 'entry' && first.value.kind === 'list' ? first.value.items.map(({ kind }) => kind) : [];
  expect(kinds).toEqual(['int', 'int', 'int', 'float']);
});

test('settling settles: a second time nothing moves, and it reads back as it is', () => {
  const isSettled = (document: Mapping) => {
    const once = settled([document]);
    expect(sameTree(settled(once), once)).toBe(true);
    expect(sameTree(treeOf(emit(once)), once)).toBe(true);
  };
  fc.assert(fc.property(looseMapping, isSettled));
});

test('sixty levels are no more work than sixty', () => {
  const nested = Array.from({ length: 60 }).reduce<Mapping>(
    (value) => ({ kind: 'mapping', items: [{ kind: 'entry', key: 'k', value }] }),
    { kind: 'mapping', items: [{ kind: 'entry', key: 'k', value: { kind: 'str', text: 'x' } }] },
  );
  expect(sameTree(settled([nested]), [nested])).toBe(true);
});

test('a comment at the head of what belongs to a key of several lines goes above the key', () => {
  const inner: Mapping = {
    kind: 'mapping',
    items: [
      { kind: 'comment', text: ' x', inline: false },
      { kind: 'entry', key: 'b', value: { kind: 'str', text: 'y' } },
    ],
  };
  const [document] = settled([{ kind: 'mapping', items: [{ kind: 'entry', key: 'two\nlines', value: inner }] }]);
  expect(document?.items.map(({ kind }) => kind)).toEqual(['comment', 'entry']);
});
