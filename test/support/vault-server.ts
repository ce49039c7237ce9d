/**
 * Servers of Vault for tests: a small one that answers as Vault 1.21.4 was seen to answer, word for word, and the real one
 * where `bao` or `vault` is on PATH. The real one is no tool of `tools/real-tools.mjs`: its build takes over 5 minutes of
 * CPU and 3 GB of modules.
 */
import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createServer as createSocketServer, type AddressInfo, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { findOnPath } from '../../scripts/system/programs.ts';

export interface VaultServer {
  readonly url: string;
  /** It may do everything. */
  readonly token: string;
  /** It may read `secret/data/nigari`, and nothing else. */
  readonly readOnly: string;
  /** Writes a whole secret of the engine `secret`. */
  readonly put: (path: string, data: object) => Promise<void>;
  readonly remove: (path: string) => Promise<void>;
  readonly seal: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const ROOT = 'root-token-of-the-test';
const READ_ONLY = 'read-only-token-of-the-test';

type Answer = readonly [status: number, body?: object];
const refusal = (status: number, ...errors: readonly string[]): Answer => [status, { errors }];

interface Version {
  readonly number: number;
  /** Null when it was deleted. */
  readonly data: object | null;
}

/** What the small server knows: an engine of version 2 at `secret`, one of version 1 at `kv1`. */
class Engine {
  readonly #secrets = new Map<string, Version>();
  isSealed = false;

  answer({ method = '', url = '', headers }: IncomingMessage, body: string): Answer {
    if (this.isSealed) return refusal(503, 'Vault is sealed');
    const token = headers['x-vault-token'];
    if (token === undefined) return refusal(403, 'permission denied');
    if (token !== ROOT && token !== READ_ONLY)
      return refusal(403, '2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n');
    const path = decodeURIComponent(url.replace(/^\/v1\//, ''));
    const isAllowed = token === ROOT || (method === 'GET' && path === 'secret/data/nigari');
    return isAllowed ? this.#route(method, path, body) : refusal(403, '1 error occurred:\n\t* permission denied\n\n');
  }

  #route(method: string, path: string, body: string): Answer {
    const mount = /^sys\/internal\/ui\/mounts\/(secret|kv1)$/.exec(path)?.[1];
    if (mount !== undefined) return [200, { data: { options: { version: mount === 'secret' ? '2' : '1' } } }];
    if (path.startsWith('kv1/')) return refusal(404);
    const name = /^secret\/data\/(.+)$/.exec(path)?.[1];
    if (name === undefined) return refusal(404, `no handler for route "${path}". route entry not found.`);
    const old = this.#secrets.get(name);
    if (method === 'GET') return Engine.#read(old);
    if (method === 'DELETE') return this.#put(name, { number: old?.number ?? 0, data: null }, 204);
    return this.#write(method, name, old, JSON.parse(body));
  }

  static #read(version: Version | undefined): Answer {
    if (version === undefined) return refusal(404);
    const { number, data } = version;
    return [data === null ? 404 : 200, { data: { data, metadata: { version: number, destroyed: false } } }];
  }

  #write(
    method: string,
    name: string,
    old: Version | undefined,
    { options, data }: { options: { cas?: number }; data: object },
  ): Answer {
    if (method === 'PATCH' && !old?.data) return [404];
    const number = old?.number ?? 0;
    if (options.cas !== undefined && options.cas !== number)
      return refusal(400, 'check-and-set parameter did not match the current version');
    const next = { number: number + 1, data: method === 'PATCH' ? { ...old?.data, ...data } : data };
    return this.#put(name, next, 200);
  }

  #put(name: string, version: Version, status: number): Answer {
    this.#secrets.set(name, version);
    return status === 204 ? [status] : [status, { data: { version: version.number } }];
  }
}

/** Starts the small one on a free port. @param tls its certificate and key, for https */
export async function startVaultServer(tls?: { readonly cert: string; readonly key: string }): Promise<VaultServer> {
  const engine = new Engine();
  const listener: RequestListener = (request, response) => {
    void text(request).then((asked) => {
      const [status, body] = engine.answer(request, asked);
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(body && JSON.stringify(body));
    });
  };
  const server = tls === undefined ? createServer(listener) : createSecureServer(tls, listener);
  const port = await listen(server);
  return {
    url: tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    token: ROOT,
    readOnly: READ_ONLY,
    put: async (path, data) => void engine.answer(asRoot('POST', path), JSON.stringify({ options: {}, data })),
    remove: async (path) => void engine.answer(asRoot('DELETE', path), ''),
    seal: async () => void (engine.isSealed = true),
    stop: () => stop(server),
  };
}

const asRoot = (method: string, path: string): IncomingMessage =>
  ({ method, url: `/v1/secret/data/${path}`, headers: { 'x-vault-token': ROOT } }) as unknown as IncomingMessage;

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function stop(server: Server & { closeAllConnections?: () => void }): Promise<void> {
  server.closeAllConnections?.();
  return new Promise((resolve) => server.close(() => resolve()));
}

/** A port of 127.0.0.1 on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createSocketServer();
  const port = await listen(server);
  await stop(server);
  return port;
}

/** The program of the real one; null where there is none. */
export const REAL_VAULT = (await findOnPath('bao', process.env)) ?? (await findOnPath('vault', process.env));

/** Starts the real one in dev mode: in memory, with an engine of version 2 at `secret`. */
export async function startRealVault(): Promise<VaultServer> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const listenAddress = `-dev-listen-address=${url.slice('http://'.length)}`;
  const args = ['server', '-dev', `-dev-root-token-id=${ROOT}`, '-dev-no-store-token', listenAddress];
  const child = spawn(REAL_VAULT ?? '', args, { stdio: 'ignore' });
  const call = async (method: string, path: string, body?: object): Promise<Response> =>
    fetch(`${url}/v1/${path}`, {
      method,
      headers: { 'X-Vault-Token': ROOT },
      body: body ? JSON.stringify(body) : null,
    });
  await answering(() => call('GET', 'sys/internal/ui/mounts/secret'));
  await call('POST', 'sys/mounts/kv1', { type: 'kv', options: { version: '1' } });
  await call('PUT', 'sys/policies/acl/reader', { policy: 'path "secret/data/nigari" { capabilities = ["read"] }' });
  await call('POST', 'auth/token/create', { id: READ_ONLY, policies: ['reader'], no_default_policy: true });
  return {
    url,
    token: ROOT,
    readOnly: READ_ONLY,
    put: async (path, data) => void (await call('POST', `secret/data/${path}`, { data })),
    remove: async (path) => void (await call('DELETE', `secret/data/${path}`)),
    seal: async () => void (await call('PUT', 'sys/seal')),
    stop: async () => {
      const ended = new Promise((resolve) => child.on('close', resolve));
      child.kill();
      await ended;
    },
  };
}

/** Waits for a server that is just starting. @throws when it is not there after a while */
async function answering(ask: () => Promise<Response>): Promise<void> {
  for (let tries = 200; ; tries -= 1) {
    const answer = await ask().catch(() => null);
    if (answer?.ok) return;
    if (tries === 0) throw new Error('the real server of Vault does not start');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
