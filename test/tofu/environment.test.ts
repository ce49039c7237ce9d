import { describe, expect, test } from 'vitest';
import { secret } from '../../scripts/config/secret.ts';
import { missingCredentials, tofuEnvironment, type Secrets } from '../../scripts/tofu/environment.ts';
import { SECRET_KEYS, type Instance } from '../../scripts/types.ts';

const LOCAL: Instance = {
  stack: 'proxmox',
  kind: 'talos-vms',
  engine: 'tofu',
  directory: 'infrastructure/tofu',
  secrets_file: 'infrastructure/secrets.sops.yaml',
  backend: { kind: 'local', address: null, lock_address: null },
  state_encryption: false,
  images: [],
  moved: [],
};
const HTTP: Instance = {
  ...LOCAL,
  backend: {
    kind: 'http',
    address: 'https://s.example/states/proxmox',
    lock_address: 'https://s.example/states/proxmox/lock',
  },
  state_encryption: true,
};
const OTHER: Instance = { ...LOCAL, kind: 'aws-resources' };

const ALL: Secrets = new Map(SECRET_KEYS.map((key) => [key, secret(`value of ${key}`)]));
const ALWAYS = {
  TF_IN_AUTOMATION: '1',
  AWS_REQUEST_CHECKSUM_CALCULATION: 'when_required',
  AWS_RESPONSE_CHECKSUM_VALIDATION: 'when_required',
};

describe('tofuEnvironment', () => {
  test('a local state needs no server', () => {
    expect(tofuEnvironment(LOCAL, ALL)).toEqual({
      ...ALWAYS,
      TF_VAR_proxmox_api_token_id: 'value of proxmox_api_token_id',
      TF_VAR_proxmox_api_token_secret: 'value of proxmox_api_token_secret',
    });
  });

  test('an encrypted state on a server', () => {
    expect(tofuEnvironment(HTTP, ALL)).toEqual({
      ...ALWAYS,
      TF_HTTP_USERNAME: 'value of tfstate_username',
      TF_HTTP_PASSWORD: 'value of tfstate_password',
      TF_VAR_state_encryption_passphrase: 'value of state_encryption_passphrase',
      TF_VAR_proxmox_api_token_id: 'value of proxmox_api_token_id',
      TF_VAR_proxmox_api_token_secret: 'value of proxmox_api_token_secret',
    });
  });

  test('what is not there, is empty or is not asked for sets no variable: an empty one would hide the user’s own', () => {
    expect(tofuEnvironment(HTTP, new Map([['tfstate_password', secret('')]]))).toEqual(ALWAYS);
    expect(tofuEnvironment(OTHER, ALL)).toEqual(ALWAYS);
    expect(tofuEnvironment(LOCAL, new Map([['cf_account_id', secret('abc')]]))).toEqual(ALWAYS);
  });

  test('any text arrives unchanged', () => {
    const text = 'a "b" ${c} %{d} \\ \n ü 😀';
    expect(tofuEnvironment(LOCAL, new Map([['proxmox_api_token_id', secret(text)]]))).toMatchObject({
      TF_VAR_proxmox_api_token_id: text,
    });
  });
});

describe('missingCredentials', () => {
  const keys = (...args: Parameters<typeof missingCredentials>): readonly string[] =>
    missingCredentials(...args).map(({ message }) => message.split(' ', 1)[0] ?? '');

  test.each([
    ['state', LOCAL, []],
    ['everything', LOCAL, ['proxmox_api_token_id', 'proxmox_api_token_secret']],
    ['state', HTTP, ['tfstate_username', 'tfstate_password', 'state_encryption_passphrase']],
    [
      'everything',
      HTTP,
      [
        'tfstate_username',
        'tfstate_password',
        'state_encryption_passphrase',
        'proxmox_api_token_id',
        'proxmox_api_token_secret',
      ],
    ],
    ['everything', OTHER, []],
  ] as const)('%s without any', (command, instance, wanted) => {
    expect(keys(instance, new Map(), command)).toEqual(wanted);
    expect(keys(instance, ALL, command)).toEqual([]);
  });

  test('a variable that the user set counts, an empty one does not', () => {
    const environment = {
      TF_HTTP_USERNAME: 'me',
      TF_HTTP_PASSWORD: '',
      TF_VAR_state_encryption_passphrase: 'long enough, yes',
    };
    expect(keys(HTTP, new Map(), 'state', environment)).toEqual(['tfstate_password']);
  });

  test('names the key, the file and the variable', () => {
    expect(missingCredentials(HTTP, new Map(), 'state')[1]).toEqual({
      code: 'credential-missing',
      severity: 'error',
      message: 'tfstate_password is not set: the state server asks for it',
      hint: 'set tfstate_password in cluster.yaml, then run `nigari configure`; or set the variable TF_HTTP_PASSWORD',
    });
  });
});
