/** Does the state server answer, know the user, and lock? */
import { randomUUID } from 'node:crypto';
import type { HttpAnswer, HttpRequest, NoAnswer } from '../../../secrets/providers/http.ts';
import { ownLock } from '../../../system/own-lock.ts';
import { lockCall, readCall, type HttpBackend } from '../../../tofu/http-backend.ts';
import type { Context } from '../../context.ts';
import { ok, type Row } from '../row.ts';
import { ask as askOf, fail, type Opened } from './probe.ts';

export async function state({ env, signal }: Context, opened: Opened): Promise<readonly Row[]> {
  const { instance, secrets } = opened;
  const { kind, settings } = instance.backend;
  if (kind === 'local') return [ok('state', 'is a file in this project: back it up')];
  if (kind !== 'http')
    return [
      {
        name: 'state',
        status: 'warning',
        found: `not asked: nigari knows no backend "${kind}"`,
        remedy: '`nigari infra init` asks it',
      },
    ];
  const backend = { settings, secrets, env };
  const ask: Ask = (request) => askOf(request, opened, signal);
  const [read, locking, health] = await Promise.all([
    ask(readCall(backend)),
    lockRow(backend, ask),
    healthRows(readCall(backend).url, ask),
  ]);
  return [...health, readRow(read), locking];
}

type Ask = (request: HttpRequest) => Promise<HttpAnswer | NoAnswer>;

function readRow(answer: HttpAnswer | NoAnswer): Row {
  if ('failure' in answer)
    return fail(
      'state',
      `the server does not answer (${answer.reason})`,
      'is it up, and are host and port of tfstate_url right?',
    );
  const known = READ[answer.status];
  return known ?? fail('state', `the server answers ${answer.status}`, 'look at its log');
}

/** By the status of a GET: OpenTofu takes 204 and 404 for "no state yet". */
const READ: Readonly<Record<number, Row>> = {
  200: ok('state', 'the server knows the user, and has a state'),
  204: ok('state', 'the server knows the user, and has no state yet'),
  404: ok('state', 'the server has no state yet'),
  401: fail(
    'state',
    'the server does not accept user or password (401)',
    'compare tfstate_username and tfstate_password in cluster.yaml with what the server has',
  ),
  403: fail(
    'state',
    'the server does not let this user at the state (403)',
    'give tfstate_username the right to tfstate_name on the server',
  ),
};

/** Some servers say how they are; of one that does not, that is no fault. */
async function healthRows(url: string, ask: Ask): Promise<readonly Row[]> {
  const answer = await ask({ method: 'GET', url: new URL('/health', url).href, headers: {} });
  if ('failure' in answer || answer.status < 500) return [];
  const found = `says of itself that it is not well (${answer.status})`;
  return [{ name: 'state health', status: 'warning', found, remedy: 'look at its log before the next apply' }];
}

/** On a name that nobody uses, so that no run is kept waiting. */
async function lockRow(backend: HttpBackend, ask: Ask): Promise<Row> {
  const probe = ownLock();
  const scratch = `nigari-doctor-${randomUUID().slice(0, 8)}`;
  const elsewhere = (url: string): string => besides(url, scratch);
  const locked = await ask(lockCall(backend, 'lock', probe, elsewhere));
  const isLocked = 'status' in locked && locked.status === 200;
  const unlocked = isLocked ? await ask(lockCall(backend, 'unlock', probe, elsewhere)) : locked;
  if (isLocked && 'status' in unlocked && unlocked.status === 200)
    return ok('state lock', `a scratch state, ${scratch}, was locked and unlocked`);
  const said = 'status' in unlocked ? String(unlocked.status) : unlocked.reason;
  return fail(
    'state lock',
    `a scratch state, ${scratch}, could not be ${isLocked ? 'unlocked' : 'locked'} (${said})`,
    'without locks two runs at once destroy a state: is the path of tfstate_url right?',
  );
}

/** `…/states/proxmox/lock` → `…/states/<scratch>/lock` */
function besides(url: string, name: string): string {
  return url.replace(/[^/]+(?=(?:\/lock)?\/?(?:\?|$))/, name);
}
