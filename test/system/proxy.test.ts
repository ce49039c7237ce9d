/** Questions through a proxy, as programs written in Go ask them. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { send } from '../../scripts/system/http.ts';
import { proxyFor } from '../../scripts/system/proxy.ts';
import { startProxmox } from '../support/proxmox/simulator.ts';
import { startProxy } from '../support/proxy.ts';

const HTTPS = 'https://pve.example.test:8006/api2/json/version';
const HTTP = 'http://state.example.test/states/a';

const ask = (url: string, env: Record<string, string>, more: object = {}) =>
  send({ method: 'GET', url, headers: {} }, { milliseconds: 5000, env, signal: new AbortController().signal, ...more });

async function proxmox() {
  const simulator = await startProxmox();
  onTestFinished(simulator.close);
  return simulator;
}

describe('through a proxy', () => {
  test('TLS is spoken with the server itself', async () => {
    const { port, ca } = await proxmox();
    const proxy = await startProxy(port);
    const env = { HTTPS_PROXY: proxy.address };
    expect(await ask(HTTPS, env, { insecure: true })).toMatchObject({ status: 401 });
    expect(proxy.asked).toEqual(['CONNECT pve.example.test:8006']);
    // Whose certificate names another host.
    expect(await ask(HTTPS, env, { ca })).toMatchObject({ failure: 'certificate' });
    expect(await ask(HTTPS.replace(':8006', ''), env, { insecure: true })).toMatchObject({ status: 401 });
    expect(proxy.asked.at(-1)).toBe('CONNECT pve.example.test:443');
  });

  test('what is in clear is asked of the proxy', async () => {
    const server = createServer(({ url, headers: { host } }, answer) => answer.end(`${host}${url}`)).listen(0);
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const proxy = await startProxy((server.address() as AddressInfo).port);
    const answer = await ask(HTTP, { http_proxy: `http://${proxy.address}` });
    expect(answer).toMatchObject({ status: 200, body: 'state.example.test/states/a' });
    expect(proxy.asked).toEqual([`GET ${HTTP}`]);
  });

  test('the proxy is told who asks; what it refuses is no answer of the server', async () => {
    const { port } = await proxmox();
    const proxy = await startProxy(port, 'me:p@ss');
    const env = (user: string) => ({ HTTPS_PROXY: `http://${user}${proxy.address}` });
    expect(await ask(HTTPS, env('me:p%40ss@'), { insecure: true })).toMatchObject({ status: 401 });
    const reason = `the proxy ${proxy.address}: 407`;
    expect(await ask(HTTPS, env('me:wrong@'), { insecure: true })).toEqual({ failure: 'unreachable', reason });
    const gone = { HTTPS_PROXY: 'http://127.0.0.1:9' };
    expect(await ask(HTTPS, gone)).toEqual({ failure: 'unreachable', reason: 'the proxy 127.0.0.1:9: ECONNREFUSED' });
  });

  test('a server on this machine is asked without it', async () => {
    const { endpoint } = await proxmox();
    const url = `${endpoint}/api2/json/version`;
    expect(await ask(url, { HTTPS_PROXY: '127.0.0.1:9' }, { insecure: true })).toMatchObject({ status: 401 });
  });
});

describe('which proxy', () => {
  test.each<[url: string, env: Record<string, string>, string | null]>([
    [HTTPS, {}, null],
    [HTTPS, { HTTPS_PROXY: '', HTTP_PROXY: 'p:1' }, null],
    [HTTPS, { HTTPS_PROXY: 'p:1', https_proxy: 'q:1', HTTP_PROXY: 'r:1' }, 'http://p:1/'],
    [HTTPS, { https_proxy: 'https://q:1' }, 'https://q:1/'],
    [HTTP, { HTTPS_PROXY: 'p:1', HTTP_PROXY: 'r:1' }, 'http://r:1/'],
    [HTTPS, { HTTPS_PROXY: 'socks5://p:1' }, null],
    [HTTPS, { HTTPS_PROXY: 'http://%' }, null],
  ])('%s %j', (url, env, expected) => {
    expect(proxyFor(new URL(url), env)?.href ?? null).toBe(expected);
  });

  test.each<[url: string, noProxy: string, isAsked: boolean]>([
    ['https://localhost:1', '', false],
    ['https://127.9.9.9', '', false],
    ['https://[::1]:8006', '', false],
    ['https://a.example.com', '*', false],
    ['https://a.example.com', 'example.com', false],
    ['https://example.com', ' Example.COM ,x', false],
    ['https://aexample.com', 'example.com', true],
    ['https://example.com', '.example.com', true],
    ['https://a.example.com', '.example.com', false],
    ['https://example.com', '*.example.com', true],
    ['https://a.b.example.com', '*.example.com', false],
    ['https://example.com', 'example.com:443', false],
    ['https://example.com:8006', 'example.com:443', true],
    ['https://10.1.2.3:8006', '10.0.0.0/8', false],
    ['https://10.1.2.3:8006', '10.9.9.9/8', false],
    ['https://11.1.2.3:8006', '10.0.0.0/8', true],
    ['https://10.1.2.3:8006', '10.0.0.0/99', true],
    ['https://10.1.2.3:8006', '10.1.2.3', false],
    ['https://10.1.2.3:8006', '10.1.2.3:8006', false],
    ['https://10.1.2.3:8006', '10.1.2.3:443', true],
    ['https://[fd00::1]:8006', 'fd00:0:0::/64', false],
    ['https://[fd00::1]:8006', 'fd00:0::1', false],
    ['https://[fd00::1]:8006', '[fd00::1]:8006', false],
    ['https://[fd00::1]:8006', '[fd00::1]:443', true],
    ['https://pve.example.com', '10.0.0.0/8,,:80', true],
  ])('is asked for %s with NO_PROXY=%s: %j', (url, noProxy, isAsked) => {
    expect(proxyFor(new URL(url), { HTTPS_PROXY: 'p:1', no_proxy: noProxy }) !== null).toBe(isAsked);
  });
});
