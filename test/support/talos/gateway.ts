/** How a call finds its row: passed on to the nodes that its metadata names, logged, befallen by faults, allowed or refused. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  status,
  type Metadata,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { Refused, type Call, type Role, type Row } from './call.ts';
import type { CallFault } from './faults.ts';
import { isController } from './machine-config.ts';
import { etcdRows } from './etcd.ts';
import { healthRows } from './health.ts';
import { machineRows } from './machine.ts';
import { powerRows } from './power.ts';
import { resourceRows } from './resources.ts';
import { serviceRows } from './services.ts';
import { upgradeRows } from './upgrade.ts';
import { answers, changed, type TalosNode, type World } from './world.ts';

const ROWS: readonly Row[] = [
  ...machineRows,
  ...powerRows,
  ...upgradeRows,
  ...etcdRows,
  ...healthRows,
  ...serviceRows,
  ...resourceRows,
];

type Incoming = ServerUnaryCall<object, object> | ServerWritableStream<object, object>;

/** `Version`, or with its service where that is not the machine's: `State/List`. */
const nameOf = (path: string): string => path.replace(/^\/\w+(\.\w+)*\.(\w+)\//, '$2/').replace('MachineService/', '');

/** What one node answers with for one service. */
export function implementation(
  world: World,
  node: TalosNode,
  service: ServiceDefinition,
): UntypedServiceImplementation {
  return Object.fromEntries(
    Object.entries(service).map(([name, { path, responseStream }]) => {
      const asked = { world, via: node, name: nameOf(path), path };
      return [
        name,
        responseStream
          ? (call: ServerWritableStream<object, object>) => void stream(asked, call)
          : (call: ServerUnaryCall<object, object>, answer: sendUnaryData<object>) => void once(asked, call, answer),
      ];
    }),
  );
}

interface Asked {
  readonly world: World;
  /** The node that was dialled. */
  readonly via: TalosNode;
  readonly name: string;
  /** `/machine.MachineService/Version` */
  readonly path: string;
}

interface Targets {
  readonly hosts: readonly string[];
  /** Each answer says whose it is, and an error is an answer too. */
  readonly apart: boolean;
}

/** Services whose answers can be put together. */
const TOGETHER = ['MachineService', 'ClusterService', 'StorageService'];

/** Where a call is to be done, as Talos's proxy reads it; workers pass nothing on, and nobody does in maintenance mode. */
function targetsOf({ via, path }: Asked, metadata: Metadata): Targets {
  const named = (key: string): string[] =>
    metadata.get(key).flatMap((value) =>
      String(value)
        .split(/,\s*/)
        .filter((host) => host !== ''),
    );
  const many = named('nodes');
  const [host = via.address] = many.length > 0 ? many : named('node');
  const isOwn = many.length <= 1 && host.split(':')[0] === via.address;
  if (via.config === null || (isOwn && !isController(via.config))) return { hosts: [via.address], apart: false };
  if (!isOwn && !isController(via.config)) throw new Refused(status.PERMISSION_DENIED, 'no request forwarding');
  if (many.length === 0) return { hosts: [host], apart: false };
  if (!TOGETHER.some((service) => path.includes(`.${service}/`)))
    throw new Refused(status.INVALID_ARGUMENT, `one-2-many proxying is not supported for method ${path}`);
  return { hosts: many, apart: true };
}

async function once(asked: Asked, call: ServerUnaryCall<object, object>, answer: sendUnaryData<object>): Promise<void> {
  try {
    const { hosts, apart } = targetsOf(asked, call.metadata);
    const done = hosts.map(async (host) => {
      const message = ask(asked, call, host, () => {});
      return apart ? saying(host, message) : message;
    });
    const messages = await Promise.all(done);
    answer(null, asked.name.startsWith('State/') ? (messages[0] ?? {}) : { messages });
  } catch (error) {
    answer(asError(error));
  }
}

async function stream(asked: Asked, call: ServerWritableStream<object, object>): Promise<void> {
  try {
    const { hosts, apart } = targetsOf(asked, call.metadata);
    const done = hosts.map(async (host) => {
      if (!apart) return ask(asked, call, host, (message) => call.write(message));
      const send = (message: object): void => void call.write({ ...message, metadata: { hostname: host } });
      const failed = await saying(host, ask(asked, call, host, send));
      if ('error' in failed.metadata) call.write(failed);
      return failed;
    });
    await Promise.all(done);
    call.end();
  } catch (error) {
    call.emit('error', asError(error));
  }
}

interface Said {
  readonly metadata: { readonly hostname: string; readonly error?: string; readonly status?: object };
}

async function saying(hostname: string, message: Promise<object>): Promise<Said> {
  try {
    return { ...(await message), metadata: { hostname } };
  } catch (error) {
    const { code, details } = asError(error);
    const text = `rpc error: code = ${CODE_NAMES[code] ?? 'Unknown'} desc = ${details}`;
    return { metadata: { hostname, error: text, status: { code, message: details } } };
  }
}

/** As Go writes them. */
const CODE_NAMES: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(status)
    .filter(([name]) => Number.isNaN(Number(name)))
    .map(([name, code]) => [
      code,
      name.toLowerCase().replaceAll(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase()),
    ]),
);

