/**
 * What a state server answers, in two dialects at once:
 *
 * - `/states/NAME`, locked by LOCK (or PUT) and unlocked by UNLOCK (or DELETE) at `/states/NAME/lock`, as a small
 *   worker in front of an object store does it: no state is 204, and who finds it locked gets 423;
 * - `/api/v4/projects/ID/terraform/state/NAME`, as GitLab does it: locked by POST, unlocked by DELETE at its `/lock`;
 *   no state is 404, and who finds it locked gets 409.
 *
 * The client's side: OpenTofu's documentation, "Backend Type: http".
 */
import { matchPattern } from '../faults.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Who holds a lock, as the client said it; `ID` is what counts. */
interface LockInfo {
  readonly ID: string;
  readonly [name: string]: unknown;
}

/** One state and who holds it. */
export interface Place {
  state: string | null;
  lock: LockInfo | null;
}

interface Dialect {
  readonly path: string;
  readonly lock: readonly string[];
  readonly unlock: readonly string[];
  /** What is answered: to a GET without a state, to who does not hold the lock, to a POST that was stored. */
  readonly none: number;
  readonly held: number;
  readonly stored: number;
}

const DIALECTS: readonly Dialect[] = [
  { path: 'states/{name}', lock: ['LOCK', 'PUT'], unlock: ['UNLOCK', 'DELETE'], none: 204, held: 423, stored: 204 },
  {
    path: 'api/v4/projects/{project}/terraform/state/{name}',
    lock: ['POST'],
    unlock: ['DELETE'],
    none: 404,
    held: 409,
    stored: 200,
  },
];

export type Answer = readonly [status: number, body?: string];

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
  readonly authorization: string | undefined;
}

/** `METHOD` at a state or at its lock. */
type Handler = (place: Place, asked: Asked, dialect: Dialect) => Answer;

const answerTo: Readonly<Record<'read' | 'write' | 'remove' | 'lock' | 'unlock' | 'holder', Handler>> = {
  read: ({ state }, _, { none }) => (state === null ? [none] : [200, state]),
  write: (place, { query, body }, { held, stored }) => {
    if (place.lock && query.get('ID') !== place.lock.ID) return [held, JSON.stringify(place.lock)];
    place.state = body;
    return [stored];
  },
  remove: (place) => {
    place.state = null;
    return [200];
  },
  lock: (place, { body }, { held }) => {
    const wanted = lockInfo(body);
    if (!wanted) return [400, 'no lock info'];
    if (place.lock && place.lock.ID !== wanted.ID) return [held, JSON.stringify(place.lock)];
    place.lock = wanted;
    return [200, JSON.stringify(wanted)];
  },
  unlock: (place, { body }, { held }) => {
    const known = lockInfo(body);
    if (!known) return [400, 'no lock ID'];
    if (place.lock?.ID !== known.ID) return [held, JSON.stringify(known)];
    place.lock = null;
    return [200];
  },
  holder: ({ lock }) => (lock ? [200, JSON.stringify(lock)] : [204]),
};

function lockInfo(body: string): LockInfo | null {
  try {
    const { ID, ...rest } = JSON.parse(body) as Partial<LockInfo>;
    return ID ? { ID, ...rest } : null;
  } catch {
    return null;
  }
}

/** Which handler a method means at a state (`''`) or at its lock. */
function handlerOf(method: string, isLock: boolean, { lock, unlock }: Dialect): Handler | undefined {
  if (!isLock) return { GET: answerTo.read, POST: answerTo.write, DELETE: answerTo.remove }[method];
  if (lock.includes(method)) return answerTo.lock;
  if (unlock.includes(method)) return answerTo.unlock;
  return method === 'GET' ? answerTo.holder : undefined;
}

/**
 * @param places what is kept, by the path of its address; grows with each new one
 * @param credentials without them nobody is asked
 */
export function answer(places: Map<string, Place>, asked: Asked, credentials?: Credentials): Answer {
  if (`${asked.method} ${asked.path}` === 'GET health') return [200, 'OK'];
  if (credentials && asked.authorization !== basic(credentials)) return [401];
  const path = asked.path.replace(/\/lock$/, '');
  const dialect = DIALECTS.find((one) => matchPattern(`* ${one.path}`, asked.method, path.split('/')));
  const handler = dialect && handlerOf(asked.method, path !== asked.path, dialect);
  if (!dialect || !handler) return [404];
  const place = places.get(path) ?? { state: null, lock: null };
  places.set(path, place);
  return handler(place, asked, dialect);
}

const basic = ({ username, password }: Credentials): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
