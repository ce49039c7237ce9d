/**
 * By which proxy a server is asked: as programs written in Go have it, OpenTofu and its providers too. Source:
 * https://pkg.go.dev/golang.org/x/net/http/httpproxy
 */
import { BlockList, isIP } from 'node:net';
import type { Env } from './user-files.ts';

const PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** @returns null where the server is asked directly, also where the proxy is none that speaks HTTP */
export function proxyFor({ protocol, hostname, port }: URL, env: Env): URL | null {
  const proxy = parsed(valueOf(env, protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'));
  const host = withoutBrackets(hostname);
  const isExempt = (): boolean =>
    isOwn(host) || exceptions(env).some((entry) => covers(entry, host, port || (PORTS[protocol] ?? '')));
  return proxy === null || isExempt() ? null : proxy;
}

const valueOf = (env: Env, name: string): string => env[name] || env[name.toLowerCase()] || '';

function parsed(value: string): URL | null {
  const text = value.includes('://') ? value : `http://${value}`;
  const proxy = URL.canParse(text) ? new URL(text) : null;
  return proxy !== null && proxy.protocol in PORTS ? proxy : null;
}

const exceptions = (env: Env): readonly string[] =>
  valueOf(env, 'NO_PROXY')
    .split(',')
    .map((entry) => entry.trim().toLowerCase());

const isOwn = (host: string): boolean =>
  host === 'localhost' || isWithin(host, '127.0.0.0', 8) || isWithin(host, '::1', 128);

/** @param entry `*`, a network, or a name or address, perhaps with a port */
function covers(entry: string, host: string, port: string): boolean {
  const [, network = '', bits] = /^(.+)\/(\d+)$/.exec(entry) ?? [];
  if (entry === '*' || isWithin(host, network, Number(bits))) return true;
  const [, name = '', only] = isIP(entry) === 6 ? ['', entry] : (/^(.+?)(?::(\d+))?$/.exec(entry) ?? []);
  return (only === undefined || only === port) && isNamed(withoutBrackets(name), host);
}

/** `example.com` is its subdomains, too; `.example.com` and `*.example.com` are only these. */
function isNamed(name: string, host: string): boolean {
  if (isIP(name) !== 0) return isWithin(host, name, isIP(name) === 4 ? 32 : 128);
  const domain = name.replace(/^\*\./, '.');
  return domain.startsWith('.') ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`);
}

function isWithin(host: string, network: string, bits: number): boolean {
  const family = isIP(network);
  if (family === 0 || isIP(host) !== family || !(bits <= (family === 4 ? 32 : 128))) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, family === 4 ? 'ipv4' : 'ipv6');
  return list.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

const withoutBrackets = (host: string): string => host.replace(/^\[(.*)\]$/, '$1');
