/** Where one node answers: a port that opens and closes as the machine comes and goes, with the certificate of its state. */
import { once } from 'node:events';
import { createServer, type Server as Listener, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { Server, ServerCredentials, type ConnectionInjector } from '@grpc/grpc-js';
import { issue, newAuthority, type Authority } from '../certificate.ts';
import { implementation } from './gateway.ts';
import { authorityFor, nodeName } from './life.ts';
import { authorityCertificate, extraNames, type MachineConfig } from './machine-config.ts';
import { services } from './protocol.ts';
import { answers, type TalosNode, type World } from './world.ts';

export interface Port {
  /** Opens, closes or changes its certificate, as the state of the node wants. */
  readonly follow: () => void;
  readonly close: () => Promise<void>;
}

export function openPort(world: World, node: TalosNode): Port {
  let open: Open | null = null;
  const follow = (): void => {
    const wanted = phaseOf(world, node);
    if (open?.phase === wanted) return;
    open?.shut();
    open = wanted === '' ? null : listen(world, node, wanted);
  };
  return {
    follow,
    close: async () => {
      const closing = open?.closed;
      open?.shut();
      open = null;
      await closing;
    },
  };
}

/** Changes when connections that are open must break; empty while nobody answers. */
function phaseOf(world: World, node: TalosNode): string {
  if (!answers(node) || world.faults.isClosed(node.name)) return '';
  return `${node.bootId} ${node.stage === 'maintenance' ? 'open' : 'closed'}`;
}

interface Open {
  readonly phase: string;
  readonly shut: () => void;
  readonly closed: Promise<unknown>;
}

function listen(world: World, node: TalosNode, phase: string): Open {
  const sockets = new Set<Socket>();
  const server = grpcServer(world, node);
  const right = server.createConnectionInjector(credentials(world, node));
  const listener = createServer((socket) => {
    sockets.add(socket.once('close', () => sockets.delete(socket)).on('error', () => {}));
    accept(world, node, { server, right }, socket);
  });
  listener.listen(node.port, node.address);
  const shut = (): void => {
    listener.close();
    for (const socket of sockets) socket.destroy();
    server.forceShutdown();
  };
  return { phase, shut, closed: closing(listener) };
}

const closing = async (listener: Listener): Promise<unknown> => once(listener, 'close');

/**
 * The connection, closed in good order where TLS gives up on it: what has still come in is read, so that the alert that says why
 * arrives before the end. Otherwise it is a race whether a client reads `certificate required` or `broken pipe`.
 */
function gently(socket: Socket): Duplex {
  const stream = new Duplex({
    read: () => void socket.resume(),
    write: (chunk: Buffer, _encoding, done) => void socket.write(chunk, done),
    final: (done) => void socket.end(done),
    destroy: (error, done) => {
      socket.end();
      socket.resume();
      done(error);
    },
  });
  socket.on('data', (chunk: Buffer) => {
    if (!stream.destroyed && !stream.push(chunk)) socket.pause();
  });
  socket.once('end', () => stream.destroyed || stream.push(null));
  socket.once('close', () => stream.destroy());
  return stream;
}

function accept(
  { faults }: World,
  node: TalosNode,
  { server, right }: { readonly server: Server; readonly right: ConnectionInjector },
  socket: Socket,
): void {
  const fault = faults.atConnection(node.name);
  if (fault === 'silent') return;
  if (fault === 'wrong-certificate') server.createConnectionInjector(foreign(node)).injectConnection(gently(socket));
  else right.injectConnection(gently(socket));
}

function grpcServer(world: World, node: TalosNode): Server {
  const server = new Server();
  for (const service of services()) server.addService(service, implementation(world, node, service));
  return server;
}

const hostsOf = (node: TalosNode): string[] => [node.address, 'localhost', '127.0.0.1'];

const asCredentials = (authority: Authority, hosts: readonly string[], clients: string | null): ServerCredentials => {
  const { cert, key } = issue(authority, { name: { organization: 'talos' }, hosts, kind: 'ed25519' });
  const pair = { cert_chain: Buffer.from(cert), private_key: Buffer.from(key) };
  return ServerCredentials.createSsl(clients === null ? null : Buffer.from(clients), [pair], clients !== null);
};

/** Signed by somebody that no client knows; `talos` is what the authority of each cluster is called. */
const foreign = (node: TalosNode, organization = 'talos'): ServerCredentials =>
  asCredentials(newAuthority({ organization }, 'ed25519'), hostsOf(node), null);

/** In maintenance mode one that nobody knows, and everybody may ask; otherwise the cluster's own, both ways. */
function credentials(world: World, node: TalosNode): ServerCredentials {
  const { config, stage } = node;
  if (config === null || stage === 'maintenance') return foreign(node, 'maintenance');
  const authority = authorityFor(world, config);
  if (authority === null) throw new Error(`${node.name} has nobody to sign its certificate`);
  return asCredentials(authority, serverNames(node, config), authorityCertificate(config, 'machine.ca'));
}

const serverNames = (node: TalosNode, config: MachineConfig): string[] => [
  ...new Set([...hostsOf(node), nodeName(node), ...extraNames(config, 'machine.certSANs')]),
];
