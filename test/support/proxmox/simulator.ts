/** A Proxmox VE API to talk to: HTTPS on 127.0.0.1, a cluster behind it, and a view of what became of it. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { answer, kindOf, type Answer, type Asked } from './api.ts';
import { makeCertificates } from '../certificate.ts';
import { Faults, type FaultRule } from '../faults.ts';
import { listen } from '../listening.ts';
import type { Fault } from './faults.ts';
import { pending } from './guests.ts';
import {
  addGuest,
  addVolume,
  DEFAULT_TOKEN,
  makeWorld,
  type GuestSeed,
  type ProxmoxOptions,
  type ProxmoxToken,
  type VolumeSeed,
} from './seeds.ts';
import type { Guest, World } from './world.ts';

/** One call and how it was answered. */
export interface LoggedRequest {
  readonly method: string;
  /** Below `/api2/json/`, decoded. */
  readonly path: string;
  /** The pattern of its row in the table: `GET nodes/{node}/qemu/{vmid}/config`. Null where there is none. */
  readonly kind: string | null;
  readonly form: Readonly<Record<string, string>>;
  /** User or token; empty where nobody was recognised. */
  readonly caller: string;
  /** 0 where the connection was dropped. */
  readonly status: number;
  readonly reason: string;
}

/** A guest as a test wants to see it. */
export interface GuestView extends Pick<Guest, 'kind' | 'vmid' | 'node' | 'status' | 'config' | 'pool' | 'lock'> {
  readonly name: string;
  /** Settings that wait for a reboot. */
  readonly pending: readonly string[];
  readonly events: readonly string[];
}

