/** Where Kubernetes' API answers: at each control plane whose etcd is up, and at the address that they share. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { issue, type Certificates } from '../../certificate.ts';
import { isServing, nodeName } from '../life.ts';
import {
  authorityCertificate,
  authorityIn,
  endpointOf,
  extraNames,
  sharedAddressOf,
  type MachineConfig,
} from '../machine-config.ts';
import { nodesOf, type Cluster, type TalosNode, type World } from '../world.ts';
import type { Json } from './objects.ts';
import { answer, unauthorized, type Answer, type Asked, type List } from './routes.ts';

export interface Servers {
  /** Opens and closes them as the state of the clusters wants. */
  readonly follow: () => void;
  readonly close: () => Promise<void>;
}

interface Place {
  readonly cluster: Cluster;
  readonly config: MachineConfig;
  readonly address: string;
}

export function openServers(world: World): Servers {
  const open = new Map<string, Server>();
  const shut = (key: string, server: Server): void => {
    open.delete(key);
    server.close();
    server.closeAllConnections();
  };
  return {
    follow: () => {
      const wanted = new Map(places(world).map((place) => [keyOf(place), place]));
      for (const [key, server] of open) if (!wanted.has(key)) shut(key, server);
      for (const [key, place] of wanted) if (!open.has(key)) open.set(key, listen(world, place));
    },
    close: async () => {
      const closing = [...open.values()].map(async (server) => once(server, 'close'));
      for (const [key, server] of open) shut(key, server);
      await Promise.all(closing);
    },
  };
}

const keyOf = ({ cluster, address }: Place): string => `${cluster.id} ${address}`;

/** Every address at which some control plane serves now; the shared one moves silently from one to the next. */
function places(world: World): readonly Place[] {
  return [...world.clusters.values()].flatMap((cluster) => {
    const serving = nodesOf(world, cluster).filter((node) => isServing(world, node, cluster));
    const own = serving.flatMap(({ config, address }) => (config === null ? [] : [{ cluster, config, address }]));
    const [first] = own;
    const shared = first && sharedAddress(world, first.config);
    return shared ? [...own, { ...first, address: shared }] : own;
  });
}

/** The endpoint stands for a shared address too, where it is one that no machine has. */
function sharedAddress(world: World, config: MachineConfig): string {
  const { hostname } = endpointOf(config);
  const isOwn = [...world.nodes.values()].some(({ address }) => address === hostname);
  return sharedAddressOf(config) || (hostname.startsWith('127.') && !isOwn ? hostname : '');
}

function listen(world: World, place: Place): Server {
  const { cert, key } = certificateFor(world, place);
  const clients = authorityCertificate(place.config, 'cluster.ca');
  const server = createServer(
    { cert, key, ca: clients, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      serve(world, place.cluster, request, response).catch((error: unknown) => {
        send(response, { status: 500, body: `the simulator is broken: ${String((error as Error).stack)}` });
      });
    },
  );
  server.listen(Number(endpointOf(place.config).port || 443), place.address);
  return server;
}

function certificateFor(world: World, { config, cluster, address }: Place): Certificates {
  const authority = authorityIn(config, 'cluster.ca');
  if (authority === null) throw new Error('a control plane without the key of its Kubernetes authority');
  const nodes = nodesOf(world, cluster).flatMap((node: TalosNode) => [node.address, nodeName(node)]);
  const names = [
    'localhost',
    'kubernetes',
    endpointOf(config).hostname,
    ...extraNames(config, 'cluster.apiServer.certSANs'),
  ];
  return issue(authority, { name: { common: 'kube-apiserver' }, hosts: [...new Set([address, ...nodes, ...names])] });
}

async function serve(
  world: World,
  cluster: Cluster,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const asked = await read(request);
  const given = (request.socket as TLSSocket).authorized ? answer(world, cluster, asked) : unauthorized();
  if (!('items' in given)) send(response, given);
  else if (asked.query.get('watch')) watch(world, response, asked, () => answer(world, cluster, asked) as List);
  else send(response, { status: 200, body: { apiVersion: 'v1', metadata: { resourceVersion: '1' }, ...given } });
}

async function read(request: IncomingMessage): Promise<Asked> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'https://simulator');
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return {
    method: request.method ?? 'GET',
    path: pathname
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent),
    query: searchParams,
    body: Buffer.concat(chunks),
  };
}

function send(response: ServerResponse, { status, body }: Answer): void {
  const isText = typeof body === 'string';
  response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json' });
  response.end(isText ? body : JSON.stringify(body));
}

const nameOf = (item: Json): string => {
  const { namespace = '', name } = item['metadata'] as Record<string, string>;
  return `${namespace}/${name}`;
};

/** Each change of what the list would be, as one line, until the client goes. */
function watch(world: World, response: ServerResponse, { query }: Asked, list: () => List): void {
  const seen = new Map<string, Json>();
  const say = (type: string, object: Json): void => void response.write(`${JSON.stringify({ type, object })}\n`);
  const follow = (): void => {
    const now = new Map(list().items.map((item) => [nameOf(item), item]));
    for (const [name, item] of seen) {
      if (now.has(name)) continue;
      seen.delete(name);
      say('DELETED', item);
    }
    for (const [name, item] of now) {
      const before = seen.get(name);
      seen.set(name, item);
      if (JSON.stringify(before) !== JSON.stringify(item)) say(before ? 'MODIFIED' : 'ADDED', item);
    }
  };
  response.writeHead(200, { 'content-type': 'application/json' });
  follow();
  if (query.get('sendInitialEvents') === 'true') say('BOOKMARK', endOfTheBeginning(list()));
  world.changes.on('changed', follow);
  response.once('close', () => world.changes.off('changed', follow));
}

const endOfTheBeginning = ({ kind }: List): Json => ({
  kind: kind.replace(/List$/, ''),
  apiVersion: 'v1',
  metadata: { resourceVersion: '1', annotations: { 'k8s.io/initial-events-end': 'true' } },
});
