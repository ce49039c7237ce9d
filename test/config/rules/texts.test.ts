import { describe, expect, test } from 'vitest';
import { validate } from '../../../scripts/config/validate.ts';
import { inputs } from '../../support/input.ts';
import { codes, controller, nodes, ONE, said, withLines } from '../../support/rule-inputs.ts';

/** `code path` for each finding. */
const paths = (cluster: string, list: string = ONE): readonly string[] =>
  validate(inputs(cluster, list)).problems.map(({ code, path }) => `${code} ${path}`);

const vars = (text: string): string => withLines(`vars: {a: ${text}}`);
const node = (more: string): string => nodes(controller('a', 2, more));

test('half of a surrogate pair is found in values and keys of both files, a whole pair is none', () => {
  const cluster = withLines(
    'vars: {a: ["x\\uD83Dy"], "\\uDE00": 1, whole: "\\uD83D\\uDE00"}',
    'cf_account_id: "\\uD83D"',
    'cloudflare_domain: example.com',
    'tfstate_password: x',
  );
  expect(paths(cluster, node(', vars: {b: "\\uDE00\\uD83D"}'))).toEqual([
    'lone-surrogate vars.a[0]',
    'lone-surrogate vars["\\ude00"]',
    'lone-surrogate cf_account_id',
    'lone-surrogate nodes[0].vars.b',
  ]);
});

describe('control characters', () => {
  test.each([
    ['"a\\nb\\tc"', []],
    ['"a\\rb"', ['control-character vars.a']],
    ['"a\\x07"', ['control-character vars.a']],
    ['"\\x7F"', ['control-character vars.a']],
    ['"a\\Nb"', ['control-character vars.a']],
    ['["a", "\\x1b"]', ['control-character vars.a[1]']],
    ['{"b\\tc": 1}', ['control-character vars.a["b\\tc"]']],
    ['"a\\u2028b\\u200D"', []],
  ])('in vars: %s', (text, expected) => {
    expect(paths(vars(text))).toEqual(expected);
  });

  test('elsewhere a tab and a line break are some, too', () => {
    expect(said(withLines('cluster_name: homelab'), node(', disk: "a\\tb", vars: {c: "\\x00"}'))).toEqual([
      '2 control-character: nodes[0].disk holds a control character, U+0009',
      '2 control-character: nodes[0].vars.c holds a control character, U+0000',
    ]);
  });

  test('what other tools read is not looked at', () => {
    expect(codes(withLines('grafana_admin_user: "\\x07 "'))).toEqual(['application-keys']);
  });
});

describe('blanks at the edges', () => {
  test.each([
    ['" a"', ['edge-blanks vars.a']],
    ['"a\\t"', ['edge-blanks vars.a']],
    ['"a\\u00A0"', ['edge-blanks vars.a']],
    ['"a \\n\\n"', ['edge-blanks vars.a']],
    ['"\\na"', ['edge-blanks vars.a']],
    ['{" b": 1}', ['edge-blanks vars.a[" b"]']],
    ['"a b"', []],
    ['"a\\n"', []],
    ['""', []],
  ])('%s', (text, expected) => {
    expect(paths(vars(text))).toEqual(expected);
  });

  test('of a disk', () => {
    expect(paths(withLines('cluster_name: homelab'), node(', disk: "naa.5000 "'))).toEqual([
      'edge-blanks nodes[0].disk',
    ]);
  });
});

describe('placeholders', () => {
  test.each(['<team>', '<your team>', 'changeme', 'CHANGE_ME', 'change-this', 'Replace Me', 'replaceme'])(
    '%s',
    (text) => {
      expect(paths(vars(`"${text}"`))).toEqual(['unfilled-placeholder vars.a']);
    },
  );

  test.each([
    '<a href=x/>',
    '<me@example.com>',
    'a <b> c',
    'changement',
    '<>',
    'example.com',
    'node.test',
    'x.example',
    `<${'x'.repeat(200)}>`,
  ])('%s is none', (text) => {
    expect(paths(vars(`"${text}"`))).toEqual([]);
  });

  test('in keys that any name fits', () => {
    expect(paths(withLines('cluster_name: changeme', 'proxmox_node: change-me'), node(', disk: <serial>'))).toEqual([
      'unfilled-placeholder cluster_name',
      'unfilled-placeholder proxmox_node',
      'unfilled-placeholder nodes[0].disk',
    ]);
  });
});
