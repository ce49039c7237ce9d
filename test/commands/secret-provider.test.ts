/** Each provider with its real effects, and each way in which it can fail: one problem, with a remedy and without a secret. */
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { secret } from '../../scripts/config/secret.ts';
import { providerFor } from '../../scripts/commands/secret-provider.ts';
import type { SecretsYaml } from '../../scripts/secrets/providers/settings.ts';
import { given, problemOf } from '../secrets/providers/support.ts';
import { contextFor } from '../support/context.ts';
import { project, REPOSITORY } from '../support/project.ts';
import { sealedProject, textOf } from '../support/sealed.ts';

type Env = Readonly<Record<string, string>>;

const open = (root: string, secrets?: SecretsYaml, env: Env = {}) =>
  providerFor(contextFor(root, env).context, secrets);

const SECRET = 'hunter2-hunter2';

describe('sops-age', () => {
  const clear = { 'secrets.sops.yaml': `token: ${SECRET}\nnested:\n    port: 80\n    list: [a]\n    none: null\n` };

  test('is the default, and reads leaves of secrets.sops.yaml', async () => {
    const provider = open(await sealedProject(clear));
    expect(given(await provider.get('token'))).toBe(SECRET);
    expect(given(await provider.get('nested.port'))).toBe('80');
    expect(given(await provider.get('nested.list[0]'))).toBe('a');
    expect(await provider.list()).toMatchObject({ value: ['nested.list[0]', 'nested.none', 'nested.port', 'token'] });
    expect(provider.describe()).toBe('secrets.sops.yaml');
  });

  test('reads another file where that is said', async () => {
    const root = await sealedProject({ 'sealed/mine.sops.yaml': `token: ${SECRET}\n` });
    const provider = open(root, { provider: 'sops-age', 'sops-age': { file: 'sealed/mine.sops.yaml' } });
    expect(given(await provider.get('token'))).toBe(SECRET);
  });

  test('fails with one problem', async () => {
    const root = await sealedProject(clear);
    const code = async (folder: string, name = 'token', file = 'secrets.sops.yaml') =>
      problemOf(await open(folder, { 'sops-age': { file } }).get(name), [SECRET]).code;
    expect(await code(root, 'tokne')).toBe('secret-missing');
    expect(await code(root, 'nested')).toBe('secret-missing');
    expect(await code(root, 'nested.none')).toBe('secret-unusable');
    expect(await code(root, 'token', 'other.sops.yaml')).toBe('secrets-file-missing');
    expect(await code(root, 'token', '../other.sops.yaml')).toBe('path-outside-project');
    expect(await code(project({ 'secrets.sops.yaml': `token: ${SECRET}\n` }))).toBe('not-sealed');
    expect(await code(project({ 'secrets.sops.yaml': textOf(root, 'secrets.sops.yaml') }))).toBe('no-key');
    expect(await code(await sealedProject(clear, { 'age.key': 'AGE-SECRET-KEY-1TRUNCATED\n' }))).toBe('bad-age-key');
  });
});

describe('env', () => {
  test('reads the environment', async () => {
    const provider = open(project(), { provider: 'env' }, { NIGARI_TOKEN: SECRET, NIGARI_EMPTY: '' });
    expect(given(await provider.get('token'))).toBe(SECRET);
    expect(problemOf(await provider.get('tokne'), [SECRET]).code).toBe('secret-missing');
    expect(problemOf(await provider.get('empty')).code).toBe('secret-unusable');
  });

  test('reads a file instead', async () => {
    const secrets = { provider: 'env', env: { file: '.env', prefix: '' } } as const;
    const provider = open(project({ '.env': `export TOKEN="${SECRET}" # mine\n` }), secrets, { TOKEN: 'other' });
    expect(given(await provider.get('token'))).toBe(SECRET);
    expect(provider.describe()).toBe('.env (no prefix)');
    expect(problemOf(await open(project(), secrets).get('token')).code).toBe('secrets-file-missing');
    expect(problemOf(await open(project({ '.env': SECRET }), secrets).get('token'), [SECRET]).code).toBe(
      'dotenv-syntax',
    );
  });
});

