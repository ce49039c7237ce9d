/** `secret://name` in a whole `configure`: each provider gives, and each way in which it fails is one problem at the reference. */
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { REPOSITORY, startNigari, tree } from '../support/project.ts';
import { clearOf, sealedProject } from '../support/sealed.ts';
import { freePort, startVaultServer, type VaultServer } from '../support/vault-server.ts';

/** What `test/fixtures/ansible-vault` holds under this name. */
const SECRET = 'hunter2-token';
const PASSWORD = 'hunter2-of-the-vault';
const LINE = 6;
const CLUSTER = `node_cidr: 10.0.0.0/24
cluster_api_addr: 10.0.0.10
proxmox_api_url: https://pve.example.com:8006
proxmox_node: pve
tfstate_url: https://state.example.com/states
tfstate_password: secret://token
`;
const NODES = 'nodes:\n  - name: cp-1\n    address: 10.0.0.11\n    controller: true\n';
const vaultFile = (name: string): string => readFileSync(join(REPOSITORY, 'test/fixtures/ansible-vault', name), 'utf8');

type Texts = Readonly<Record<string, string>>;

interface Case {
  /** What stands below `secrets` in cluster.yaml. */
  readonly settings: string;
  readonly files?: Texts;
  /** Files that are sealed before. */
  readonly sealed?: Texts;
  readonly programs?: Texts;
  readonly env?: Texts;
}

async function folderFor({ settings, files = {}, sealed = {}, programs = {} }: Case): Promise<string> {
  const cluster = settings === '' ? CLUSTER : `${CLUSTER}secrets: ${settings}\n`;
  const folder = await sealedProject(sealed, { 'cluster.yaml': cluster, 'nodes.yaml': NODES, ...files, ...programs });
  for (const path of Object.keys(programs)) chmodSync(join(folder, path), 0o700);
  return folder;
}

/** Not in one process with the server that it asks. */
async function configure(folder: string, env: Texts = {}) {
  return startNigari(folder, ['configure', '--no-init'], { PATH: '/usr/bin:/bin', ...env }).ended;
}

const READ_PASSWORD = { ANSIBLE_VAULT_PASSWORD_FILE: 'password' };
const COMMAND = '{provider: command, command: {get: [./get, "{name}"]}}';
const script = (text: string): Texts => ({ get: `#!/bin/sh\n${text}\n` });
const posix = process.platform !== 'win32';

let vault: VaultServer;
beforeAll(async () => {
  vault = await startVaultServer();
  await vault.put('nigari', { token: SECRET });
  return () => vault.stop();
});
const vaultCase = (more: string, env: Texts = { VAULT_TOKEN: vault.token }): Case => ({
  settings: `{provider: vault, vault: {address: "${vault.url}"${more}}}`,
  env,
});

const GIVING: Readonly<Record<string, () => Case>> = {
  'sops-age, the default': () => ({ settings: '', sealed: { 'secrets.sops.yaml': `token: ${SECRET}\n` } }),
  'sops-age in another file': () => ({
    settings: '{sops-age: {file: mine.sops.yaml}}',
    sealed: { 'mine.sops.yaml': `token: ${SECRET}\n` },
  }),
  'ansible-vault, a whole file': () => ({
    settings: '{provider: ansible-vault, ansible-vault: {password_file: password}}',
    files: { 'secrets.vault.yaml': vaultFile('whole-1.1.yaml'), password: PASSWORD },
  }),
  'ansible-vault, values': () => ({
    settings: '{provider: ansible-vault, ansible-vault: {file: vault.yml}}',
    files: { 'vault.yml': vaultFile('inline.yaml'), password: PASSWORD },
    env: READ_PASSWORD,
  }),
  env: () => ({ settings: '{provider: env}', env: { NIGARI_TOKEN: SECRET } }),
  'a .env file': () => ({
    settings: '{provider: env, env: {file: .env, prefix: ""}}',
    files: { '.env': `TOKEN='${SECRET}'\n` },
  }),
  ...(posix && { command: () => ({ settings: COMMAND, programs: script(`test "$1" = token && echo ${SECRET}`) }) }),
  vault: () => vaultCase(''),
};

describe('gives the secret to the file that is sealed, and to nothing else', () => {
  test.each(Object.entries(GIVING))('%s', async (_, given) => {
    const { env = {}, ...made } = given();
    const folder = await folderFor(made);
    const before = new Set(tree(folder).keys());
    expect(await configure(folder, env)).toMatchObject({ status: 0 });
    expect(await clearOf(folder, 'infrastructure/secrets.sops.yaml')).toContain(SECRET);
    const written = [...tree(folder)].filter(([path]) => !before.has(path));
    expect(written.length).toBeGreaterThan(5);
    for (const [path, bytes] of written) expect(bytes.includes(SECRET), path).toBe(false);
    const again = tree(folder);
    expect(await configure(folder, env)).toMatchObject({ status: 0 });
    expect(tree(folder)).toEqual(again);
  });
});