export interface Simulator {
  /** `https://127.0.0.1:PORT` */
  readonly endpoint: string;
  readonly port: number;
  readonly token: ProxmoxToken;
  /** PEM of the authority that signed the server's certificate. */
  readonly ca: string;
  /** The state itself, for what the views below do not show. */
  readonly world: World;
  readonly requests: readonly LoggedRequest[];
  /** By id. */
  readonly guests: () => readonly GuestView[];
  /** What happened to a guest, also to one that is gone. */
  readonly events: (vmid: number) => readonly string[];
  /** Ids of all volumes, sorted. */
  readonly volumes: () => readonly string[];
  readonly addGuest: (seed: GuestSeed) => void;
  readonly addVolume: (seed: VolumeSeed) => void;
  readonly inject: (...rules: readonly FaultRule<Fault>[]) => void;
  /** No more faults, and space everywhere. */
  readonly heal: () => void;
  /** Nobody answers at the port any more, until `up`. */
  readonly down: () => Promise<void>;
  readonly up: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** @param onRequest is told of each call when it has been answered */
export async function startProxmox(
  options: ProxmoxOptions = {},
  onRequest: (request: LoggedRequest) => void = () => {},
): Promise<Simulator> {
  const world = makeWorld(options);
  const faults = new Faults(options.faults);
  const requests: LoggedRequest[] = [];
  const certificates = makeCertificates(['localhost', '127.0.0.1']);
  const note = (request: LoggedRequest): void => {
    requests.push(request);
    onRequest(request);
  };
  const { port, down, up } = await listen(listener(world, faults, note), certificates, options.port);
  return {
    endpoint: `https://127.0.0.1:${port}`,
    port,
    token: options.token ?? DEFAULT_TOKEN,
    ca: certificates.ca,
    world,
    requests,
    guests: () => byId(world).map((guest) => view(world, guest)),
    events: (vmid) => eventsOf(world, vmid),
    volumes: () => world.volumes.map(({ volid }) => volid).toSorted(),
    addGuest: (seed) => void addGuest(world, seed),
    addVolume: (seed) => void addVolume(world, seed),
    inject: (...rules) => faults.add(...rules),
    heal: () => heal(world, faults),
    down,
    up,
    close: down,
  };
}

function heal(world: World, faults: Faults<Fault>): void {
  faults.clear();
  for (const storage of world.storages.values()) storage.full = false;
}

const byId = ({ guests }: World): readonly Guest[] => [...guests.values()].toSorted((a, b) => a.vmid - b.vmid);

const eventsOf = (world: World, vmid: number): readonly string[] =>
  world.events.filter((event) => event.vmid === vmid).map(({ event }) => event);

function view(world: World, guest: Guest): GuestView {
  const { kind, vmid, node, status, config, pool, lock } = guest;
  const name = String(config['name'] ?? config['hostname'] ?? '');
  return { kind, vmid, node, name, status, config, pool, lock, pending: pending(guest), events: eventsOf(world, vmid) };
}

type Note = (request: LoggedRequest) => void;

function listener(world: World, faults: Faults<Fault>, note: Note): RequestListener {
  return (request, response) => {
    serve(world, faults, note, request, response).catch((error: unknown) => {
      send(response, { status: 500, reason: 'the simulator is broken', data: String((error as Error).stack) });
    });
  };
}

async function serve(
  world: World,
  faults: Faults<Fault>,
  note: Note,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const asked = await read(request);
  const fault = faults.at(asked.method, asked.path);
  if (fault?.kind === 'slow') await delay(fault.milliseconds);
  const given = fault?.kind === 'drop' && fault.when === 'before' ? DROPPED : answer(world, asked, fault);
  const isDropped = fault?.kind === 'drop';
  note(logged(asked, isDropped ? { ...given, ...DROPPED } : given));
  if (isDropped) request.socket.destroy();
  else send(response, given);
}

const DROPPED: Answer = { status: 0, reason: 'connection dropped', data: null };

function logged(asked: Asked, { status, reason, caller = '' }: Answer): LoggedRequest {
  const { method, path, parameters } = asked;
  return {
    method,
    path: path.join('/'),
    kind: kindOf(asked),
    form: Object.fromEntries(parameters),
    caller,
    status,
    reason,
  };
}

/** What is not part of the path; some clients end it in a slash. */
const AROUND = /^\/api2\/(?:json|extjs)\/|\/+$/g;

async function read(request: IncomingMessage): Promise<Asked> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'https://simulator');
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const isForm = (request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  const body = isForm ? new URLSearchParams(Buffer.concat(chunks).toString()) : [];
  return {
    method: request.method ?? 'GET',
    path: pathname.replaceAll(AROUND, '').split('/').map(decodeURIComponent),
    parameters: new URLSearchParams([...searchParams, ...body]),
    headers: request.headers,
  };
}

function send(response: ServerResponse, { status, reason, data, errors }: Answer): void {
  const body = status === 200 ? { data } : { data, message: `${reason}\n`, ...(errors ? { errors } : {}) };
  response.writeHead(status, reason.replaceAll(/[^\x20-\x7e]+/g, ' '), {
    'content-type': 'application/json;charset=UTF-8',
  });
  response.end(JSON.stringify(body));
}

/** The provider's own variables, for HCL that says only `provider "proxmox" {}`. */
export const providerEnv = ({ endpoint, token }: Simulator): Readonly<Record<string, string>> => ({
  PROXMOX_VE_ENDPOINT: endpoint,
  PROXMOX_VE_API_TOKEN: `${token.id}=${token.secret}`,
  PROXMOX_VE_INSECURE: 'true',
});

/** The lines of cluster.yaml that lead nigari here. */
export function clusterYaml({ endpoint, token, world }: Simulator): string {
  const lines = {
    proxmox_api_url: endpoint,
    proxmox_node: world.nodes.keys().next().value,
    proxmox_insecure: true,
    proxmox_api_token_id: token.id,
    proxmox_api_token_secret: token.secret,
  };
  return Object.entries(lines)
    .map(([key, value]) => `${key}: ${String(value)}\n`)
    .join('');
}
