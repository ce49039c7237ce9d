/** An HTTP proxy on 127.0.0.1 that knows where every name leads: to one port of this machine. */
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Proxy {
  /** `127.0.0.1:3128` */
  readonly address: string;
  /** What it was asked for, in order: `CONNECT pve.example.test:8006`, `GET http://state.example.test/`. */
  readonly asked: readonly string[];
}

/** @param user `name:password` that it wants to hear before it connects, if any */
export async function startProxy(port: number, user?: string): Promise<Proxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const isWelcome = (given?: string): boolean => user === undefined || given === `Basic ${btoa(user)}`;
  const server = createServer((from, to) => {
    asked.push(`${from.method} ${from.url}`);
    const { pathname } = new URL(from.url ?? '');
    const onward = request({ port, path: pathname, method: from.method, headers: from.headers }, (answer) => {
      to.writeHead(answer.statusCode ?? 0);
      answer.pipe(to);
    });
    from.pipe(onward);
  });
  server.on('connect', ({ url, headers }, client: Socket) => {
    asked.push(`CONNECT ${url}`);
    if (!isWelcome(headers['proxy-authorization'])) return client.end('HTTP/1.1 407 Who are you\r\n\r\n');
    const onward = connect(port, '127.0.0.1', () => client.write('HTTP/1.1 200 OK\r\n\r\n'));
    for (const socket of [client, onward]) sockets.add(socket.on('error', () => {}));
    return client.pipe(onward).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}
