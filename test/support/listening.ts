/** A server on 127.0.0.1 that can go away and come back at the same port. */
import { once } from 'node:events';
import { createServer as createHttp, type RequestListener, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificates } from './certificate.ts';

export interface Listening {
  readonly port: number;
  /** Nobody answers any more; connections that are open break. */
  readonly down: () => Promise<void>;
  readonly up: () => Promise<void>;
}

/**
 * @param certificates with them it speaks TLS 1.3
 * @param port 0: one that is free
 */
export async function listen(listener: RequestListener, certificates?: Certificates, port = 0): Promise<Listening> {
  const server: Server = certificates
    ? createHttps({ cert: certificates.cert, key: certificates.key, minVersion: 'TLSv1.3' }, listener)
    : createHttp(listener);
  await up(server, port);
  const { port: taken } = server.address() as AddressInfo;
  return { port: taken, down: () => down(server), up: () => up(server, taken) };
}

async function up(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}

async function down(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
