/** An HTTP server for OpenTofu's states: `dialects.ts` has what it answers. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { makeCertificates } from '../certificate.ts';
import { Faults, type ConnectionFault, type FaultRule } from '../faults.ts';
import { listen } from '../listening.ts';
import { answer, type Answer, type Asked, type Credentials, type Place } from './dialects.ts';

export interface StateServerOptions {
  /** 0, the default: one that is free. */
  readonly port?: number;
  /** Without them nobody is asked. */
  readonly credentials?: Credentials;
  readonly tls?: boolean;
  readonly faults?: readonly FaultRule[];
}

export interface StateServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** PEM of the authority behind `tls`. */
  readonly ca: string | null;
  /** What is kept, by the path of its address. */
  readonly places: ReadonlyMap<string, Readonly<Place>>;
  /** `METHOD path STATUS` of each call; 0 where the connection was dropped. */
  readonly requests: readonly string[];
  /** `METHOD path` of each call as it arrives. */
  readonly asked: readonly string[];
  readonly inject: (...rules: readonly FaultRule[]) => void;
  readonly heal: () => void;
  /** Away, and back at the same port with all that was kept. */
  readonly down: () => Promise<void>;
  readonly up: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export async function startStateServer(options: StateServerOptions = {}): Promise<StateServer> {
  const places = new Map<string, Place>();
  const calls = { requests: [] as string[], asked: [] as string[] };
  const faults = new Faults(options.faults);
  const certificates = options.tls ? makeCertificates(['localhost', '127.0.0.1']) : undefined;
  const { port, down, up } = await listen(listener(options, places, faults, calls), certificates, options.port);
  return {
    url: `${certificates ? 'https' : 'http'}://127.0.0.1:${port}`,
    ca: certificates?.ca ?? null,
    places,
    ...calls,
    inject: (...rules) => faults.add(...rules),
    heal: () => faults.clear(),
    down,
    up,
    stop: down,
  };
}

function listener(
  { credentials }: StateServerOptions,
  places: Map<string, Place>,
  faults: Faults<ConnectionFault>,
  { requests, asked: arrived }: Readonly<Record<'requests' | 'asked', string[]>>,
): RequestListener {
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asked = await read(request);
    arrived.push(`${asked.method} ${asked.path}`);
    const fault = faults.at(asked.method, asked.path.split('/'));
    if (fault?.kind === 'slow') await delay(fault.milliseconds);
    const given = struck(fault) ?? answer(places, asked, credentials);
    requests.push(`${asked.method} ${asked.path} ${fault?.kind === 'drop' ? 0 : given[0]}`);
    if (fault?.kind === 'drop') request.socket.destroy();
    else response.writeHead(given[0], { 'content-type': 'application/json' }).end(given[1]);
  };
  return (request, response) => {
    serve(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  };
}

/** What a fault answers instead of the server. */
function struck(fault: ConnectionFault | undefined): Answer | undefined {
  if (fault?.kind === 'status') return [fault.status, fault.body ?? ''];
  return fault?.kind === 'drop' && fault.when === 'before' ? [0] : undefined;
}

async function read(request: IncomingMessage): Promise<Asked> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://state');
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return {
    method: request.method ?? 'GET',
    path: pathname.slice(1),
    query: searchParams,
    body: Buffer.concat(chunks).toString(),
    authorization: request.headers.authorization,
  };
}
