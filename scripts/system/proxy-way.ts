/** The way to a server through a proxy: RFC 9110, 9.3.6 (CONNECT) and 7.1 (a target in absolute form). */
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { unescape } from 'node:querystring';
import { trusted } from './trust.ts';
import type { Env } from './user-files.ts';

/** What a request is sent with in place of its address alone. */
export interface Way {
  /** Who is spoken with. */
  readonly to: URL;
  readonly options: object;
  readonly headers: Readonly<Record<string, string>>;
}

/** @throws what Node throws, with a `code` that names the proxy */
export async function wayThrough(proxy: URL, target: URL, env: Env, signal: AbortSignal): Promise<Way> {
  // Whoever takes any certificate of the server has said nothing of the proxy.
  const trust = proxy.protocol === 'https:' ? { secureContext: await trusted(env), rejectUnauthorized: true } : {};
  const options = { ...trust, agent: false, signal };
  if (target.protocol === 'https:')
    return { to: target, options: { socket: await tunnel(proxy, target, options) }, headers: {} };
  const { origin, pathname, search, host } = target;
  const path = `${origin}${pathname}${search}`;
  return { to: bare(proxy), options: { ...options, path }, headers: { host, ...credentials(proxy) } };
}

/** A connection to the server that the proxy only passes bytes along, so that TLS is spoken with the server itself. */
function tunnel(proxy: URL, { hostname, port }: URL, options: object): Promise<Socket> {
  const path = `${hostname}:${port || '443'}`;
  const headers = { host: path, ...credentials(proxy) };
  return new Promise((resolve, reject) => {
    startFor(proxy)(bare(proxy), { ...options, method: 'CONNECT', path, headers })
      .on('connect', ({ statusCode }: IncomingMessage, socket: Socket) => {
        if (statusCode === 200) return resolve(socket);
        socket.destroy();
        reject(namedFor(proxy, statusCode));
      })
      .on('error', (error: NodeJS.ErrnoException) => reject(namedFor(proxy, error.code)))
      .end();
  });
}

/** What speaks with a server: in clear, or by TLS. */
export const startFor = ({ protocol }: URL): ((to: URL, options: object) => ClientRequest) =>
  protocol === 'https:' ? httpsRequest : httpRequest;

const namedFor = ({ host }: URL, code: unknown): Error =>
  Object.assign(new Error('no way through'), { code: `the proxy ${host}: ${String(code)}` });

/** Without the name and the password, which would go to whoever is spoken with. */
const bare = ({ origin }: URL): URL => new URL(origin);

function credentials({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === '') return {};
  const text = `${unescape(username)}:${unescape(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(text).toString('base64')}` };
}
