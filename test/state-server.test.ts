/** The state server for the tests: what it answers, and that the real OpenTofu lives with it. */
import { existsSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from './support/copy.ts';
import { startStateServer, type StateServer, type StateServerOptions } from './support/state/server.ts';
import { failureOf, tofuWith } from './support/tofu.ts';
import { realTool } from './support/tools.ts';

async function server(options: StateServerOptions = {}): Promise<StateServer> {
  const started = await startStateServer(options);
  onTestFinished(started.stop);
  return started;
}

const USER = { username: 'tofu', password: 'planted-password' };
const MINE = { ID: 'mine', Who: 'me@here' };
const THEIRS = { ID: 'theirs', Who: 'you@there' };

const DIALECTS = {
  worker: { path: 'states/one', lock: 'LOCK', unlock: 'UNLOCK', none: 204, held: 423, stored: 204 },
  GitLab: {
    path: 'api/v4/projects/7/terraform/state/one',
    lock: 'POST',
    unlock: 'DELETE',
    none: 404,
    held: 409,
    stored: 200,
  },
} as const;

describe.each(Object.entries(DIALECTS))('in the dialect of %s', (_, { path, lock, unlock, none, held, stored }) => {
  /** `STATUS body` */
  const ask = async ({ url }: StateServer, method: string, at: string = path, body?: object): Promise<string> => {
    const response = await fetch(`${url}/${at}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
    return `${response.status} ${await response.text()}`.trim();
  };

  test('a state is kept, and who holds its lock alone may write', async () => {
    const started = await server();
    expect(await ask(started, 'GET')).toBe(String(none));
    expect(await ask(started, 'POST', path, { serial: 1 })).toBe(String(stored));
    expect(await ask(started, lock, `${path}/lock`, MINE)).toBe(`200 ${JSON.stringify(MINE)}`);
    expect(await ask(started, 'GET', `${path}/lock`)).toBe(`200 ${JSON.stringify(MINE)}`);
    expect(await ask(started, lock, `${path}/lock`, THEIRS)).toBe(`${held} ${JSON.stringify(MINE)}`);
    expect(await ask(started, 'POST', `${path}?ID=theirs`, { serial: 2 })).toBe(`${held} ${JSON.stringify(MINE)}`);
    expect(await ask(started, 'POST', `${path}?ID=mine`, { serial: 2 })).toBe(String(stored));
    expect(await ask(started, unlock, `${path}/lock`, THEIRS)).toBe(`${held} ${JSON.stringify(THEIRS)}`);
    expect(await ask(started, unlock, `${path}/lock`)).toBe('400 no lock ID');
    expect(await ask(started, unlock, `${path}/lock`, MINE)).toBe('200');
    expect(await ask(started, 'GET', `${path}/lock`)).toBe('204');
    expect(await ask(started, 'GET')).toBe('200 {"serial":2}');
    expect(await ask(started, 'DELETE')).toBe('200');
    expect(await ask(started, 'GET')).toBe(String(none));
  });

  test('nothing is told without the password, but that it is there', async () => {
    const started = await server({ credentials: USER });
    expect(await ask(started, 'GET')).toBe('401');
    expect(await ask(started, lock, `${path}/lock`, MINE)).toBe('401');
    expect(await ask(started, 'GET', 'health')).toBe('200 OK');
    expect(started.places.size).toBe(0);
  });
});

const OUTPUT = (value: number): string => `resource "terraform_data" "x" {\n  input = ${value}\n}\n`;

/** A folder whose state is at that server. */
async function stack(started: StateServer, { path, lock, unlock }: (typeof DIALECTS)[keyof typeof DIALECTS]) {
  const folder = await temporaryFolder();
  const address = `${started.url}/${path}`;
  const env = {
    TF_HTTP_ADDRESS: address,
    TF_HTTP_LOCK_ADDRESS: `${address}/lock`,
    TF_HTTP_LOCK_METHOD: lock,
    TF_HTTP_UNLOCK_ADDRESS: `${address}/lock`,
    TF_HTTP_UNLOCK_METHOD: unlock,
    TF_HTTP_USERNAME: USER.username,
    TF_HTTP_PASSWORD: USER.password,
    TF_HTTP_RETRY_MAX: '0',
  };
  const run = (...args: readonly string[]): Promise<string> => tofuWith(env, folder, ...args);
  const write = (value: number): Promise<void> =>
    writeFile(join(folder, 'main.tf'), `terraform {\n  backend "http" {}\n}\n${OUTPUT(value)}`);
  await write(1);
  return { folder, env, run, write, apply: () => run('apply', '-auto-approve', '-input=false', '-no-color') };
}

describe.skipIf(!realTool('tofu'))('the real OpenTofu', () => {
  test.each(Object.entries(DIALECTS))('plans, applies and destroys in the dialect of %s', async (_, dialect) => {
    const started = await server({ credentials: USER });
    const { run, apply } = await stack(started, dialect);
    const { path, lock, unlock, none, stored } = dialect;
    await run('init', '-input=false');
    await apply();
    const id = new RegExp(`^POST ${path} ${stored}$`);
    expect(started.requests).toEqual(
      expect.arrayContaining([
        `GET ${path} ${none}`,
        `${lock} ${path}/lock 200`,
        expect.stringMatching(id),
        `${unlock} ${path}/lock 200`,
      ]),
    );
    expect(JSON.parse(started.places.get(path)?.state ?? '')).toMatchObject({
      resources: [{ type: 'terraform_data' }],
    });
    expect(await run('plan', '-input=false', '-no-color')).toContain('No changes.');
    await run('destroy', '-auto-approve', '-input=false');
    expect(started.places.get(path)?.lock).toBeNull();
    expect(JSON.parse(started.places.get(path)?.state ?? '')).toMatchObject({ resources: [] });
  });

  test.each(Object.entries(DIALECTS))(
    'waits for who holds the lock, and breaks it when told, in the dialect of %s',
    async (_, dialect) => {
      const started = await server({ credentials: USER });
      const { run, apply, env } = await stack(started, dialect);
      await run('init', '-input=false');
      const lock = {
        ID: '5f3e9c1a-0000-4000-8000-1234567890ab',
        Who: 'alice@laptop',
        Operation: 'OperationTypeApply',
        Created: '2026-11-20T10:11:12Z',
      };
      const authorization = `Basic ${Buffer.from(`${USER.username}:${USER.password}`).toString('base64')}`;
      await fetch(env.TF_HTTP_LOCK_ADDRESS, {
        method: dialect.lock,
        body: JSON.stringify(lock),
        headers: { authorization },
      });
      expect(await failureOf(apply())).toMatch(/already locked.*Who: alice@laptop/);
      await run('force-unlock', '-force', lock.ID);
      await apply();
    },
  );

  test('is turned away with a wrong password', async () => {
    const started = await server({ credentials: { ...USER, password: 'another' } });
    const { run } = await stack(started, DIALECTS.worker);
    expect(await failureOf(run('init', '-input=false'))).toContain('requires auth');
  });

  test('goes on where a server that was away left off', async () => {
    const started = await server({ credentials: USER });
    const { run, apply, write } = await stack(started, DIALECTS.worker);
    await run('init', '-input=false');
    await apply();
    await started.down();
    expect(await failureOf(apply())).toContain('connection refused');
    await started.up();
    await write(2);
    await apply();
    expect(JSON.parse(started.places.get('states/one')?.state ?? '')).toMatchObject({ serial: 2 });
  });

  test('keeps what could not be saved, and pushes it later', async () => {
    const started = await server({ credentials: USER });
    const { folder, run, apply } = await stack(started, DIALECTS.worker);
    await run('init', '-input=false');
    started.inject({ match: 'POST states/one', fault: { kind: 'status', status: 507 } });
    expect(await failureOf(apply())).toContain('Failed to save state');
    expect(existsSync(join(folder, 'errored.tfstate'))).toBe(true);
    started.heal();
    await run('state', 'push', 'errored.tfstate');
    const { resources } = JSON.parse(readFileSync(join(folder, 'errored.tfstate'), 'utf8')) as { resources: unknown };
    expect(JSON.parse(started.places.get('states/one')?.state ?? '')).toMatchObject({ resources });
  });

  test('trusts its certificate when told to', async () => {
    const started = await server({ credentials: USER, tls: true });
    const { folder, run, env } = await stack(started, DIALECTS.worker);
    expect(await failureOf(run('init', '-input=false'))).toContain('certificate signed by unknown authority');
    await writeFile(join(folder, 'ca.pem'), started.ca ?? '');
    const trusting = { ...env, TF_HTTP_CLIENT_CA_CERTIFICATE_PEM: await readFile(join(folder, 'ca.pem'), 'utf8') };
    await tofuWith(trusting, folder, 'init', '-input=false');
  });
});
