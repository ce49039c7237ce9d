/** Running OpenTofu for an instance: found, right in version, with the secrets in its environment and nowhere else. */
import { join } from 'node:path';
import { isSecret, type Secret } from '../../config/secret.ts';
import { checked, Exit, must, Refusal, refused, type Checked, type Problem } from '../../problem.ts';
import { masker } from '../../secrets/mask.ts';
import { tofuCommand, versionCommand } from '../../tofu/commands.ts';
import { missingCredentials, tofuEnvironment, type Runnable, type Secrets } from '../../tofu/environment.ts';
import { explainFailure } from '../../tofu/errors.ts';
import { initHash, needsInit } from '../../tofu/init-inputs.ts';
import type { SubcommandName } from '../../tofu/subcommands.ts';
import { checkVersion } from '../../tofu/version.ts';
import { hasDotTerraform, readInitInputs, readInitRecord, writeInitRecord } from '../../system/init-record.ts';
import { howToGet, managersOf } from '../../system/install-words.ts';
import { withLock } from '../../system/lock.ts';
import { findOnPath } from '../../system/programs.ts';
import { run, type Ended } from '../../system/processes.ts';
import { SECRET_KEYS, type ClusterModel, type Command } from '../../types.ts';
import { step, type Context } from '../context.ts';

/** The secrets that the inputs hold, for a run that has just read them. */
export function secretsOf(cluster: ClusterModel): Secrets {
  const entries = SECRET_KEYS.map((key): [string, Secret | null] => [key, cluster[key]]);
  return new Map(entries.filter((entry): entry is [string, Secret] => isSecret(entry[1])));
}

export interface Tofu {
  /** Absolute. */
  readonly path: string;
  /** `1.12.6` */
  readonly version: string;
}

/** A tofu that can run what we generate, or why there is none, with the way to get one here. */
export async function findTofu({ env, root, platform }: Context): Promise<Checked<Tofu>> {
  const path = await findOnPath('tofu', env);
  if (path === null) return refused(await tofuMissing(env, platform));
  const ended = await run(versionCommand(path, root));
  if (!ended.ok) return ended;
  const version = checkVersion(ended.value.stdout);
  return version.ok ? checked({ path, version: version.value }) : version;
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

/** For what instance tofu runs, and with what. */
export interface TofuRun {
  readonly tofu: Tofu;
  readonly instance: Runnable;
  readonly secrets: Secrets;
  /** Values of the inputs that are no secrets: they are not hidden where a secret happens to be the same. */
  readonly known: ReadonlySet<string>;
}

export interface How {
  /** Behind those that the subcommand always gets. */
  readonly args?: readonly string[];
  /** Besides the secrets, for this child alone. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Where its output goes: nowhere, being captured and told only when it fails; to our terminal, masked line by line; or it
   * has the terminal for itself, since a person writes there.
   */
  readonly output?: 'captured' | 'shown' | 'interactive';
}

/**
 * Runs a subcommand to its end.
 * @returns how it ended: with exit code 0, or with 2 where -detailed-exitcode was asked for; what was captured is not masked
 * @throws Refusal 4 when it fails, 130 when it was interrupted
 */
export async function runTofu(context: Context, call: TofuRun, name: SubcommandName, how: How = {}): Promise<Ended> {
  const { args = [], output = 'captured' } = how;
  const hide = masker(call.secrets, call.known);
  const command = tofuCommand(tofuCall(context, call, how), name);
  const options = output === 'captured' ? {} : { inherit: true, ...(output === 'shown' && { mask: hide }) };
  const ended = must(await run(command, { ...options, signal: context.signal }), Exit.otherProgram);
  if (ended.interrupted) throw new Refusal([], Exit.interrupted);
  if (ended.exitCode === 0 || (ended.exitCode === 2 && asksForDetail(args))) return ended;
  const said = hide(`${ended.stdout}\n${ended.stderr}`.trim());
  if (output === 'captured' && said !== '') context.reporter.line(said, 'dim');
  throw new Refusal([failure(command, ended.exitCode, said)], Exit.otherProgram);
}

function tofuCall({ root, colour }: Context, { tofu, instance, secrets }: TofuRun, { args = [], env, output }: How) {
  return {
    tofu: tofu.path,
    directory: join(root, instance.directory),
    env: { ...tofuEnvironment(instance, secrets), ...env },
    // What is captured is told in our own words and colours.
    colour: colour && output !== undefined && output !== 'captured',
    args,
  };
}

/** https://opentofu.org/docs/cli/commands/plan/: 0 no changes, 1 an error, 2 changes. */
export function asksForDetail(args: readonly string[]): boolean {
  return args.some((argument) => /^--?detailed-exitcode(=true)?$/.test(argument));
}

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

/** Whether init has something to do: its inputs changed since its last success, or it never ran here. */
export async function isInitDue({ root }: Context, { directory }: Runnable): Promise<boolean> {
  const files = must(await readInitInputs(root, directory), Exit.refusedInput);
  const record = await readInitRecord(root);
  return needsInit(record.get(directory) ?? null, initHash(files), await hasDotTerraform(root, directory));
}

/** Runs init first where that is due: in a fresh clone a plan just works. */
export async function initIfDue(context: Context, call: TofuRun): Promise<void> {
  if (!(await isInitDue(context, call.instance))) return;
  await step(context, `tofu init in ${call.instance.directory}`, () => tofuInit(context, call));
}

/**
 * `tofu init`, remembered when it succeeds; one at a time, for two would work on the same `.terraform/`.
 * @throws Refusal 4 with what tofu said and the remedy, when we know one; 2 while another run is at work
 */
export async function tofuInit(context: Context, call: TofuRun, how: How = {}): Promise<void> {
  refuseWithout(missingCredentials(call.instance, call.secrets, 'state', context.env));
  must(await withLock(context.root, () => initAndRemember(context, call, how)), Exit.refusedInput);
}

async function initAndRemember(context: Context, call: TofuRun, how: How): Promise<Checked<void>> {
  await runTofu(context, call, 'init', how);
  const { root } = context;
  const { directory } = call.instance;
  const hash = initHash(must(await readInitInputs(root, directory), Exit.refusedInput));
  return writeInitRecord(root, new Map([...(await readInitRecord(root)), [directory, hash]]));
}

/** @throws Refusal 2 when something that the command needs is not set */
export function refuseWithout(missing: readonly Problem[]): void {
  if (missing.length > 0) throw new Refusal(missing, Exit.refusedInput);
}
