/** Whose certificates are good here: as programs written in Go have it. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connect } from 'node:tls';
import { send } from '../../scripts/system/http.ts';
import { trusted } from '../../scripts/system/trust.ts';
import { startProxmox } from '../support/proxmox/simulator.ts';

/** A server whose authority nobody knows, and a folder in which files can say that it is good. */
async function stranger() {
  const { ca, close, endpoint, port } = await startProxmox();
  onTestFinished(close);
  const folder = mkdtempSync(join(tmpdir(), 'trust-'));
  const file = (name: string, text = ca): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  return { ca, endpoint, port, folder, file };
}

const NO_LIST: readonly string[] = [];

/** @returns whether a handshake ends well */
async function isTrusted(port: number, env: Record<string, string>, lists = NO_LIST): Promise<boolean> {
  const secureContext = await trusted(env, lists);
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', secureContext }, () => {
      resolve(true);
      socket.destroy();
    });
    socket.on('error', () => resolve(false));
  });
}

describe('a server is trusted', () => {
  test('never, where nothing says so', async () => {
    const { port } = await stranger();
    expect(await isTrusted(port, {})).toBe(false);
  });

  test('by the first list of the system that is there, which SSL_CERT_FILE stands in for', async () => {
    const { port, file, folder } = await stranger();
    const [other, good] = [file('other.crt', 'nothing\n'), file('good.crt')];
    expect(await isTrusted(port, {}, [join(folder, 'missing'), good, other])).toBe(true);
    expect(await isTrusted(port, {}, [other, good])).toBe(false);
    expect(await isTrusted(port, { SSL_CERT_FILE: good }, [other])).toBe(true);
    expect(await isTrusted(port, { SSL_CERT_FILE: other }, [good])).toBe(false);
    expect(await isTrusted(port, { SSL_CERT_FILE: join(folder, 'missing') }, [good])).toBe(false);
  });

  test('by any file of the folders in SSL_CERT_DIR, and by NODE_EXTRA_CA_CERTS', async () => {
    const { port, file, folder } = await stranger();
    const good = file('good.crt');
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    expect(await isTrusted(port, { SSL_CERT_DIR: `${empty}:${join(folder, 'missing')}` })).toBe(false);
    expect(await isTrusted(port, { SSL_CERT_DIR: `${empty}:${folder}` })).toBe(true);
    expect(await isTrusted(port, { NODE_EXTRA_CA_CERTS: good })).toBe(true);
  });
});

test('a request trusts whom the environment says, and only the authority that it names itself', async () => {
  const { ca, endpoint, file } = await stranger();
  const { ca: other } = await stranger();
  const ask = async (limits: { ca?: string; env: Record<string, string>; insecure?: boolean }) => {
    const answer = await send(
      { method: 'GET', url: `${endpoint}/api2/json/version`, headers: {} },
      { milliseconds: 5000, signal: new AbortController().signal, ...limits },
    );
    return 'failure' in answer ? answer.failure : answer.status;
  };
  const env = { SSL_CERT_FILE: file('good.crt') };
  expect(await ask({ env: {} })).toBe('certificate');
  expect(await ask({ env: {}, insecure: true })).toBe(401);
  expect(await ask({ env })).toBe(401);
  expect(await ask({ env: {}, ca })).toBe(401);
  expect(await ask({ env, ca: other })).toBe('certificate');
});
