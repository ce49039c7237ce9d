/** A state server that answers as the first part of the path says: how OpenTofu words each refusal. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Who holds the lock that `/locked` and `/conflict` report. */
export const LOCK = {
  ID: '5f3e9c1a-0000-4000-8000-1234567890ab',
  Operation: 'OperationTypeApply',
  Info: '',
  Who: 'alice@laptop',
  Version: '1.12.6',
  Created: '2026-11-20T10:11:12.123456789Z',
  Path: '',
};

type Answer = readonly [status: number, body?: string];

/** `method path` → answer; the first row that fits counts. Without a row: GET 404 (no state yet), others 200. */
const ANSWERS: readonly (readonly [RegExp, Answer])[] = [
  [/^\w+ \/unauthorized/, [401]],
  [/^\w+ \/forbidden/, [403]],
  [/^\w+ \/broken/, [500]],
  [/^\w+ \/teapot/, [418]],
  [/^(UN)?LOCK \/locked/, [423, JSON.stringify(LOCK)]],
  [/^(UN)?LOCK \/conflict/, [409, JSON.stringify(LOCK)]],
  [/^(UN)?LOCK \/no-lock/, [404]],
  [/^GET \/login-page/, [200, '<html>Sign in</html>']],
  [/^POST \/read-only/, [507]],
  [/^GET /, [404]],
];

const answer: RequestListener = (request, response) => {
  request.resume();
  const asked = `${request.method} ${request.url}`;
  const [status, body = ''] = ANSWERS.find(([pattern]) => pattern.test(asked))?.[1] ?? [200];
  response.writeHead(status).end(body);
};

/** Starts it on a free port of 127.0.0.1. */
export async function startStateServer(): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, stop: () => stop(server) };
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
