/** The provider against a server, with its real effects; every way in which it gives no secret is one problem. */
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { secret } from '../../../scripts/config/secret.ts';
import { providerFor } from '../../../scripts/commands/secret-provider.ts';
import type { SecretProvider } from '../../../scripts/secrets/provider.ts';
import type { SecretsYaml } from '../../../scripts/secrets/providers/settings.ts';
import { contextFor } from '../../support/context.ts';
import { project, REPOSITORY } from '../../support/project.ts';
import {
  freePort,
  REAL_VAULT,
  startRealVault,
  startVaultServer,
  type VaultServer,
} from '../../support/vault-server.ts';
import { given, problemOf } from './support.ts';

type Settings = NonNullable<SecretsYaml['vault']>;
type Env = Readonly<Record<string, string>>;

const SECRET = 'hunter2-hunter2';
const TOKEN = 'root-token-of-the-test';

function vault(
  vault: Settings,
  env: Env = { VAULT_TOKEN: TOKEN },
  root = project(),
): SecretProvider & { set: NonNullable<SecretProvider['set']> } {
  const provider = providerFor(contextFor(root, env).context, { provider: 'vault', vault });
  return provider as SecretProvider & { set: NonNullable<SecretProvider['set']> };
}

/** A server that answers everything alike. */
async function answering(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const SERVERS = [
  ['a server that answers as Vault does', startVaultServer, true],
  ['the real Vault', startRealVault, REAL_VAULT !== null],
] as const;

describe.each(SERVERS)('%s', (_, start, isThere) => {
  let server: VaultServer;
  beforeAll(async () => {
    if (isThere) server = await start();
  });
  afterAll(async () => {
    if (isThere) await server.stop();
  });
  const open = (settings: Settings = {}, token = server.token) =>
    vault({ address: server.url, ...settings }, { VAULT_TOKEN: token });

  test.skipIf(!isThere)('gives the keys of a secret', async () => {
    await server.put('nigari', { token: SECRET, 'a.b': 'x', port: 80, '-odd': 'x' });
    await server.put('team/other', { password: 'y' });
    const { get, list } = open();
    expect(given(await get('token'))).toBe(SECRET);
    expect(given(await get('a.b'))).toBe('x');
    expect(given(await get('team/other#password'))).toBe('y');
    expect(await list()).toMatchObject({ value: ['a.b', 'port', 'token'] });
    expect(given(await open({ path: 'team/other' }).get('password'))).toBe('y');
    expect(given(await open({ address: `${server.url}/` }, server.readOnly).get('token'))).toBe(SECRET);
  });

  test.skipIf(!isThere)('changes one key, and makes a secret that is not there', async () => {
    await server.put('changed', { token: 'old', port: 80 });
    const { get, set, list } = open({ path: 'changed' });
    expect(await set('token', secret(SECRET))).toMatchObject({ ok: true });
    expect(await set('added', secret('x'))).toMatchObject({ ok: true });
    expect([given(await get('token')), given(await get('added'))]).toEqual([SECRET, 'x']);
    expect(await list()).toMatchObject({ value: ['added', 'port', 'token'] });
    const other = open({ path: 'made/anew' });
    expect(await other.set('token', secret(SECRET))).toMatchObject({ ok: true });
    expect(given(await open().get('made/anew#token'))).toBe(SECRET);
  });

  test.skipIf(!isThere)('brings back a secret that was deleted', async () => {
    await server.put('deleted', { token: 'old', gone: 'x' });
    await server.remove('deleted');
    const { get, set, list } = open({ path: 'deleted' });
    expect(problemOf(await get('token')).code).toBe('secret-missing');
    expect(await set('token', secret(SECRET))).toMatchObject({ ok: true });
    expect(given(await get('token'))).toBe(SECRET);
    expect(await list()).toMatchObject({ value: ['token'] });
  });

  test.skipIf(!isThere)('says what is missing, and how to store it', async () => {
    await server.put('nigari', { token: SECRET, port: 80 });
    expect(problemOf(await open().get('tokne'), [SECRET, TOKEN])).toMatchObject({
      code: 'secret-missing',
      hint: 'did you mean token? Or store it: vault kv patch -mount=secret nigari tokne=-',
    });
    expect(problemOf(await open().get('nowhere#token'))).toMatchObject({
      code: 'secret-missing',
      hint: 'store it: vault kv put -mount=secret nowhere token=-',
    });
    expect(problemOf(await open().get('port')).code).toBe('secret-unusable');
    expect(problemOf(await open().get('toString')).code).toBe('secret-missing');
  });

  test.skipIf(!isThere)('refuses a token that may not', async () => {
    expect(problemOf(await open({}, server.readOnly).get('team/other#password'))).toMatchObject({
      code: 'vault-denied',
      message: `vault at ${server.url} does not let this token read secret/data/team/other`,
      hint: expect.stringContaining('path "secret/data/team/other" { capabilities = ["read"] }'),
    });
    const denied = problemOf(await open({}, server.readOnly).set('token', secret(SECRET.repeat(2))), [SECRET]);
    expect(denied.hint).toContain('["patch"]');
    expect(problemOf(await open({}, 'no-such-token').get('token'), ['no-such-token'])).toMatchObject({
      code: 'vault-denied',
      hint: 'log in: vault login',
    });
  });

  test.skipIf(!isThere)('has to be asked at the right mount', async () => {
    expect(problemOf(await open({ mount: 'none' }).get('token')).code).toBe('vault-mount-missing');
    expect(problemOf(await open({ mount: 'kv1' }).get('token')).code).toBe('secret-missing');
    expect(problemOf(await open({ mount: 'kv1' }).set('token', secret(SECRET)), [SECRET]).code).toBe('vault-not-kv2');
    expect(problemOf(await open({ mount: 'kv1' }).get('token')).code).toBe('secret-missing');
  });

  // The last one: nobody unseals it.
  test.skipIf(!isThere)('that is sealed gives nothing', async () => {
    await server.seal();
    expect(problemOf(await open().get('token'))).toMatchObject({
      code: 'vault-sealed',
      message: `vault at ${server.url} is sealed`,
      hint: 'unseal it: vault operator unseal',
    });
  });
});

describe('a token', () => {
  const url = answeringWith(200, { data: { data: { token: SECRET }, metadata: { version: 1 } } });

  test.each([
    ['VAULT_TOKEN', { VAULT_TOKEN: 'one', BAO_TOKEN: 'two' }, 'one'],
    ['BAO_TOKEN', { VAULT_TOKEN: '', BAO_TOKEN: 'two\n' }, 'two'],
    ['~/.vault-token', {}, 'three'],
  ])('is taken from %s', async (_, env: Env, token) => {
    const root = project({ '.vault-token': 'three\n' });
    const address = await url((request) =>
      expect(request.headers).toMatchObject({ 'x-vault-token': token, 'x-vault-namespace': 'team' }),
    );
    expect(given(await vault({ address, namespace: 'team' }, { HOME: root, ...env }, root).get('token'))).toBe(SECRET);
  });

  test('that is not there is a problem, before anything is asked', async () => {
    const address = 'http://127.0.0.1:1';
    expect(problemOf(await vault({ address }, {}).get('token')).code).toBe('vault-token-missing');
    expect(problemOf(await vault({ address }, { HOME: project() }).get('token')).code).toBe('vault-token-missing');
    const odd = { VAULT_TOKEN: 'a\nb-hunter2' };
    expect(problemOf(await vault({ address }, odd).get('token'), ['hunter2']).code).toBe('vault-token-missing');
  });
});

/** A server that always gives one answer. */
function answeringWith(status: number, body: object | string, headers: Env = {}) {
  return (look: (request: Parameters<RequestListener>[0]) => void = () => {}): Promise<string> =>
    answering((request, response) => {
      look(request);
      response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
    });
}

describe('a server that cannot be used is one problem', () => {
  const code = async (settings: Settings) => problemOf(await vault(settings).get('token'), [SECRET, TOKEN]).code;

  test('down', async () => {
    const address = `http://127.0.0.1:${await freePort()}`;
    expect(problemOf(await vault({ address }).get('token'))).toMatchObject({
      code: 'vault-unreachable',
      message: `vault at ${address} cannot be reached (ECONNREFUSED)`,
    });
  });

  test('without a name in DNS', async () => {
    expect(await code({ address: 'http://nigari.invalid:8200', timeout: 5 })).toMatch(/^vault-(unreachable|late)$/);
  });

  test('silent', async () => {
    const address = await answering(() => {});
    expect(problemOf(await vault({ address, timeout: 1 }).get('token'))).toMatchObject({
      code: 'vault-late',
      message: `vault at ${address} did not answer within 1 s`,
    });
  });

  test('silent in the middle of its answer', async () => {
    const address = await answering(
      (_, response) => void response.writeHead(200, { 'Content-Length': '100' }).write('{'),
    );
    expect(await code({ address, timeout: 1 })).toBe('vault-late');
  });

  test.each([
    ['elsewhere', 307, '', { Location: 'https://other.example.com:8200/v1/x' }, 'vault-redirects'],
    ['not Vault', 200, '<html>hello</html>', {}, 'vault-not-kv2'],
    ['another engine', 200, { data: { value: SECRET } }, {}, 'vault-not-kv2'],
    ['overloaded', 429, { errors: ['too many requests'] }, {}, 'vault-failed'],
    ['broken', 500, { errors: [`it said ${TOKEN}\u001b[2J`] }, {}, 'vault-failed'],
    ['spoken to in the wrong way', 400, 'Client sent an HTTP request to an HTTPS server.', {}, 'vault-failed'],
    ['huge', 200, 'x'.repeat(9 << 20), {}, 'vault-unreachable'],
  ])('%s', async (_, status, body, headers, expected) => {
    expect(await code({ address: await answeringWith(status, body, headers as Env)() })).toBe(expected);
  });

  test('what it says is shown on one line, without the token', async () => {
    const address = await answeringWith(500, { errors: [`it said ${TOKEN}\u001b[2J\nand more`] })();
    expect(problemOf(await vault({ address }).get('token')).message).toBe(
      `vault at ${address} answered 500: it said ***\\u001b[2J and more`,
    );
  });

  test('a change by somebody else meanwhile is not overwritten', async () => {
    const address = await answering((request, response) => {
      if (request.method === 'GET')
        response.end(JSON.stringify({ data: { data: { token: 'x' }, metadata: { version: 1 } } }));
      else response.writeHead(400).end('{"errors":["check-and-set parameter did not match the current version"]}');
    });
    expect(problemOf(await vault({ address }).set('token', secret(SECRET)), [SECRET]).code).toBe('vault-changed');
  });

  test('a secret that somebody deletes meanwhile is not taken for changed', async () => {
    const address = await answering((request, response) => {
      if (request.method === 'GET')
        response.end(JSON.stringify({ data: { data: { token: 'x' }, metadata: { version: 1 } } }));
      else response.writeHead(404).end();
    });
    expect(problemOf(await vault({ address }).set('token', secret(SECRET)), [SECRET]).code).toBe('vault-changed');
  });
});

describe('https', () => {
  const file = (name: string): string => join(REPOSITORY, 'test/fixtures/tls', name);
  const tls = {
    cert: readFileSync(file('localhost.pem'), 'utf8'),
    key: readFileSync(file('localhost-key.pem'), 'utf8'),
  };
  const start = async (): Promise<VaultServer> => {
    const server = await startVaultServer(tls);
    onTestFinished(() => server.stop());
    await server.put('nigari', { token: SECRET });
    return server;
  };

  test('is trusted by the authority that is named', async () => {
    const { url } = await start();
    expect(given(await vault({ address: url, ca_file: file('localhost.pem') }).get('token'))).toBe(SECRET);
  });

  test.each([
    ['without it', {}, /DEPTH_ZERO_SELF_SIGNED_CERT/],
    ['by another name', { ca_file: file('localhost.pem'), host: '127.0.0.1' }, /ERR_TLS_CERT_ALTNAME_INVALID/],
  ])(
    'is not trusted %s',
    async (_, { host = 'localhost', ...settings }: { host?: string; ca_file?: string }, reason) => {
      const { url } = await start();
      const problem = problemOf(await vault({ address: url.replace('localhost', host), ...settings }).get('token'), [
        SECRET,
      ]);
      expect(problem).toMatchObject({
        code: 'vault-certificate',
        message: expect.stringMatching(reason),
        hint: expect.stringContaining('ca_file'),
      });
    },
  );

  test('is not what an http server speaks', async () => {
    const address = (await answeringWith(200, '')()).replace('http:', 'https:');
    expect(problemOf(await vault({ address }).get('token')).code).toBe('vault-unreachable');
  });

  test('needs an authority that can be read', async () => {
    const code = async (name: string) =>
      problemOf(
        await vault(
          { address: 'https://127.0.0.1:1', ca_file: name },
          { VAULT_TOKEN: TOKEN },
          project({ 'ca.pem': 'no certificate' }),
        ).get('token'),
      ).code;
    expect(await code('ca.pem')).toBe('vault-authority');
    expect(await code('none.pem')).toBe('vault-authority');
  });
});
