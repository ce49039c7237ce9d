/** The API as one table, and how a call finds its row. */
import { accessRoutes } from './access.ts';
import { clusterRoutes } from './cluster.ts';
import { collectionRoutes } from './collections.ts';
import { containerRoutes } from './containers.ts';
import { downloadRoutes } from './downloads.ts';
import type { Fault } from './faults.ts';
import { matchPattern } from '../faults.ts';
import { firewallRoutes } from './firewall.ts';
import { newGuest } from './guests.ts';
import { hostRoutes } from './hosts.ts';
import { callerOf, loginRoutes } from './login.ts';
import { poolRoutes } from './pools.ts';
import { callerId, demand, type Caller } from './permissions.ts';
import { Refused } from './refused.ts';
import { needsOf, type Call, type Route } from './route.ts';
import { storageRoutes } from './storage.ts';
import { taskRoutes } from './tasks.ts';
import { vmRoutes } from './vms.ts';
import { nodeOf, type World } from './world.ts';
import { STATUS_CODES, type IncomingHttpHeaders } from 'node:http';

const ROUTES: readonly Route[] = [
  ...loginRoutes,
  ...clusterRoutes,
  ...taskRoutes,
  ...storageRoutes,
  ...downloadRoutes,
  ...vmRoutes,
  ...containerRoutes,
  ...poolRoutes,
  ...hostRoutes,
  ...firewallRoutes,
  ...collectionRoutes,
  ...accessRoutes,
];

/** A call as it came in: the path below `/api2/json/`, its parts decoded. */
export interface Asked {
  readonly method: string;
  readonly path: readonly string[];
  readonly parameters: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

export interface Answer {
  readonly status: number;
  /** HTTP's reason phrase: Proxmox VE says there what is wrong. */
  readonly reason: string;
  readonly data: unknown;
  readonly errors?: Readonly<Record<string, string>> | undefined;
  /** Who asked, where that is known. */
  readonly caller?: string;
}

/** What is answered; every refusal is an answer, a defect of the simulator is thrown. */
export function answer(world: World, asked: Asked, fault?: Fault): Answer {
  let caller: Caller | undefined;
  try {
    if (fault?.kind === 'status') throw new Refused(fault.status, fault.reason ?? STATUS_CODES[fault.status] ?? '');
    const { route, at } = find(asked);
    const [, needs, run] = route;
    if (needs !== 'anyone') caller = callerOf(world.access, asked.method, asked.headers);
    const call = callWith(world, asked, at, caller, fault);
    if (at['node'] !== undefined) nodeOf(world, at['node']);
    if (caller && typeof needs !== 'string') demand(world.access, caller, needsOf(needs, call));
    befall(call, fault);
    return { status: 200, reason: 'OK', data: run(call) ?? null, ...named(caller) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { status: error.status, reason: error.message, data: null, errors: error.errors, ...named(caller) };
  }
}

const named = (caller: Caller | undefined): { readonly caller?: string } =>
  caller ? { caller: callerId(caller) } : {};

function find(asked: Asked): { readonly route: Route; readonly at: Call['at'] } {
  for (const route of ROUTES) {
    const at = matchPattern(route[0], asked.method, asked.path);
    if (at) return { route, at };
  }
  throw new Refused(501, `Method '${asked.method} /${asked.path.join('/')}' not implemented`);
}

/** The pattern of the row that a call is for; calls of one kind have the same. Null where there is none. */
export function kindOf({ method, path }: Asked): string | null {
  return ROUTES.find(([pattern]) => matchPattern(pattern, method, path) !== null)?.[0] ?? null;
}

const NOBODY: Caller = {
  user: { userid: 'nobody', password: '', enable: false, groups: [], fields: {} },
  token: null,
};

function callWith(world: World, { parameters }: Asked, at: Call['at'], caller = NOBODY, fault?: Fault): Call {
  return {
    world,
    caller,
    at,
    form: Object.fromEntries(parameters),
    all: (name) => parameters.getAll(name),
    fault: fault?.kind === 'task' ? fault : undefined,
  };
}

/** Faults that change the world just before the call. */
function befall({ world, form, at }: Call, fault?: Fault): void {
  if (fault?.kind === 'full') {
    const storage = world.storages.get(fault.storage);
    if (storage) storage.full = true;
  }
  if (fault?.kind === 'taken') {
    const vmid = Number(form['vmid'] ?? form['newid']);
    const guest = newGuest('qemu', vmid, fault.node ?? at['node'] ?? '');
    if (!world.guests.has(vmid)) world.guests.set(vmid, Object.assign(guest, { config: { name: fault.name } }));
  }
}
