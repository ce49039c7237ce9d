/** Running OpenTofu for an instance: found, right in version, with the secrets in its environment and nowhere else. */
import { join } from 'node:path';
import { isSecret, type Secret } from '../../config/secret.ts';
import { checked, Exit, must, Refusal, refused, type Checked, type Problem } from '../../problem.ts';
import { masker } from '../../secrets/mask.ts';
import { initCommand, versionCommand } from '../../tofu/commands.ts';
import { missingCredentials, tofuEnvironment, type Secrets } from '../../tofu/environment.ts';
import { explainFailure } from '../../tofu/errors.ts';
import { initHash, needsInit } from '../../tofu/init-inputs.ts';
import { checkVersion } from '../../tofu/version.ts';
import { hasDotTerraform, readInitInputs, readInitRecord, writeInitRecord } from '../../system/init-record.ts';
import { howToGet, managersOf } from '../../system/install-words.ts';
import { withLock } from '../../system/lock.ts';
import { findOnPath } from '../../system/programs.ts';
import { run } from '../../system/processes.ts';
import { SECRET_KEYS, type ClusterModel, type Command, type Instance } from '../../types.ts';
import type { Context } from '../context.ts';

/** The secrets that the inputs hold, for a run that has just read them. */
export function secretsOf(cluster: ClusterModel): Secrets {
  const entries = SECRET_KEYS.map((key): [string, Secret | null] => [key, cluster[key]]);
  return new Map(entries.filter((entry): entry is [string, Secret] => isSecret(entry[1])));
}

/** Path of a tofu that can run what we generate, or why there is none, with the way to get one here. */
export async function findTofu({ env, root, platform }: Context): Promise<Checked<string>> {
  const path = await findOnPath('tofu', env);
  if (path === null) return refused(await tofuMissing(env, platform));
  const ended = await run(versionCommand(path, root));
  if (!ended.ok) return ended;
  const version = checkVersion(ended.value.stdout);
  return version.ok ? checked(path) : version;
}

async function tofuMissing(env: Context['env'], platform: string): Promise<Problem> {
  const hint = await wayToGet('tofu', env, platform);
  return { code: 'tofu-missing', severity: 'error', message: 'OpenTofu (tofu) is not on PATH', hint };
}

/** One line to copy that installs a program here. */
export async function wayToGet(
  program: Parameters<typeof howToGet>[0],
  env: Context['env'],
  platform: string,
): Promise<string> {
  const names = managersOf(platform);
  const paths = await Promise.all(names.map((name) => findOnPath(name, env)));
  return howToGet(program, platform, new Set(names.filter((_, index) => paths[index] !== null)));
}

/** One call of tofu for one instance. */
export interface TofuRun {
  readonly tofu: string;
  readonly instance: Instance;
  readonly secrets: Secrets;
  /** Values of the inputs that are no secrets: they are not hidden where a secret happens to be the same. */
  readonly known: ReadonlySet<string>;
  readonly args?: readonly string[];
  /** The child's output goes to our terminal, masked where it can be, instead of being captured. */
  readonly shown?: boolean;
}

/** The parts of a command value that every call of an instance shares. */
export function tofuCall({ root, colour }: Context, { tofu, instance, secrets, args = [], shown = false }: TofuRun) {
  return {
    tofu,
    directory: join(root, instance.directory),
    env: tofuEnvironment(instance, secrets),
    // What is captured is told in our own words and colours.
    colour: colour && shown,
    args,
  };
}

/** Whether init has something to do: its inputs changed since its last success, or it never ran here. */
export async function isInitDue({ root }: Context, { directory }: Instance): Promise<boolean> {
  const files = must(await readInitInputs(root, directory), Exit.refusedInput);
  const record = await readInitRecord(root);
  return needsInit(record.get(directory) ?? null, initHash(files), await hasDotTerraform(root, directory));
}

/**
 * `tofu init`, remembered when it succeeds; one at a time, for two would work on the same `.terraform/`.
 * @throws Refusal 4 with what tofu said and the remedy, when we know one; 2 while another run is at work
 */
export async function tofuInit(context: Context, call: TofuRun): Promise<void> {
  refuseWithout(missingCredentials(call.instance, call.secrets, 'init', context.env));
  const { root } = context;
  must(await withLock(root, () => initAndRemember(context, call)), Exit.refusedInput);
}

async function initAndRemember(context: Context, call: TofuRun): Promise<Checked<void>> {
  await runTofu(context, call, initCommand(tofuCall(context, call)));
  const { root } = context;
  const { directory } = call.instance;
  const hash = initHash(must(await readInitInputs(root, directory), Exit.refusedInput));
  return writeInitRecord(root, new Map([...(await readInitRecord(root)), [directory, hash]]));
}

/**
 * Runs a call of tofu to its end.
 * @returns `changes` where its exit code, asked for, says that the plan has some
 * @throws Refusal 4 when it fails, 130 when it was interrupted
 */
export async function runTofu(context: Context, call: TofuRun, command: Command): Promise<'done' | 'changes'> {
  const { shown = false, secrets, known, args = [] } = call;
  const hide = masker(secrets, known);
  const ended = must(await run(command, { inherit: shown, mask: hide, signal: context.signal }), Exit.otherProgram);
  if (ended.interrupted) throw new Refusal([], Exit.interrupted);
  if (ended.exitCode === 0) return 'done';
  if (ended.exitCode === 2 && args.some((argument) => DETAILED_EXIT_CODE.test(argument))) return 'changes';
  const output = `${ended.stdout}\n${ended.stderr}`.trim();
  if (!shown && output !== '') context.reporter.line(output, 'dim');
  throw new Refusal([failure(command, ended.exitCode, output)], Exit.otherProgram);
}

/** https://opentofu.org/docs/cli/commands/plan/: 0 no changes, 1 an error, 2 changes. */
const DETAILED_EXIT_CODE = /^--?detailed-exitcode(=true)?$/;

function failure({ args: [verb = ''] }: Command, exitCode: number, output: string): Problem {
  const known = explainFailure(output);
  if (known) return { ...known, message: `tofu ${verb}: ${known.message}` };
  return {
    code: 'tofu-failed',
    severity: 'error',
    message: `tofu ${verb} ended with exit code ${exitCode}`,
    hint: 'see what it said above',
  };
}

/** @throws Refusal 2 when something that the command needs is not set */
export function refuseWithout(missing: readonly Problem[]): void {
  if (missing.length > 0) throw new Refusal(missing, Exit.refusedInput);
}
