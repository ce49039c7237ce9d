import { describe, expect, test } from 'vitest';
import { newSopsConfig, recipientsIn, ruleFor } from '../../../scripts/secrets/rules/rules.ts';
import { readYaml } from '../../../scripts/secrets/yaml/read.ts';
import { SAMPLE_RECIPIENT as ALICE, SAMPLE_SEALED } from '../sample.ts';
import { codes, file, PATH, valueOf } from '../support.ts';

const BOB = 'age1f2unxly7lr2s9xvc5atr05cdu6h2uw7etu6pe2sgttxw5fg7c33sy4efn8';

function rule(text: string, path = PATH) {
  return ruleFor(path, file('.sops.yaml', text), []);
}

/** A config of one rule. */
const one = (...lines: readonly string[]) => `creation_rules:\n  - ${lines.join('\n    ')}\n`;

describe('who', () => {
  test.each([
    ['a text', one(`age: ${ALICE}`), [ALICE]],
    ['a text with commas, blanks and a comma at its end', one(`age: >-\n      ${ALICE},\n      ${BOB},`), [ALICE, BOB]],
    ['a list', one(`age:`, `  - ${ALICE}`, `  - ${BOB}`), [ALICE, BOB]],
    ['once each', one(`age: ${BOB},${ALICE},${BOB}`), [BOB, ALICE]],
    ['one group', one('key_groups:', `  - age: [${ALICE}]`, '    pgp: []'), [ALICE]],
    [
      'a group that merges',
      one('key_groups:', `  - merge:`, `      - age: [${BOB}]`, `    age: [${ALICE}]`),
      [BOB, ALICE],
    ],
    ['a merge key', `keys: &keys {age: ${ALICE}}\n${one('<<: *keys')}`, [ALICE]],
    [
      'its own keys before those of a merge key',
      `keys: &keys {age: ${ALICE}}\n${one(`age: ${BOB}`, '<<: *keys')}`,
      [BOB],
    ],
    ['a group with a merge key', `keys: &keys {age: [${ALICE}]}\n${one('key_groups:', '  - <<: [*keys]')}`, [ALICE]],
    ['aliases', `keys:\n  - &alice ${ALICE}\n${one('age: [*alice]')}`, [ALICE]],
  ])('%s', (_form, text, recipients) => {
    expect(valueOf(rule(text)).recipients).toEqual(recipients);
  });

  test.each([
    ['no-recipient', one('path_regex: x')],
    ['no-recipient', one("age: ''")],
    ['no-recipient', one('age: []')],
    ['bad-recipient', one(`age: ${ALICE.slice(0, -1)}q`)],
    ['bad-recipient', one('age: ssh-ed25519 AAAA')],
    ['bad-recipient', one('age: age1yubikey1qwertz')],
    ['needs-sops', one(`age: ${ALICE}`, 'pgp: ABCD')],
    ['needs-sops', one(`kms: arn:aws`, `age: ${ALICE}`)],
    ['needs-sops', one('key_groups:', `  - age: [${ALICE}]`, `  - age: [${BOB}]`)],
    ['needs-sops', one('key_groups:', `  - age: [${ALICE}]`, '    hc_vault: [x]')],
    ['bad-sops-config', one('age: 5')],
    ['bad-sops-config', one('key_groups: x')],
  ])('%s', (code, text) => {
    const { problems } = rule(text.replace('path_regex: x', "path_regex: ''"));
    expect(codes(problems)).toContain(code);
    expect(problems[0]).toMatchObject({ file: '.sops.yaml', severity: 'error' });
    expect(problems[0]?.line).toBeGreaterThan(1);
  });

  test('a private key that stands there is not shown', () => {
    const { problems } = rule(one('age: AGE-SECRET-KEY-1ABCDEF'));
    expect(codes(problems)).toEqual(['bad-recipient']);
    expect(JSON.stringify(problems)).not.toContain('ABCDEF');
  });
});

