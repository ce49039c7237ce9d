import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Checked } from '../../../scripts/problem.ts';
import { creationRules } from '../../../scripts/secrets/rules/creation-rules.ts';
import { editRecipients } from '../../../scripts/secrets/rules/recipients-edit.ts';
import type { SourceFile } from '../../../scripts/types.ts';
import { newIdentity } from '../../../scripts/system/age.ts';
import { codes, file, valueOf } from '../support.ts';

let [A, B, C, D] = ['', '', '', ''];
beforeAll(async () => {
  [A, B, C, D] = (await Promise.all(Array.from('abcd', async () => newIdentity().recipient))) as [
    string,
    string,
    string,
    string,
  ];
});

/** `A`, `B`, `C` and `D` stand for recipients. */
const filled = (text: string): string => text.replace(/\b[ABCD]\b/g, (name) => ({ A, B, C, D })[name] ?? name);
const edit = (text: string, kind: 'add' | 'remove', name: string, rules: readonly number[]): Checked<SourceFile> =>
  editRecipients(file('.sops.yaml', filled(text)), { kind, recipient: filled(name), rules: new Set(rules) });
const textAfter = (...args: Parameters<typeof edit>): string => Buffer.from(valueOf(edit(...args)).bytes).toString();

const RULE = 'creation_rules:\n  # why\n  - path_regex: x$ # all\n    ';

/** How a rule names A and B; with C added; with A removed; with B removed. */
const FORMS: readonly (readonly [form: string, ab: string, abc: string, b: string, a: string])[] = [
  ['one line', 'age: A,B # two\n', 'age: A,B,C # two\n', 'age: B # two\n', 'age: A # two\n'],
  ['one line with blanks', 'age: A, B\n', 'age: A, B, C\n', 'age: B\n', 'age: A\n'],
  ['in quotes', 'age: "A, B"\n', 'age: "A, B, C"\n', 'age: "B"\n', 'age: "A"\n'],
  ['in single quotes, with a comma behind', "age: 'A,B,'\n", "age: 'A,B,C,'\n", "age: 'B,'\n", "age: 'A,'\n"],
  [
    'plain on several lines',
    'age:\n      A,\n      B\n',
    'age:\n      A,\n      B,\n      C\n',
    'age:\n      B\n',
    'age:\n      A\n',
  ],
  [
    'folded',
    'age: >-\n      A,\n      B\n    mac_only_encrypted: true\n',
    'age: >-\n      A,\n      B,\n      C\n    mac_only_encrypted: true\n',
    'age: >-\n      B\n    mac_only_encrypted: true\n',
    'age: >-\n      A\n    mac_only_encrypted: true\n',
  ],
  [
    'literal, without a line break at the end',
    'age: |\n      A,\n      B',
    'age: |\n      A,\n      B,\n      C',
    'age: |\n      B',
    'age: |\n      A',
  ],
  [
    'a list',
    'age:\n      - A # mine\n      # yours\n      - B # old\n    mac_only_encrypted: true\n',
    'age:\n      - A # mine\n      # yours\n      - B # old\n      - C\n    mac_only_encrypted: true\n',
    'age:\n      # yours\n      - B # old\n    mac_only_encrypted: true\n',
    'age:\n      - A # mine\n      # yours\n    mac_only_encrypted: true\n',
  ],
  [
    'a list at the column of its key',
    'age:\n    - A\n    - B',
    'age:\n    - A\n    - B\n    - C\n',
    'age:\n    - B',
    'age:\n    - A\n',
  ],
  [
    'a list of several names an item',
    'age:\n      - A,B\n',
    'age:\n      - A,B\n      - C\n',
    'age:\n      - B\n',
    'age:\n      - A\n',
  ],
  ['a flow list', 'age: [A, B] # two\n', 'age: [A, B, C] # two\n', 'age: [B] # two\n', 'age: [A] # two\n'],
  [
    'a flow list on several lines',
    'age: [\n      A,\n      B,\n    ]\n',
    'age: [\n      A,\n      B,\n      C,\n    ]\n',
    'age: [\n      B,\n    ]\n',
    'age: [\n      A,\n    ]\n',
  ],
  [
    'a group of keys',
    'key_groups:\n      - age:\n          - A\n          - B\n',
    'key_groups:\n      - age:\n          - A\n          - B\n          - C\n',
    'key_groups:\n      - age:\n          - B\n',
    'key_groups:\n      - age:\n          - A\n',
  ],
  [
    'two groups merged',
    'key_groups:\n      - merge:\n          - age: [A]\n          - age: [B]\n',
    'key_groups:\n      - merge:\n          - age: [A]\n          - age: [B, C]\n',
    'key_groups:\n      - merge:\n          - age: []\n          - age: [B]\n',
    'key_groups:\n      - merge:\n          - age: [A]\n          - age: []\n',
  ],
];

describe.each(FORMS)('%s', (_, ab, abc, b, a) => {
  test.each([
    ['add', 'C', abc],
    ['remove', 'A', b],
    ['remove', 'B', a],
    ['add', 'A', ab],
    ['remove', 'D', ab],
  ] as const)('%s %s', (kind, name, wanted) => {
    expect(textAfter(RULE + ab, kind, name, [1])).toBe(filled(RULE + wanted));
  });

  test('with the line ends of Windows', () => {
    const windows = (text: string): string => (RULE + text).replaceAll('\n', '\r\n');
    expect(textAfter(windows(ab), 'add', 'C', [1])).toBe(filled(windows(abc)));
  });
});

