import { describe, expect, test } from 'vitest';
import { validate } from '../../../scripts/config/validate.ts';
import { inputs } from '../../support/input.ts';
import { codes, controller, nodes, ONE, withLines } from '../../support/rule-inputs.ts';

const URL = 'tfstate_url: https://state.example.com';

test.each([
  ['"<<"', ['secret-lost-by-sops']],
  ['"\\ta\\nb"', ['secret-lost-by-sops']],
  ['"\\t\\n"', ['secret-lost-by-sops']],
  ['"a\\0"', ['nul-in-secret']],
  ['"\\ta b"', ['secret-edge-blanks']],
  ['"a\\n"', ['secret-edge-blanks']],
  ['" "', ['secret-edge-blanks']],
  ['"<password>"', ['secret-placeholder']],
  ['ChangeMe', ['secret-placeholder']],
  ['"a\\n\\tb"', []],
  ['"<< a"', []],
  ['"a\\nb\\x07\\u2028."', []],
  ['"${TOKEN}"', []],
])('a secret of %s: %j', (text, expected) => {
  expect(codes(withLines(URL, `tfstate_password: ${text}`))).toEqual(expected);
});

test('outside secrets these are no concern of sops', () => {
  expect(codes(withLines('vars: {a: "<<", b: "a\\n\\tb\\nc"}'))).toEqual([]);
});

describe('a secret that stands elsewhere', () => {
  const SECRET = 'hunter2-hunter2';
  const found = (lines: readonly string[], list: string = ONE) => {
    const { problems } = validate(inputs(withLines(URL, `tfstate_password: ${SECRET}`, ...lines), list));
    expect(JSON.stringify(problems)).not.toContain(SECRET);
    return problems.map(({ code, file, path }) => `${code} ${file} ${path}`);
  };

  test('is found in both files, whatever is around it', () => {
    const list = nodes(controller('a', 2, `, disk: "${SECRET}", vars: {b: ["x", "${SECRET}"]}`));
    expect(found([`vars: {a: "curl -u me:${SECRET}"}`], list)).toEqual([
      'secret-repeated cluster.yaml vars.a',
      'secret-repeated nodes.yaml nodes[0].disk',
      'secret-repeated nodes.yaml nodes[0].vars.b[1]',
    ]);
  });

  test('is not shown where it is a key', () => {
    expect(found([`vars: {a: {${SECRET}: x, b: 1}}`])).toEqual(['secret-repeated cluster.yaml vars.a']);
    expect(found([`vars: {${SECRET}: {c: ${SECRET}}}`])).toEqual([
      'secret-repeated cluster.yaml vars',
      'secret-repeated cluster.yaml vars',
    ]);
  });

  test('is none in another secret, or in what other tools read', () => {
    expect(found([`tfstate_username: ${SECRET}`, `keycloak_smtp_password: ${SECRET}`])).toEqual([
      'application-keys cluster.yaml keycloak_smtp_password',
    ]);
  });

  test.each([
    [7, '', []],
    [8, '', ['secret-repeated']],
    [11, '-', []],
    [12, '-', ['secret-repeated']],
  ])('of %i characters with %j around it: %j', (length, around, expected) => {
    const secret = 'x'.repeat(length);
    const value = around + secret + around;
    expect(codes(withLines(URL, `tfstate_password: ${secret}`, `vars: {a: ${value}}`))).toEqual(expected);
  });

  test('is no user name: that may well be a word', () => {
    expect(codes(withLines(URL, 'tfstate_username: terraform', 'tfstate_password: p', 'vars: {a: terraform}'))).toEqual(
      [],
    );
  });
});