describe.skipIf(process.platform === 'win32')('command', () => {
  const withScript = (script: string, timeout = 30) => {
    const root = project({ get: `#!/bin/sh\n${script}\n` });
    chmodSync(join(root, 'get'), 0o700);
    const command = { get: ['./get', '{name}'], set: ['./get', '--set', '{name}'], timeout };
    return { root, ...open(root, { provider: 'command', command }) };
  };

  test('runs a program in the project', async () => {
    const provider = withScript(`test "$1" = token && test "$#" = 1 && echo '${SECRET}'`);
    expect(given(await provider.get('token'))).toBe(SECRET);
    expect(problemOf(await provider.get('other'))).toMatchObject({
      code: 'secrets-program-failed',
      message: './get (secrets.command.get) ended with exit code 1',
    });
  });

  test('ends a program that takes too long, and what it started', async () => {
    const provider = withScript(`echo ${SECRET}; sleep 60; echo late`, 1);
    expect(problemOf(await provider.get('token'), [SECRET]).code).toBe('secrets-program-late');
  });

  test('fails with one problem', async () => {
    const code = async (script: string) => problemOf(await withScript(script).get('token'), [SECRET]).code;
    expect(await code(`echo ${SECRET}; echo ${SECRET} >&2; exit 7`)).toBe('secrets-program-failed');
    expect(await code('true')).toBe('secret-unusable');
    expect(await code(`printf '\\377'`)).toBe('secret-unusable');
    const missing = open(project(), { provider: 'command', command: { get: ['./no-such-program', '{name}'] } });
    expect(problemOf(await missing.get('token')).code).toBe('secrets-program-missing');
  });

  test('is run one at a time, and not again after one that took too long', async () => {
    const once = 'mkdir "$0.lock" || exit 9; sleep 0.05; rmdir "$0.lock"; echo "$1" >> "$0.log"';
    const provider = withScript(`${once}; test "$1" = late && sleep 60; echo "of $1"`, 3);
    const names = Array.from({ length: 12 }, (_, index) => `name${index}`);
    const answers = await Promise.all(names.map((name) => provider.get(name)));
    expect(answers.map(given)).toEqual(names.map((name) => `of ${name}`));
    const late = await Promise.all(['late', 'after'].map((name) => provider.get(name)));
    expect(late.map((answer) => problemOf(answer).code)).toEqual(['secrets-program-late', 'secrets-program-late']);
    expect(textOf(provider.root, 'get.log').trim().split('\n')).toEqual([...names, 'late']);
  });

  test('is given no keys', async () => {
    process.env['SOPS_AGE_KEY'] = SECRET;
    try {
      expect(given(await withScript('echo "key: $SOPS_AGE_KEY"').get('token'))).toBe('key: ');
    } finally {
      delete process.env['SOPS_AGE_KEY'];
    }
  });
});

describe('ansible-vault', () => {
  const FIXTURES = join(REPOSITORY, 'test/fixtures/ansible-vault');
  const inline = readFileSync(join(FIXTURES, 'inline.yaml'), 'utf8');
  const password = 'hunter2-of-the-vault';
  const withPassword = (
    settings: NonNullable<SecretsYaml['ansible-vault']>,
    files: Readonly<Record<string, string>>,
    env: Env = {},
  ) => {
    const root = project({ 'secrets.vault.yaml': inline, ...files });
    return { root, ...open(root, { provider: 'ansible-vault', 'ansible-vault': settings }, { HOME: root, ...env }) };
  };

  test('finds the password as Ansible does', async () => {
    const token = async (...given: Parameters<typeof withPassword>) => withPassword(...given).get('token');
    const files = { password: `  ${password}\n\n` };
    const command = [process.execPath, '-e', `console.log('${password}')`];
    expect(given(await token({}, files, { ANSIBLE_VAULT_PASSWORD_FILE: 'password' }))).toBe('hunter2-token');
    expect(given(await token({ password_file: '~/password' }, files))).toBe('hunter2-token');
    expect(given(await token({ password_file: 'password' }, files, { ANSIBLE_VAULT_PASSWORD_FILE: 'other' }))).toBe(
      'hunter2-token',
    );
    expect(given(await token({ password_command: command }, {}))).toBe('hunter2-token');
  });

  test.skipIf(process.platform === 'win32')('runs a password file that is executable', async () => {
    const provider = withPassword({ password_file: 'password' }, { password: `#!/bin/sh\necho '${password}'\n` });
    chmodSync(join(provider.root, 'password'), 0o700);
    expect(given(await provider.get('token'))).toBe('hunter2-token');
  });

  test('fails with one problem', async () => {
    const code = async (
      settings: NonNullable<SecretsYaml['ansible-vault']>,
      files: Readonly<Record<string, string>> = {},
    ) => problemOf(await withPassword(settings, files).get('token'), ['hunter2', SECRET]).code;
    expect(await code({})).toBe('ansible-vault-password-missing');
    expect(await code({ password_file: 'none' })).toBe('ansible-vault-password-missing');
    expect(await code({ password_file: 'password' }, { password: '\n' })).toBe('ansible-vault-password-missing');
    expect(await code({ password_file: 'password' }, { password: SECRET })).toBe('ansible-vault-password');
    expect(await code({ password_command: ['./none'] })).toBe('secrets-program-missing');
    expect(await code({ password_command: [process.execPath, '-e', 'process.exit(1)'] })).toBe(
      'secrets-program-failed',
    );
    expect(await code({ file: 'none.yaml' })).toBe('secrets-file-missing');
  });

  test('writes ciphertext, and nothing where nothing changes', async () => {
    const provider = withPassword({ password_file: 'password' }, { password });
    expect(await provider.set?.('token', secret('hunter2-token'))).toMatchObject({ ok: true });
    expect(textOf(provider.root, 'secrets.vault.yaml')).toBe(inline);
    expect(await provider.set?.('token', secret(SECRET))).toMatchObject({ ok: true });
    expect(textOf(provider.root, 'secrets.vault.yaml')).not.toContain(SECRET);
    expect(given(await provider.get('token'))).toBe(SECRET);
  });
});