describe('aliases', () => {
  const keys = 'keys:\n  - &a A\n  - &b B # gone\n';
  test('in a list: one goes, its anchor stays', () => {
    const rule =
      'creation_rules:\n  - path_regex: x\n    age: [*a, *b]\n  - key_groups:\n      - age:\n          - *a\n          - *b\n';
    expect(textAfter(keys + rule, 'remove', 'B', [1, 2])).toBe(
      filled(
        `${keys}creation_rules:\n  - path_regex: x\n    age: [*a]\n  - key_groups:\n      - age:\n          - *a\n`,
      ),
    );
    expect(textAfter(keys + rule, 'add', 'C', [2])).toBe(filled(`${keys}${rule}          - C\n`));
  });

  const shared = 'x: &all A,B\ncreation_rules:\n  - path_regex: x\n    age: *all\n  - age: *all\n';
  test('of a whole value: changed where it stands, once', () => {
    expect(textAfter(shared, 'add', 'C', [1, 2])).toBe(filled(shared.replace('A,B', 'A,B,C')));
  });

  test('of a whole value: refused where another rule would change too', () => {
    expect(codes(edit(shared, 'add', 'C', [1]).problems)).toEqual(['sops-config-not-editable']);
  });

  test('by a merge key', () => {
    const text = 'common: &common\n  age: A,B\ncreation_rules:\n  - <<: *common\n    path_regex: x\n';
    expect(textAfter(text, 'remove', 'A', [1])).toBe(filled(text.replace('A,B', 'B')));
  });
});

describe('several rules', () => {
  const two = 'creation_rules:\n  - path_regex: x\n    age: A\n  - age: A,B\n';
  test('only those that are meant', () => {
    expect(textAfter(two, 'add', 'C', [2])).toBe(filled(two.replace('A,B', 'A,B,C')));
    expect(textAfter(two, 'add', 'C', [1, 2])).toBe(filled(two.replace('A\n', 'A,C\n').replace('A,B', 'A,B,C')));
    expect(textAfter(two, 'remove', 'B', [1, 2])).toBe(filled(two.replace('A,B', 'A')));
  });

  test('nobody is left out of the last one', () => {
    expect(edit(two, 'remove', 'A', [1, 2]).problems).toMatchObject([{ code: 'last-recipient' }]);
    expect(edit(two, 'remove', 'A', [1]).problems[0]?.message).toContain('rule 1');
    expect(textAfter(two, 'remove', 'A', [2])).toBe(filled(two.replace('A,B', 'B')));
  });
});

test('what cannot be changed by a splice is refused', () => {
  const anchored = 'creation_rules:\n  - path_regex: x\n    age: [&a A, B]\n  - age: [*a]\n';
  expect(codes(edit(anchored, 'remove', 'A', [1]).problems)).toEqual(['sops-config-not-editable']);
});

test.each([
  ['', 'root-not-mapping'],
  ['a: [\n', 'bad-yaml'],
  ['creation_rules: 5\n', 'bad-sops-config'],
  ['creation_rules:\n  - x\n', 'bad-sops-config'],
  ['creation_rules:\n  - path_regex: (\n    age: A\n', 'bad-regex'],
  ['creation_rules:\n  - path_regex: [a]\n    age: A\n', 'bad-sops-config'],
])('%j is refused', (text, code) => {
  expect(codes(edit(text, 'add', 'B', [1]).problems)).toContain(code);
});

test('whatever the form: who is added is there, and removing them gives the same file back', () => {
  const blank = fc.constantFrom('', ' ', '  ');
  const item = fc.constantFrom('A', 'A # mine', '"A"', "'A'");
  const list = fc.array(item, { minLength: 1, maxLength: 4 });
  const form = fc.oneof(
    fc.tuple(blank, fc.constantFrom('"', "'", '')).map(([space, quote]) => `age: ${quote}A,${space}B${quote}\n`),
    fc
      .tuple(list, fc.constantFrom('', '  '))
      .map(([items, indent]) => `age:\n${items.map((one) => `    ${indent}- ${one}\n`).join('')}`),
    fc.tuple(blank, blank).map(([left, right]) => `age: [${left}A${right},${left}B${right}]\n`),
    fc.constantFrom('>', '|', '>-', '|+').map((mark) => `age: ${mark}\n      A,\n      B\n`),
  );
  const rest = fc.constantFrom('', '    mac_only_encrypted: true\n', '  # end\n', '  - age: D\n', '\n\n');
  fc.assert(
    fc.property(form, rest, (one, other) => {
      const text = `${RULE}${one}${other}`;
      const added = textAfter(text, 'add', 'C', [1]);
      const [rule] = valueOf(creationRules(file('.sops.yaml', added)));
      expect(rule && valueOf(rule.recipients).at(-1)).toBe(C);
      expect(textAfter(added, 'remove', 'C', [1])).toBe(filled(text));
    }),
  );
});
