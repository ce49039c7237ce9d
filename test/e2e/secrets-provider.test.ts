/** `secrets show` and `secrets set` where `secrets` in cluster.yaml says that names of the user's own are kept elsewhere. */
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { digests, nigari, project } from '../support/project.ts';
import { clearOf, sealedProject, textOf } from '../support/sealed.ts';

const withSecrets = (settings: string): string =>
  `node_cidr: 10.0.0.0/24\ncluster_api_addr: 10.0.0.10\nproxmox_api_token_secret: secret://token\nsecrets: ${settings}\n`;

describe('sops-age with a file of another name', () => {
  const cluster = { 'cluster.yaml': withSecrets('{sops-age: {file: mine.sops.yaml}}') };

  test('is where names are set and found', async () => {
    const folder = await sealedProject({ 'secrets.sops.yaml': 'token: other\n' }, cluster);
    expect(nigari(folder, ['secrets', 'set', 'token'], {}, [], 'hunter2')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('next: `npx nigari configure`') as string,
    });
    expect(await clearOf(folder, 'mine.sops.yaml')).toBe('token: hunter2\n');
    expect(nigari(folder, ['secrets', 'show', 'token']).stdout).toBe('hunter2');
  });
});

describe.skipIf(process.platform === 'win32')('a program', () => {
  /** Keeps each secret in a file of its name. */
  const PROGRAM = '#!/bin/sh\nif test "$1" = set; then cat > "kept-$2"; else cat "kept-$2"; fi\n';
  const SETTINGS = '{provider: command, command: {get: [./keep, get, "{name}"], set: [./keep, set, "{name}"]}}';
  const PATH = { PATH: '/usr/bin:/bin' };

  function kept(): string {
    const folder = project({ 'cluster.yaml': withSecrets(SETTINGS), keep: PROGRAM });
    chmodSync(join(folder, 'keep'), 0o700);
    return folder;
  }

  test('stores and gives', () => {
    const folder = kept();
    const { status, all } = nigari(folder, ['secrets', 'set', 'token'], PATH, [], 'hunter2\n');
    expect({ status, all }).toEqual({
      status: 0,
      all: 'token is set in the command ./keep\nnext: `npx nigari configure` seals it where secret://token is written\n',
    });
    expect(textOf(folder, 'kept-token')).toBe('hunter2');
    expect(nigari(folder, ['secrets', 'show', 'token'], PATH).stdout).toBe('hunter2');
    const again = nigari(folder, ['secrets', 'set', 'token', '--json'], PATH, [], 'hunter2');
    expect(JSON.parse(again.stdout)).toEqual({
      place: 'the command ./keep',
      name: 'token',
      change: 'unchanged',
      next: [],
    });
  });

  test('is not asked to store what is no name, or no secret', () => {
    const folder = kept();
    const before = digests(folder);
    expect(nigari(folder, ['secrets', 'set', 'a b'], PATH, [], 'hunter2').stderr).toContain('(secret-name-malformed)');
    expect(nigari(folder, ['secrets', 'set', 'token'], PATH, [], '').status).toBe(2);
    expect(digests(folder)).toEqual(before);
  });

  test('keeps credentials that cluster.yaml refers to: that is told', () => {
    const { status, stderr } = nigari(kept(), ['secrets', 'set', 'proxmox_api_token_secret'], PATH, [], 'hunter2');
    expect(status).toBe(2);
    expect(stderr).toContain('it refers to secret://token: `npx nigari secrets set token` sets that');
  });

  test('is asked last for what sealed files do not know', async () => {
    const folder = await sealedProject(
      { 'infrastructure/secrets.sops.yaml': 'token: generated\n' },
      { 'cluster.yaml': withSecrets(SETTINGS), keep: PROGRAM, 'kept-token': 'own', 'kept-other': 'own' },
    );
    chmodSync(join(folder, 'keep'), 0o700);
    expect(nigari(folder, ['secrets', 'show', 'token'], PATH).stdout).toBe('generated');
    expect(nigari(folder, ['secrets', 'show', 'other'], PATH).stdout).toBe('own');
  });
});

describe('the environment', () => {
  const folder = (): string => project({ 'cluster.yaml': withSecrets('{provider: env}') });

  test('gives, and cannot be written to', () => {
    expect(nigari(folder(), ['secrets', 'show', 'token'], { NIGARI_TOKEN: 'hunter2' }).stdout).toBe('hunter2');
    const { status, stderr } = nigari(folder(), ['secrets', 'set', 'token'], {}, [], 'hunter2');
    expect(status).toBe(2);
    expect(stderr).toContain('nothing can be stored in the environment (prefix NIGARI_)  (secrets-read-only)');
  });

  test('that does not have a name says which variable it would be', () => {
    const { status, stderr } = nigari(folder(), ['secrets', 'show', 'tokne'], { NIGARI_TOKEN: 'hunter2' });
    expect(status).toBe(2);
    expect(stderr).toContain('export NIGARI_TOKNE');
    expect(stderr).not.toContain('hunter2');
  });
});

test('settings that are wrong are refused; the rest of cluster.yaml does not matter', () => {
  const folder = project({ 'cluster.yaml': 'secrets: {provider: vault}\n' });
  const { status, stderr } = nigari(folder, ['secrets', 'show', 'token']);
  expect(status).toBe(2);
  expect(stderr).toContain('cluster.yaml:1:21  error  the provider vault needs secrets.vault.address');
  expect(stderr).not.toContain('node_cidr');
  expect(existsSync(join(folder, 'secrets.sops.yaml'))).toBe(false);
});