describe('which rule', () => {
  const two = `creation_rules:\n  - path_regex: ^infra/\n    age: ${ALICE}\n  - path_regex: \\.sops\\.ya?ml$\n    age: ${BOB}\n`;

  test('the first that matches the path', () => {
    expect(valueOf(rule(two)).recipients).toEqual([BOB]);
    expect(valueOf(rule(two, 'infra/x.sops.yml')).recipients).toEqual([ALICE]);
  });

  test('a rule without path_regex matches all', () => {
    expect(valueOf(rule(one(`age: ${ALICE}`), 'anything.yaml')).recipients).toEqual([ALICE]);
  });

  test('the path is relative to the folder of the config', () => {
    const config = file('deep/.sops.yaml', one('path_regex: ^x\\.yaml$', `age: ${ALICE}`));
    expect(ruleFor('deep/x.yaml', config, []).ok).toBe(true);
    expect(codes(ruleFor('other/x.yaml', config, []).problems)).toEqual(['no-creation-rule']);
  });

  test('none: the rule to paste matches, and names whom the config and the keys name', () => {
    const config = one('path_regex: nothing', `age: ${BOB}`);
    const [problem] = ruleFor(PATH, file('.sops.yaml', config), [ALICE]).problems;
    expect(problem?.code).toBe('no-creation-rule');
    const pasted = problem?.hint?.slice(problem.hint.indexOf('\n') + 1) ?? '';
    expect(valueOf(rule(`${config}${pasted}\n`))).toMatchObject({ recipients: [BOB, ALICE], macOnlyEncrypted: true });
  });

  test.each([
    ['no config', null, 'no-sops-config'],
    ['no rules', file('.sops.yaml', 'stores: {}'), 'no-creation-rule'],
    [
      'a path_regex that RE2 does not know',
      file('.sops.yaml', one('path_regex: ^(?!x)', `age: ${ALICE}`)),
      'bad-regex',
    ],
    ['a rule that is no mapping', file('.sops.yaml', one('x')), 'bad-sops-config'],
    ['broken YAML', file('.sops.yaml', 'a: "'), 'bad-yaml'],
  ])('%s is a problem', (_what, config, code) => {
    expect(codes(ruleFor(PATH, config, []).problems)).toEqual([code]);
  });
});

describe('what', () => {
  test('the default', () => {
    expect(valueOf(rule(one(`age: ${ALICE}`)))).toEqual({
      recipients: [ALICE],
      selector: { kind: 'unencrypted_suffix', text: '_unencrypted' },
      macOnlyEncrypted: false,
      indent: 4,
      shamirThreshold: 0,
    });
  });

  test('a selector, the MAC, the indentation', () => {
    const text = `${one(`age: ${ALICE}`, 'encrypted_regex: ^x$', 'mac_only_encrypted: true')}stores:\n  yaml:\n    indent: 2\n`;
    expect(valueOf(rule(text))).toMatchObject({
      selector: { kind: 'encrypted_regex', text: '^x$' },
      macOnlyEncrypted: true,
      indent: 2,
    });
  });

  test.each([
    ['two-selectors', one(`age: ${ALICE}`, 'encrypted_regex: x', 'encrypted_suffix: y'), 5],
    ['bad-regex', one(`age: ${ALICE}`, 'encrypted_regex: ^(?!x)'), 3],
    ['bad-sops-config', one(`age: ${ALICE}`, 'mac_only_encrypted: maybe'), 3],
    ['bad-sops-config', one(`age: ${ALICE}`, 'encrypted_suffix: [x]'), 3],
    ['bad-sops-config', one(`age: ${ALICE}`, 'shamir_threshold: two'), 3],
    ['bad-sops-config', `${one(`age: ${ALICE}`)}stores: {yaml: {indent: -1}}`, 3],
    ['bad-sops-config', `${one(`age: ${ALICE}`)}stores: {yaml: {indent: '2'}}`, 3],
  ])('%s', (code, text) => {
    expect(codes(rule(text).problems)).toEqual([code]);
  });

  test.each([
    [0, 4],
    [1, 2],
    [9, 9],
    [10, 2],
  ])('an indentation of %d counts as %d', (written, columns) => {
    const text = `${one(`age: ${ALICE}`)}stores: {yaml: {indent: ${written}}}`;
    expect(valueOf(rule(text)).indent).toBe(columns);
  });

  test('a slip in a name is warned of', () => {
    const result = rule(one(`age: ${ALICE}`, 'encrypted_regexp: x'));
    expect(result.ok).toBe(true);
    expect(result.problems).toMatchObject([{ code: 'unknown-rule-key', severity: 'warning', line: 3 }]);
  });
});

test('the config that init writes is YAML with comments, and matches sealed files only', () => {
  const config = file('.sops.yaml', newSopsConfig(ALICE));
  expect(readYaml(config).problems).toEqual([]);
  expect(valueOf(ruleFor(PATH, config, []))).toMatchObject({ recipients: [ALICE], macOnlyEncrypted: true });
  expect(codes(ruleFor('cluster.yaml', config, []).problems)).toEqual(['no-creation-rule']);
});

test('recipients are found in a config and in a sealed file, in nothing else', () => {
  expect(recipientsIn(file('.sops.yaml', one(`age: ${ALICE},${BOB}`)))).toEqual([ALICE, BOB]);
  expect(recipientsIn(file(PATH, SAMPLE_SEALED))).toEqual([ALICE]);
  expect(recipientsIn(file(PATH, 'not: yaml: at all'))).toEqual([]);
});