const FAILING: Readonly<Record<string, readonly [code: string, failing: () => Case | Promise<Case>]>> = {
  'sops-age: a missing name': [
    'secret-missing',
    () => ({ settings: '', sealed: { 'secrets.sops.yaml': `tokne: ${SECRET}\n` } }),
  ],
  'sops-age: a missing file': ['secrets-file-missing', () => ({ settings: '' })],
  'sops-age: a file in clear': [
    'not-sealed',
    () => ({ settings: '', files: { 'secrets.sops.yaml': `token: ${SECRET}\n` } }),
  ],
  'ansible-vault: a wrong password': [
    'ansible-vault-password',
    () => ({
      settings: '{provider: ansible-vault}',
      files: { 'secrets.vault.yaml': vaultFile('whole-1.2.yaml'), password: `${PASSWORD}x` },
      env: READ_PASSWORD,
    }),
  ],
  'ansible-vault: no password': [
    'ansible-vault-password-missing',
    () => ({ settings: '{provider: ansible-vault}', files: { 'secrets.vault.yaml': vaultFile('whole-1.2.yaml') } }),
  ],
  'env: a missing name': ['secret-missing', () => ({ settings: '{provider: env}', env: { NIGARI_TOKNE: SECRET } })],
  'env: an empty value': ['secret-unusable', () => ({ settings: '{provider: env}', env: { NIGARI_TOKEN: '' } })],
  'a .env file: a broken line': [
    'dotenv-syntax',
    () => ({ settings: '{provider: env, env: {file: .env}}', files: { '.env': `NIGARI_TOKEN="${SECRET}\n` } }),
  ],
  ...(posix && {
    'command: an exit code': [
      'secrets-program-failed',
      () => ({ settings: COMMAND, programs: script(`echo ${SECRET}; echo "no ${SECRET}" >&2; exit 3`) }),
    ],
    'command: a timeout': [
      'secrets-program-late',
      () => ({ settings: COMMAND.replace('}}', ', timeout: 1}}'), programs: script(`echo ${SECRET}; sleep 60`) }),
    ],
  }),
  'command: no such program': ['secrets-program-missing', () => ({ settings: COMMAND })],
  'vault: a missing name': ['secret-missing', () => vaultCase(', path: other')],
  'vault: no token': ['vault-token-missing', () => vaultCase('', {})],
  'vault: a wrong token': ['vault-denied', () => vaultCase('', { VAULT_TOKEN: 'hunter2-wrong' })],
  'vault: a server that is down': [
    'vault-unreachable',
    async () => ({
      settings: `{provider: vault, vault: {address: "http://127.0.0.1:${await freePort()}"}}`,
      env: { VAULT_TOKEN: 'hunter2-wrong' },
    }),
  ],
  'vault: a server that is sealed': [
    'vault-sealed',
    async () => {
      const sealed = await startVaultServer();
      onTestFinished(() => sealed.stop());
      await sealed.seal();
      return { settings: `{provider: vault, vault: {address: "${sealed.url}"}}`, env: { VAULT_TOKEN: sealed.token } };
    },
  ],
};

describe('is one problem at the reference, with a remedy, and nothing is written', () => {
  test.each(Object.entries(FAILING))('%s', async (_, [code, failing]) => {
    const { env = {}, ...made } = await failing();
    const folder = await folderFor(made);
    const before = tree(folder);
    const { status, stderr } = await configure(folder, env);
    expect(status, stderr).toBe(2);
    const [problem = '', ...others] = stderr.match(/^\S*  error  .*$/gm) ?? [];
    expect(problem).toMatch(new RegExp(`^cluster\\.yaml:${LINE}:19  error  secret://token: .*\\(${code}\\)$`));
    expect(others).toEqual([]);
    expect(stderr).toMatch(/^  hint: .{5,}$/m);
    expect(stderr).not.toContain('hunter2');
    expect(tree(folder)).toEqual(before);
  });
});

test('check asks no provider', async () => {
  const folder = await folderFor({ settings: '{provider: command, command: {get: [./none, "{name}"]}}' });
  const { status, stderr } = await startNigari(folder, ['check']).ended;
  expect(status, stderr).toBe(0);
});
