/** One request, one answer: no redirects, no pools, bounded in time and size. */
import type { IncomingMessage } from 'node:http';
import { reveal, type Secret } from '../config/secret.ts';
import type { HttpAnswer, HttpFailure, HttpRequest, NoAnswer } from '../secrets/providers/http.ts';
import { proxyFor } from './proxy.ts';
import { startFor, wayThrough, type Way } from './proxy-way.ts';
import { trusted } from './trust.ts';
import type { Env } from './user-files.ts';

export interface Limits {
  readonly milliseconds: number;
  /** Says whom this machine trusts. */
  readonly env: Env;
  /** Certificates of authorities (PEM) that count instead. */
  readonly ca?: string;
  /** Whom we show ourselves to be (PEM). */
  readonly cert?: string;
  readonly key?: Secret;
  /** Whoever answers is trusted. Only where the user said so. */
  readonly insecure?: boolean;
  readonly signal: AbortSignal;
}

const MAX_BYTES = 8 * 1024 * 1024;

export async function send(request: HttpRequest, limits: Limits): Promise<HttpAnswer | NoAnswer> {
  const { milliseconds, cert, insecure = false } = limits;
  const key = limits.key && reveal(limits.key);
  const limit = AbortSignal.timeout(milliseconds);
  const signal = AbortSignal.any([limit, limits.signal]);
  try {
    const way = await wayTo(new URL(request.url), limits.env, signal);
    const answer = await answerTo(request, way, {
      ...(await authoritiesFor(request, limits)),
      cert,
      key,
      rejectUnauthorized: !insecure,
      signal,
      agent: false,
    });
    const body = await bodyOf(answer);
    if (body === null) return { failure: 'not-http', reason: `more than ${MAX_BYTES} bytes` };
    return {
      status: answer.statusCode ?? 0,
      body,
      location: answer.headers.location ?? null,
      said: answer.statusMessage ?? '',
    };
  } catch (error) {
    const reason = codeOf(error);
    return limit.aborted ? { failure: 'late', reason } : { failure: failureOf(reason), reason };
  }
}

/** Whose certificates are good, where any are looked at. */
async function authoritiesFor({ url }: HttpRequest, { ca, env, insecure = false }: Limits): Promise<object> {
  if (insecure || !url.startsWith('https:')) return {};
  return ca === undefined ? { secureContext: await trusted(env) } : { ca };
}

async function wayTo(to: URL, env: Env, signal: AbortSignal): Promise<Way> {
  const proxy = proxyFor(to, env);
  return proxy === null ? { to, options: {}, headers: {} } : wayThrough(proxy, to, env, signal);
}

function answerTo({ method, headers, body }: HttpRequest, way: Way, options: object): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // Node itself tells no length of a DELETE, and then nobody reads its body.
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    startFor(way.to)(way.to, { ...options, ...way.options, method, headers: { ...headers, ...length, ...way.headers } })
      .on('response', resolve)
      .on('error', reject)
      .end(body);
  });
}

/** @returns null when it is too large */
async function bodyOf(answer: IncomingMessage): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAX_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Codes of Node's `error.code`, and those of `wayThrough`: errno(3), OpenSSL's X509_V_ERR_*, Node's TLS, llhttp's HPE_*. */
const FAILURES: readonly (readonly [RegExp, HttpFailure])[] = [
  [/^the proxy /, 'unreachable'],
  [/^(ENOTFOUND|EAI_)/, 'no-such-name'],
  [/CERT|SIGN|VERIFY|ISSUER|CRL|ALTNAME/, 'certificate'],
  [/^(EPROTO|ERR_SSL|HPE_)/, 'not-http'],
];

function failureOf(reason: string): HttpFailure {
  return FAILURES.find(([pattern]) => pattern.test(reason))?.[1] ?? 'unreachable';
}

/** @throws the error itself when it does not come from the network: then it is a bug */
function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (error instanceof DOMException || (error instanceof Error && error.name === 'AbortError')) return 'aborted';
  if (typeof code !== 'string') throw error;
  return code;
}
