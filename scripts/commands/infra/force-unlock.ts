/** `nigari infra force-unlock`: shows who holds the lock of the state, asks, and takes it away. */
import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { reveal } from '../../config/secret.ts';
import { Exit, Refusal, type Problem } from '../../problem.ts';
import type { HttpAnswer, HttpRequest } from '../../secrets/providers/http.ts';
import { readBeside } from '../../system/saved-plan.ts';
import { send } from '../../system/http.ts';
import { holderText, lockProbe, readLockInfo, type LockInfo } from '../../tofu/lock-info.ts';
import { consent } from '../consent.ts';
import type { CommandResult, Context } from '../context.ts';
import { initIfDue } from './init.ts';
import { prepare, type Prepared } from './instance.ts';
import { runTofu } from './tofu.ts';

/** @param id of the lock; null: whatever lock there is */
export async function forceUnlock(context: Context, id: string | null, yes: boolean): CommandResult {
  const prepared = await prepare(context, 'state');
  const look = LOOK[prepared.instance.backend.kind];
  const lock = look === undefined ? unseen(id) : await look(context, prepared);
  if (lock === null) {
    context.reporter.line('The state is not locked');
    return Exit.done;
  }
  if (id !== null && lock.id !== id) throw new Refusal([otherLock(lock)], Exit.refusedInput);
  context.reporter.line(`The lock ${lock.id}: ${holderText(lock)}`);
  if (!yes) await agree(context, lock.id);
  await unlock(context, prepared, lock);
  context.reporter.line('Unlocked', 'good');
  return Exit.done;
}

/** Of a backend that does not tell who holds its lock. */
function unseen(id: string | null): LockInfo {
  if (id === null) throw new Refusal([idMissing], Exit.refusedInput);
  return readLockInfo(JSON.stringify({ ID: id })) as LockInfo;
}

async function unlock(context: Context, prepared: Prepared, lock: LockInfo): Promise<void> {
  if (prepared.instance.backend.kind === 'http') return unlockHttp(context, prepared, lock);
  await initIfDue(context, prepared);
  await runTofu(context, prepared, 'force-unlock', { args: [lock.id] });
}

/** How each kind of backend tells who holds the lock; of others only the message of a failed run does. */
const LOOK: Readonly<Record<string, (context: Context, prepared: Prepared) => Promise<LockInfo | null>>> = {
  local: async ({ root }, { instance }) => {
    const path = textOf(instance.backend.settings['path']) ?? 'terraform.tfstate';
    const file = join(root, instance.directory, path).replace(/([^/\\]+)$/, '.$1.lock.info');
    return readLockInfo((await readBeside(file)) ?? '');
  },
  http: lookHttp,
};

/** The protocol has no question for it: so we lock, and are told who does already; or unlock at once. */
async function lookHttp(context: Context, prepared: Prepared): Promise<LockInfo | null> {
  const probe = lockProbe(randomUUID(), `${userInfo().username}@${hostname()}`, new Date());
  const answer = await ask(context, prepared, 'lock', probe);
  if (answer.status === 423 || answer.status === 409) return readLockInfo(answer.body);
  if (answer.status === 200) await ask(context, prepared, 'unlock', probe);
  else throw new Refusal([unexpected(answer.status)], Exit.otherProgram);
  return null;
}

/** With all of the lock: some servers compare more than its id, and tofu's own force-unlock sends no more than that. */
async function unlockHttp(context: Context, prepared: Prepared, { text }: LockInfo): Promise<void> {
  const { status } = await ask(context, prepared, 'unlock', text);
  if (status !== 200) throw new Refusal([unexpected(status)], Exit.otherProgram);
}

async function ask(context: Context, prepared: Prepared, what: 'lock' | 'unlock', body: string): Promise<HttpAnswer> {
  const answer = await send(lockRequest(context, prepared, what, body), {
    milliseconds: 15_000,
    signal: context.signal,
  });
  if ('failure' in answer) throw new Refusal([unreachable(answer.reason)], Exit.otherProgram);
  return answer;
}

function lockRequest(
  { env }: Context,
  { instance, secrets }: Prepared,
  what: 'lock' | 'unlock',
  body: string,
): HttpRequest {
  const { settings } = instance.backend;
  const of = (key: string, fallback: string): string =>
    textOf(settings[key]) ?? env[`TF_HTTP_${key.toUpperCase()}`] ?? fallback;
  const value = (key: string, variable: string): string => {
    const found = secrets.get(key);
    return found === undefined ? (env[variable] ?? '') : reveal(found);
  };
  const user = value('tfstate_username', 'TF_HTTP_USERNAME');
  const login = Buffer.from(`${user}:${value('tfstate_password', 'TF_HTTP_PASSWORD')}`).toString('base64');
  return {
    method: of(`${what}_method`, what.toUpperCase()) as HttpRequest['method'],
    url: of(`${what}_address`, ''),
    headers: { 'content-type': 'application/json', ...(user !== '' && { authorization: `Basic ${login}` }) },
    body,
  };
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

async function agree(context: Context, id: string): Promise<void> {
  const text = 'A run that is still at work would lose its state. To take the lock away, type the beginning of its id';
  await consent(context, { text, word: id.slice(0, 8), refusal: consentNeeded });
}

const consentNeeded: Problem = {
  code: 'consent-needed',
  severity: 'error',
  message: 'the lock stays, since nobody agreed',
  hint: 'make sure that the run that holds it is dead; then run the same with --yes',
};

const idMissing: Problem = {
  code: 'lock-id-missing',
  severity: 'error',
  message: 'this backend does not tell who holds its lock',
  hint: 'name the id that the message of the failed run has: nigari infra force-unlock LOCK_ID',
};

const otherLock = (lock: LockInfo): Problem => ({
  code: 'lock-is-another',
  severity: 'error',
  message: `the state is locked by another run: ${lock.id}, ${holderText(lock)}`,
  hint: 'that may be one that is at work now: wait for it',
});

const unexpected = (status: number): Problem => ({
  code: status === 401 || status === 403 ? 'state-unauthorized' : 'state-unexpected-answer',
  severity: 'error',
  message: `the state server answers ${status} to the question for its lock`,
  hint: 'compare tfstate_url, tfstate_username and tfstate_password in cluster.yaml with what the server has',
});

const unreachable = (reason: string): Problem => ({
  code: 'state-unreachable',
  severity: 'error',
  message: `the state server does not answer (${reason})`,
  hint: 'is the server up, and are host and port of tfstate_url right?',
});
