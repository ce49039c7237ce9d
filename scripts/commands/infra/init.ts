/** `tofu init`: when it is due, and what is remembered of it. */
import { checked, Exit, must, type Checked, type Problem } from '../../problem.ts';
import {
  hasDotTerraform,
  readInitInputs,
  readInitRecord,
  readLeftByInit,
  writeInitRecord,
} from '../../system/init-record.ts';
import { withLock } from '../../system/lock.ts';
import { formerBackendEnvironment, missingCredentials } from '../../tofu/environment.ts';
import { initHash, needsInit } from '../../tofu/init-inputs.ts';
import { lockedProviders } from '../../tofu/lock-file.ts';
import { step, type Context } from '../context.ts';
import { completeLockFile, isLockDue, lockPlatforms, lockTextIn, READ_ONLY } from './lock-file.ts';
import { refuseWithout, runTofu, type How, type TofuRun } from './tofu.ts';

/**
 * Whether init has something to do: something that it reads has changed since its last success, what it made is gone, or it
 * never ran here.
 * @param platforms that the lock file shall serve, where that is known
 */
export async function isInitDue(
  context: Context,
  call: Pick<TofuRun, 'tofu' | 'instance'>,
  platforms: readonly string[] = [],
): Promise<boolean> {
  const { root, env } = context;
  const { directory } = call.instance;
  const previous = (await readInitRecord(root)).get(directory) ?? null;
  const isThere = await hasDotTerraform(root, directory, env);
  return needsInit(previous, await hashNow(context, call), isThere) || isLockDue(context, directory, platforms);
}

async function hashNow(
  { root, env }: Context,
  { tofu, instance }: Pick<TofuRun, 'tofu' | 'instance'>,
): Promise<string> {
  const { directory } = instance;
  const files = must(await readInitInputs(root, directory), Exit.refusedInput);
  const locked = lockedProviders(lockTextIn(files));
  const left = await readLeftByInit(root, directory, env, locked);
  return initHash(files, {
    tofu: tofu.version,
    settings: tofu.settings.text,
    ...left,
  });
}

/** Runs init first where that is due: in a fresh clone a plan just works. */
export async function initIfDue(context: Context, call: TofuRun): Promise<void> {
  if (!(await isInitDue(context, call))) return;
  await step(context, `tofu init in ${call.instance.directory}`, () => tofuInit(context, call));
}

/**
 * `tofu init`, remembered when it succeeds; one at a time, for two would work on the same `.terraform/`.
 * @returns false where it failed as the caller expected
 * @throws Refusal 4 with what tofu said and the remedy, when we know one; 2 while another run is at work
 */
export async function tofuInit(context: Context, call: TofuRun, how: How = {}): Promise<boolean> {
  refuseWithout(missingCredentials(call.instance, call.secrets, 'state', context.env));
  return must(await withLock(context.root, () => initAndRemember(context, call, how)), Exit.refusedInput);
}

async function initAndRemember(context: Context, call: TofuRun, how: How): Promise<Checked<boolean>> {
  const { root } = context;
  const { directory } = call.instance;
  const platforms = await lockPlatforms(context);
  if (!(await init(context, call, how, platforms === null))) return checked(false);
  if (platforms !== null) await completeLockFile(context, call, platforms);
  const isWhole = !(how.args ?? []).some((argument) => /^--?backend=false$/.test(argument));
  const done: readonly [string, string][] = isWhole ? [[directory, await hashNow(context, call)]] : [];
  const written = await writeInitRecord(root, new Map([...(await readInitRecord(root)), ...done]));
  return written.ok ? checked(true, written.problems) : written;
}

async function init(context: Context, call: TofuRun, how: How, readOnly: boolean): Promise<boolean> {
  const { args = [] } = how;
  const isChosen = args.some((argument) => /^--?(lockfile|upgrade)\b/.test(argument));
  const { exitCode, stdout } = await runTofu(context, call, 'init', {
    ...how,
    args: [...(readOnly && !isChosen ? [READ_ONLY] : []), ...args],
    env: { ...formerBackendEnvironment(call.secrets), ...how.env },
  });
  if (stdout.includes('Provider lock file not updated'))
    context.reporter.problems([lockBehind(call.instance.directory)]);
  return exitCode === 0;
}

const lockBehind = (directory: string): Problem => ({
  code: 'lock-file-behind',
  severity: 'warning',
  file: `${directory}/.terraform.lock.hcl`,
  message: 'init would add to the lock file, which stays as it was committed, since not all inputs are here',
  hint: 'run `nigari infra init` where cluster.yaml is, and commit the lock file',
});
