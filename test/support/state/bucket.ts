/** Just enough of S3 for OpenTofu's states: objects by key, and writes that are refused where something lies already. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export interface Bucket {
  readonly url: string;
  /** By `bucket/key`. */
  readonly objects: Map<string, string>;
  readonly stop: () => void;
}

export async function startBucket(): Promise<Bucket> {
  const objects = new Map<string, string>();
  const server = createServer((request, response) => void answer(objects, request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, objects, stop: () => server.close().closeAllConnections() };
}

const EMPTY_LIST = '<ListBucketResult><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>';

async function answer(objects: Bucket['objects'], request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://bucket');
  const key = decodeURIComponent(pathname.slice(1));
  const body = await textOf(request);
  const end = (status: number, text = ''): void => void response.writeHead(status).end(text);
  if (request.method === 'GET' && searchParams.has('list-type')) return end(200, EMPTY_LIST);
  const found = objects.get(key);
  if (request.method === 'PUT') {
    if (found !== undefined && request.headers['if-none-match'] === '*') return end(412, error('PreconditionFailed'));
    objects.set(key, body);
    return end(200);
  }
  if (request.method === 'DELETE') return end(objects.delete(key) ? 204 : 404);
  return found === undefined ? end(404, error('NoSuchKey')) : end(200, found);
}

const error = (code: string): string => `<Error><Code>${code}</Code></Error>`;

/** The body, whole. */
async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
