/** Values that are kept elsewhere: passed over while they are not known, and proven like any other when they are. */
import { describe, expect, test } from 'vitest';
import type { Resolution } from '../../scripts/config/deferred.ts';
import { derive } from '../../scripts/config/derive.ts';
import { isSecret, reveal, type Secret } from '../../scripts/config/secret.ts';
import { validate } from '../../scripts/config/validate.ts';
import type { Config } from '../../scripts/types.ts';
import { inputs } from '../support/input.ts';
import { ONE, PROXMOX } from '../support/rule-inputs.ts';

const ENC =
  'ENC[AES256_GCM,data:b2Jg,iv:JSIKZ0OTRNQZUVWhGQgGsGNkpZhc2I7KFfjmnzJ+bz0=,tag:n7f9oCQw7f2cX3ZQ4m1w0g==,type:str]';
const METADATA = `sops:\n  lastmodified: "2026-01-02T03:04:05Z"\n  mac: ${ENC}\n  version: 3.13.3\n`;
const STATE = `${PROXMOX}tfstate_url: https://state.example.com/states\n`;

const resolution = (set: Partial<Resolution>): Resolution => ({ sealed: null, references: new Map(), ...set });

function proven(cluster: string, sealed?: string, found: Resolution | null = null): Config {
  const result = validate(inputs(cluster, ONE, sealed), found);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
}

const said = (cluster: string, sealed?: string, found: Resolution | null = null): readonly string[] =>
  validate(inputs(cluster, ONE, sealed), found).problems.map(
    ({ file, line, column, code }) => `${file}:${line}:${column} ${code}`,
  );

describe('a reference', () => {
  const cluster = `${STATE}tfstate_password: secret://state\nstate_encryption_passphrase: secret://p\nvars:\n  list: [a, secret://b]\n`;

  test('is passed over until it is known', () => {
    const config = proven(cluster);
    expect(config.unresolved).toEqual([
      { path: ['tfstate_password'], reference: 'state' },
      { path: ['state_encryption_passphrase'], reference: 'p' },
      { path: ['vars', 'list', 1], reference: 'b' },
    ]);
    const { model } = derive(config);
    expect(reveal(model.cluster.tfstate_password as Secret)).toBe('secret://state');
    expect(isSecret((model.cluster.vars['list'] as unknown[])[1])).toBe(true);
  });

  test('is replaced by what it stands for', () => {
    const references = new Map([
      ['state', 'a-password'],
      ['p', 'a-passphrase-of-some-length'],
      ['b', 'beta'],
    ]);
    const config = proven(cluster, undefined, resolution({ references }));
    expect(config.unresolved).toEqual([]);
    const { model } = derive(config);
    expect(reveal(model.cluster.tfstate_password as Secret)).toBe('a-password');
    const [plain, marked] = model.cluster.vars['list'] as [string, Secret];
    expect([plain, reveal(marked)]).toEqual(['a', 'beta']);
  });

  test('is judged by what it stands for, at its place, without a word of it', () => {
    const references = new Map([
      ['state', ' blank-at-its-edge'],
      ['p', 'short'],
      ['b', 'beta'],
    ]);
    const result = validate(inputs(cluster, ONE), resolution({ references }));
    expect(result.problems.map(({ line, code }) => [line, code])).toEqual([
      [8, 'secret-edge-blanks'],
      [9, 'too-short'],
    ]);
    expect(JSON.stringify(result)).not.toMatch(/blank-at|"short"/);
  });

  test('is a text like any other in what other tools read', () => {
    expect(said(`${PROXMOX}github_client_secret: secret://x\n`)).toEqual([expect.stringMatching(/application-keys/)]);
  });

  test.each([
    'secret://',
    'secret:// a',
    'secret://a//b',
    'secret://../b',
    'secret://-o',
    `secret://${'a'.repeat(257)}`,
  ])('named %j is refused', (reference) => {
    expect(said(`${STATE}tfstate_password: ${JSON.stringify(reference)}\n`)).toEqual([
      'cluster.yaml:8:19 secret-name-malformed',
    ]);
  });
});

describe('cluster.sops.yaml', () => {
  const sealed = `tfstate_password: ${ENC}\nvars:\n  team:\n    token: ${ENC}\n${METADATA}`;

  test('is one file with cluster.yaml', () => {
    const config = proven(`${STATE}vars:\n  team:\n    name: a\n`, sealed);
    expect(config.unresolved.map(({ path }) => path)).toEqual([['tfstate_password'], ['vars', 'team', 'token']]);
    expect(config.locate(['cluster.yaml', 'tfstate_password'])).toMatchObject({ file: 'cluster.sops.yaml', line: 1 });
    expect(config.locate(['cluster.yaml', 'vars', 'team', 'name'])).toMatchObject({ file: 'cluster.yaml', line: 10 });
    expect(Object.keys(config.cluster)).not.toContain('sops');
  });

  test('opened, it says what cluster.yaml would say', () => {
    const opened = { tfstate_password: 'a-password', vars: { team: { token: 12 } } };
    const config = proven(`${STATE}vars:\n  team:\n    name: a\n`, sealed, resolution({ sealed: opened }));
    const { model } = derive(config);
    const team = model.cluster.vars['team'] as { name: string; token: Secret };
    expect([reveal(model.cluster.tfstate_password as Secret), team.name, reveal(team.token)]).toEqual([
      'a-password',
      'a',
      '12',
    ]);
  });

  test('opened, it is proven by the same rules, at its own places', () => {
    const opened = { tfstate_password: 12, vars: { team: { token: 'x' } } };
    expect(said(STATE, sealed, resolution({ sealed: opened }))).toEqual(['cluster.sops.yaml:1:19 wrong-type']);
  });

  test('its keys are proven without a key', () => {
    expect(said(STATE, `tfstate_pasword: ${ENC}\n${METADATA}`)).toEqual([
      'cluster.yaml:7:14 state-password-missing',
      'cluster.sops.yaml:1:1 unknown-key',
    ]);
    expect(said(STATE, `tfstate_password: in-clear-here\n`)).toEqual(['cluster.sops.yaml:1:19 sealed-input-in-clear']);
    expect(said(STATE, `vars: {}\n`)).toContain('cluster.sops.yaml:1:1 sealed-input-in-clear');
    expect(said(STATE, '[]')).toContain('cluster.sops.yaml:1:1 not-a-mapping');
  });

  test.each([
    ['a credential', 'tfstate_password: in-clear\n', `tfstate_password: ${ENC}\n`, '4:1'],
    ['a value below vars', 'vars:\n  a: {b: 1}\n', `vars:\n  a:\n    b: ${ENC}\n`, ''],
    ['a mapping and a text', 'vars:\n  a: {b: 1}\n', `vars:\n  a: ${ENC}\n`, ''],
    ['a text and a mapping', 'vars:\n  a: 1\n', `vars:\n  a:\n    b: ${ENC}\n`, ''],
    ['two lists', 'vars:\n  a: [1]\n', `vars:\n  a:\n    - ${ENC}\n`, ''],
  ])('%s in both files is refused', (_, open, other) => {
    expect(said(STATE + open, other + METADATA).filter((line) => line.includes('set-twice'))).toHaveLength(1);
  });
});
