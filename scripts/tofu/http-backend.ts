/** The calls of OpenTofu's http backend, for questions of our own. https://opentofu.org/docs/language/settings/backends/http/ */
import { isMapping } from '../config/mapping.ts';
import { reveal } from '../config/secret.ts';
import type { HttpRequest } from '../secrets/providers/http.ts';
import type { Secrets } from './environment.ts';
import type { RenderedInstance } from './rendered-instance.ts';

/** Who asks where: settings of the backend, and the environment in which OpenTofu would find the rest. */
export interface HttpBackend {
  readonly settings: RenderedInstance['backend']['settings'];
  readonly secrets: Secrets;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export type LockCall = 'lock' | 'unlock';

/**
 * @param at changes the address, for a question about another state
 * @returns with an empty address where the backend has none: then it does not lock
 */
export function lockCall(
  backend: HttpBackend,
  what: LockCall,
  body: string,
  at = (url: string): string => url,
): HttpRequest {
  return {
    method: setting(backend, `${what}_method`, what.toUpperCase()) as HttpRequest['method'],
    url: at(setting(backend, `${what}_address`, '')),
    headers: { ...ownHeaders(backend), 'content-type': 'application/json', ...login(backend) },
    body,
  };
}

export function readCall(backend: HttpBackend): HttpRequest {
  return {
    method: 'GET',
    url: setting(backend, 'address', ''),
    headers: { ...ownHeaders(backend), ...login(backend) },
  };
}

/** Whom to trust that it is the server, where the backend says so itself. */
export function trustOf(backend: HttpBackend): { readonly ca?: string; readonly insecure: boolean } {
  const ca = setting(backend, 'client_ca_certificate_pem', '');
  return { insecure: backend.settings['skip_cert_verification'] === true, ...(ca !== '' && { ca }) };
}

/** In lower case, so that ours take their place. */
function ownHeaders({ settings: { headers } }: HttpBackend): HttpRequest['headers'] {
  const texts = isMapping(headers) ? Object.entries(headers) : [];
  return Object.fromEntries(texts.map(([name, value]) => [name.toLowerCase(), String(value)]));
}

function setting({ settings, env }: HttpBackend, key: string, fallback: string): string {
  const written = settings[key];
  return typeof written === 'string' ? written : (env[`TF_HTTP_${key.toUpperCase()}`] ?? fallback);
}

function login({ secrets, env }: HttpBackend): Readonly<Record<string, string>> {
  const value = (key: string, variable: string): string => {
    const found = secrets.get(key);
    return found === undefined ? (env[variable] ?? '') : reveal(found);
  };
  const user = value('tfstate_username', 'TF_HTTP_USERNAME');
  const pair = Buffer.from(`${user}:${value('tfstate_password', 'TF_HTTP_PASSWORD')}`).toString('base64');
  return user === '' ? {} : { authorization: `Basic ${pair}` };
}