function asError(error: unknown): {
  readonly code: status;
  readonly details: string;
  readonly name: string;
  readonly message: string;
} {
  const known = error instanceof Refused;
  const details = known ? error.message : `the simulator is broken: ${String((error as Error).stack)}`;
  return { code: known ? error.code : status.INTERNAL, details, name: 'Refused', message: details };
}

async function ask(asked: Asked, incoming: Incoming, host: string, send: Call['send']): Promise<object> {
  const { world, via, name } = asked;
  const node = await reach(world, via, host);
  const over = new AbortController();
  incoming.once('cancelled', () => over.abort());
  const call: Call = { world, node, request: incoming.request, send, over: over.signal };
  const log = (said: string): void =>
    void node.calls.push({ call: name, request: incoming.request as {}, status: said });
  try {
    const done = await answerTo(name, call, rolesOf(incoming));
    log('OK');
    return done;
  } catch (error) {
    log(status[asError(error).code] ?? 'UNKNOWN');
    throw error;
  } finally {
    changed(world);
  }
}

async function answerTo(name: string, call: Call, roles: readonly string[]): Promise<object> {
  const fault = call.world.faults.atCall(call.node.name, name);
  if (fault) await befall(fault, call);
  const row = ROWS.find(([known]) => known === name);
  if (!row) throw new Refused(status.UNIMPLEMENTED, `unknown method ${name}`);
  allow(call.node, roles, row[1]);
  return (await row[2](call)) ?? {};
}

async function befall(fault: CallFault, { node, over }: Call): Promise<void> {
  if (fault.effect === 'refuse') throw new Refused(...fault.refusal);
  if (fault.effect === 'late') await delay(fault.milliseconds);
  if (fault.effect === 'silent') await new Promise((resolve) => over.addEventListener('abort', resolve));
  if (fault.effect === 'broken') node.broken = true;
}

/** What the proxy waits for an answer of another node, in milliseconds. */
const PATIENCE = 20_000;

/** @throws as the proxy does where the other node does not answer, or is nobody it knows */
async function reach(world: World, via: TalosNode, host: string): Promise<TalosNode> {
  const address = host.split(':')[0] ?? host;
  const node = [...world.nodes.values()].find((one) => one.address === address);
  if (node === via) return node;
  const where = `${address}:50000`;
  const failed = (why: string): Refused =>
    new Refused(status.UNAVAILABLE, `connection error: desc = "transport: ${why}"`);
  if (node && world.faults.isSilent(node.name)) {
    await delay(PATIENCE);
    throw failed(`Error while dialing: dial tcp ${where}: i/o timeout`);
  }
  if (!node || !answers(node) || world.faults.isClosed(node.name))
    throw failed(`Error while dialing: dial tcp ${where}: connect: connection refused`);
  if (node.stage === 'maintenance')
    throw failed(
      'authentication handshake failed: tls: failed to verify certificate: x509: certificate signed by unknown authority',
    );
  return node;
}

/** What a client's certificate says that it is, such as `os:admin`. */
function rolesOf(incoming: Incoming): readonly string[] {
  const subject = incoming.getAuthContext().sslPeerCertificate?.subject as { O?: string | string[] } | undefined;
  return [subject?.O ?? []].flat();
}

const MAY: Readonly<Record<Role, readonly string[]>> = {
  reader: ['os:admin', 'os:operator', 'os:reader'],
  operator: ['os:admin', 'os:operator'],
  admin: ['os:admin'],
};

function allow(node: TalosNode, roles: readonly string[], needed: Role): void {
  const mine = node.stage === 'maintenance' ? ['os:reader'] : roles;
  if (!mine.some((role) => MAY[needed].includes(role))) throw new Refused(status.PERMISSION_DENIED, 'not authorized');
}
