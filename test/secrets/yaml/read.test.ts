import { describe, expect, test } from 'vitest';
import { emit } from '../../../scripts/secrets/yaml/emit.ts';
import { readYaml } from '../../../scripts/secrets/yaml/read.ts';
import { file, treeOf, valueOf } from '../support.ts';

describe('what sops cannot read is refused at its position', () => {
  test.each([
    ['not-utf8', Buffer.from([0x61, 0x3a, 0x20, 0xff]), [undefined, undefined]],
    ['bad-yaml', 'a: "x', [1, 6]],
    ['bad-yaml', 'a: x\nb: "\x07"', [2, 5]],
    ['bad-yaml', 'a:\n\t- x', [2, 1]],
    ['root-not-mapping', '', [1, 1]],
    ['root-not-mapping', '# only a comment\n', [1, 1]],
    ['root-not-mapping', '- a', [1, 1]],
    ['root-not-mapping', 'a: 1\n---\njust text\n', [2, 1]],
    ['key-not-text', 'a:\n  1: x', [2, 3]],
    ['key-not-text', 'true: x', [1, 1]],
    ['key-not-text', '~: x', [1, 1]],
    ['key-not-text', '[a]: x', [1, 1]],
    ['duplicate-key', 'a: 1\nb: 2\n"a": 3', [3, 1]],
    ['number-too-big', 'a: 18446744073709551615', [1, 4]],
    ['bad-tag', 'a: !!int x', [1, 10]],
    ['bad-alias', 'a: &x [*x]', [1, 8]],
  ])('%s', (code, text, position) => {
    const [problem] = readYaml({ path: 'x.yaml', bytes: Buffer.from(text) }).problems;
    expect(problem).toMatchObject({ code, severity: 'error', file: 'x.yaml' });
    expect([problem?.line, problem?.column]).toEqual(position);
  });

  test('aliases that expand to too much', () => {
    const lines = Array.from(
      { length: 9 },
      (_, level) =>
        `a${level}: &a${level} [${Array<string>(10)
          .fill(level === 0 ? 'x' : `*a${level - 1}`)
          .join()}]`,
    );
    expect(readYaml(file('x.yaml', lines.join('\n'))).problems.map(({ code }) => code)).toContain('alias-bomb');
  });

  test.each([1_000, 100_000])('%d containers within each other', (depth) => {
    const [problem] = readYaml(file('x.yaml', `a: ${'['.repeat(depth)}${']'.repeat(depth)}`)).problems;
    expect(problem).toMatchObject({ code: 'too-deep', file: 'x.yaml' });
  });

  test('a problem never quotes the text', () => {
    const secret = 'hunter2-hunter2';
    for (const text of [`a: "${secret}\\q"`, `a: ${secret}: x`, `a: *${secret}`, `a: !!int ${secret}`, `- ${secret}`]) {
      const reading = readYaml(file('x.yaml', text));
      expect(reading.ok).toBe(false);
      expect(JSON.stringify(reading.problems)).not.toContain('hunter2');
    }
  });
});

test('a value that sops prints in another form is warned of, with its path', () => {
  const { problems } = readYaml(
    file('x.yaml', 'a:\n  - 1.0\n  - 0777\n  - 2020-01-02\n  - 2020-01-02T03:04:05Z\n  - "1.0"\n  - 1.5\n'),
  );
  expect(problems.map(({ code, severity, path, line }) => [code, severity, path, line])).toEqual([
    ['sops-rewrites-value', 'warning', 'a[0]', 2],
    ['sops-rewrites-value', 'warning', 'a[1]', 3],
    ['sops-rewrites-value', 'warning', 'a[2]', 4],
    ['sops-rewrites-value', 'warning', 'a[3]', 5],
  ]);
});

test('aliases are expanded, byte order mark and CRLF are nothing', () => {
  expect(emit(treeOf('\ufeffa: &x\r\n  b: 1 # c\r\nd: *x\r\n'))).toBe('a:\n    b: 1 # c\nd:\n    b: 1 # c\n');
});

test('a value knows where it stood', () => {
  const { tree, at } = valueOf(readYaml(file('x.yaml', 'a:\n  - b: text\n')));
  const [entry] = tree[0]?.items ?? [];
  expect(entry?.kind === 'entry' && at(entry)).toEqual({ file: 'x.yaml', line: 1, column: 1, path: 'a' });
  expect(entry?.kind === 'entry' && at(entry.value)).toEqual({ file: 'x.yaml', line: 2, column: 3, path: 'a' });
});

/** Input, and what sops 3.13.3 prints of it when nothing is encrypted. */
describe('a comment goes where sops puts it', () => {
  test.each([
    ['above a block, inside it', 'a:\n# c\n  b: 1\n', 'a:\n    # c\n    b: 1\n'],
    ['behind a key', 'a: # c\n  b: 1\n', '# c\na:\n    b: 1\n'],
    ['behind the key of nothing', 'a: # c\n', '# c\na: null\n'],
    ['above a value on a line of its own', 'a:\n  # c\n  x\n', '# c\na: x\n'],
    ['behind a dash', 'a:\n- # c\n  b: 1\n', 'a:\n    # c\n    - b: 1\n'],
    ['between a dash and its block', 'a:\n-\n  # c\n  b: 1\n', 'a:\n    # c\n    - b: 1\n'],
    ['behind the head of a literal', 'a: | # c\n  x\n', 'a: | # c\n    x\n'],
    ['at the end of a block', 'a:\n  b: 1\n  # c\nd: 2\n', 'a:\n    b: 1\n    # c\nd: 2\n'],
    ['in a column that nothing has', 'a:\n   b: 1\n # c\nd: 2\n', 'a:\n    b: 1\n    # c\nd: 2\n'],
    [
      'at the end of two blocks',
      'a:\n  b:\n    c: 1\n    # d\n  # e\nf: 2\n',
      'a:\n    b:\n        c: 1\n        # d\n    # e\nf: 2\n',
    ],
    [
      'at the end of the outer block only',
      'a:\n  b:\n    c: 1\n  # e\nf: 2\n',
      'a:\n    b:\n        c: 1\n        # e\nf: 2\n',
    ],
    ['at the end of a list', 'a:\n  - b: 1\n    # c\n  # d\n  - e\n', 'a:\n    - b: 1\n      # c\n    # d\n    - e\n'],
    ['at the end of all', 'a:\n  b: 1\n# c\n', 'a:\n    b: 1\n# c\n'],
    ['after blank lines', 'a: 1\n\n# c\n\n\n# d\n\nb: 2\n', 'a: 1\n# c\n# d\nb: 2\n'],
    ['in brackets', 'a: [1, # c\n  2 # d\n  # e\n  ] # f\n', 'a:\n    # f\n    - 1 # c\n    - 2 # d\n    # e\n'],
    ['before the first document', '# c\n---\na: 1\n', '# c\na: 1\n'],
  ])('%s', (_where, text, printed) => {
    expect(emit(treeOf(text))).toBe(printed);
  });

  test.each([
    ['in empty brackets, where sops loses it', 'a: [\n  # c\n  ] # d\n', '# c\n# d\na: []\n'],
    ['behind empty brackets, where sops moves it', 'a: {} # c\nb: 1\n', '# c\na: {}\nb: 1\n'],
  ])('but %s', (_where, text, printed) => {
    expect(emit(treeOf(text))).toBe(printed);
  });
});
