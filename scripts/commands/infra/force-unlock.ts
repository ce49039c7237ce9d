/** `nigari infra force-unlock`: shows who holds the lock of the state, asks, and takes it away. */
import { Exit, Refusal, type Problem } from '../../problem.ts';
import type { HttpAnswer } from '../../secrets/providers/http.ts';
import { send } from '../../system/http.ts';
import { ownLock } from '../../system/own-lock.ts';
import { lockCall, trustOf, type LockCall } from '../../tofu/http-backend.ts';
import { holderText, lockToldIn, readLockInfo, unknownLock, type LockInfo } from '../../tofu/lock-info.ts';
import { consent } from '../consent.ts';
import type { CommandResult, Context } from '../context.ts';
import { initIfDue } from './init.ts';
import { prepare, type Prepared } from './instance.ts';
import { runTofu } from './tofu.ts';

/** @param id of the lock; null: whatever lock there is */
export async function forceUnlock(context: Context, id: string | null, yes: boolean): CommandResult {
  const prepared = await prepare(context, 'state');
  const { kind } = prepared.instance.backend;
  const lock = await (kind === 'http' ? lookHttp : lookByTofu)(context, prepared, id);
  if (lock === null) {
    context.reporter.line('The state is not locked');
    return Exit.done;
  }
  if (id !== null && lock.id !== id) throw new Refusal([otherLock(lock)], Exit.refusedInput);
  if (kind === 'local') throw new Refusal([atWork(lock)], Exit.refusedInput);
  context.reporter.line(`The lock ${lock.id}: ${holderText(lock)}`);
  if (!yes) await agree(context, lock.id);
  await (kind === 'http' ? unlockHttp : unlockByTofu)(context, prepared, lock);
  context.reporter.line('Unlocked', 'good');
  return Exit.done;
}

type Look = (context: Context, prepared: Prepared, id: string | null) => Promise<LockInfo | null>;

/** Whoever does not get a lock is told who has it: so we lock, for nothing, and unlock. */
const lookByTofu: Look = async (context, prepared, id) => {
  await initIfDue(context, prepared);
  const args = ['terraform_data.nobody'];
  const ended = await runTofu(context, prepared, 'lock-probe', { args, expected: new Set(['state-locked']) });
  return ended.exitCode === 0 ? null : (lockToldIn(ended.stderr) ?? untold(id));
};

/**
 * The same by HTTP, for tofu does not show all of the lock, and here that is needed. Nobody stops it in the middle: a lock of ours
 * would stay.
 */
const lookHttp: Look = async (context, prepared, id) => {
  const probe = ownLock();
  const unstopped = { ...context, signal: new AbortController().signal };
  const answer = await ask(unstopped, prepared, 'lock', probe).catch(async (error: unknown) => {
    // Who did not answer in time may have locked all the same.
    await ask(unstopped, prepared, 'unlock', probe).catch(() => {});
    throw error;
  });
  const isLocked = answer.status === 423 || answer.status === 409;
  if (answer.status === 200) await unlock(unstopped, prepared, probe);
  if (context.signal.aborted) throw new Refusal([], Exit.interrupted);
  if (isLocked) return readLockInfo(answer.body) ?? untold(id);
  if (answer.status !== 200) throw new Refusal([unexpected(answer.status)], Exit.otherProgram);
  return null;
};

/** Of a backend that does not tell who holds its lock. */
function untold(id: string | null): LockInfo {
  if (id === null) throw new Refusal([idMissing], Exit.refusedInput);
  return unknownLock(id);
}

const unlockByTofu = async (context: Context, prepared: Prepared, { id }: LockInfo): Promise<void> =>
  void (await runTofu(context, prepared, 'force-unlock', { args: [id] }));

/** With all of the lock: some servers compare more than its id, and tofu's own force-unlock sends no more than that. */
const unlockHttp = (context: Context, prepared: Prepared, { text }: LockInfo): Promise<void> =>
  unlock(context, prepared, text);

async function unlock(context: Context, prepared: Prepared, body: string): Promise<void> {
  const { status } = await ask(context, prepared, 'unlock', body);
  if (status !== 200) throw new Refusal([unexpected(status)], Exit.otherProgram);
}

async function ask(context: Context, prepared: Prepared, what: LockCall, body: string): Promise<HttpAnswer> {
  const { env, signal } = context;
  const backend = { settings: prepared.instance.backend.settings, secrets: prepared.secrets, env };
  const call = lockCall(backend, what, body);
  if (call.url === '') throw new Refusal([lockless], Exit.refusedInput);
  const answer = await send(call, { milliseconds: 15_000, env, signal, ...trustOf(backend) });
  if (signal.aborted) throw new Refusal([], Exit.interrupted);
  if ('failure' in answer) throw new Refusal([unreachable(answer.reason)], Exit.otherProgram);
  return answer;
}

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
  message: 'the state is locked, and its backend does not tell by whom',
  hint: 'name the id that the message of the failed run has: nigari infra force-unlock LOCK_ID',
};

const otherLock = (lock: LockInfo): Problem => ({
  code: 'lock-is-another',
  severity: 'error',
  message: `the state is locked by another run: ${lock.id}, ${holderText(lock)}`,
  hint: 'that may be one that is at work now: wait for it',
});

/** The system releases the lock of a file when the process ends, however it does. */
const atWork = (lock: LockInfo): Problem => ({
  code: 'lock-at-work',
  severity: 'error',
  message: `${holderText(lock)}, and is at work: a lock on a local state ends with its process`,
  hint: 'wait until that run ends; or end it, with Ctrl-C or SIGINT, so that it saves its state',
});

const lockless: Problem = {
  code: 'backend-lockless',
  severity: 'error',
  message: 'the backend locks nothing: it has no lock_address',
  hint: 'give it lock_address and unlock_address, if its server can lock',
};

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
