/** Running OpenTofu for an instance: found, right in version, with the secrets in its environment and nowhere else. */
import { join } from 'node:path';
import { isSecret, type Secret } from '../../config/secret.ts';
import { checked, Exit, must, Refusal, refused, type Checked, type Problem } from '../../problem.ts';
import { masker } from '../../secrets/mask.ts';
import { tofuCommand, versionCommand } from '../../tofu/commands.ts';
import { tofuEnvironment, type Runnable, type Secrets } from '../../tofu/environment.ts';
import { explainFailure } from '../../tofu/errors.ts';
import type { SubcommandName } from '../../tofu/subcommands.ts';
import { checkVersion } from '../../tofu/version.ts';
import { howToGet, managersOf } from '../../system/install-words.ts';
import { findOnPath } from '../../system/programs.ts';
import { run, type Ended, type RunOptions } from '../../system/processes.ts';
import { readTofuSettings, settingsEnvironment, type TofuSettings } from '../../system/tofu-settings.ts';
import { SECRET_KEYS, type ClusterModel, type Command } from '../../types.ts';
import type { Context } from '../context.ts';

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
  readonly settings: TofuSettings;
}

/** By environment, which the copies of a context share: a run looks once. */
const FOUND = new WeakMap<Context['env'], Promise<Checked<Tofu>>>();

/** A tofu that can run what we generate, or why there is none, with the way to get one here. */
export function findTofu(context: Context): Promise<Checked<Tofu>> {
  const found = FOUND.get(context.env) ?? lookForTofu(context);
  FOUND.set(context.env, found);
  return found;
}

async function lookForTofu(context: Context): Promise<Checked<Tofu>> {
  const { env, root, platform } = context;
  const path = await findOnPath('tofu', env);
  if (path === null) return refused(await tofuMissing(env, platform));
  const settings = readTofuSettings(context);
  if (!settings.ok) return settings;
  const ended = await run(versionCommand(path, root));
  if (!ended.ok) return ended;
  const version = checkVersion(ended.value.stdout);
  return version.ok ? checked({ path, version: version.value, settings: settings.value }) : version;
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
  /** For its stdin; only where the output is captured. */
  readonly stdin?: string;
  /** Codes of failures that the caller asked for, as it were: returned as they ended, and nothing is told of them. */
  readonly expected?: ReadonlySet<string>;
}

/**
 * Runs a subcommand to its end.
 * @returns how it ended: with exit code 0, with 2 where -detailed-exitcode was asked for, or as `expected`; what was
 *   captured is not masked
 * @throws Refusal 4 when it fails, 130 when it was interrupted
 */
export async function runTofu(context: Context, call: TofuRun, name: SubcommandName, how: How = {}): Promise<Ended> {
  const { args = [], output = 'captured', expected } = how;
  const hide = masker(call.secrets, call.known);
  const command = tofuCommand(tofuCall(context, call, how), name);
  const options = output === 'captured' ? {} : { inherit: true, ...(output === 'shown' && { mask: hide }) };
  const ended = await toItsEnd(context, command, options);
  if (ended.exitCode === 0 || (ended.exitCode === 2 && asksForDetail(args))) return ended;
  const said = hide(`${ended.stdout}\n${ended.stderr}`.trim());
  const problem = failure(command, ended.exitCode, said);
  if (expected?.has(problem.code)) return ended;
  if (output === 'captured' && said !== '') context.reporter.line(said, 'dim');
  throw new Refusal([problem], Exit.otherProgram);
}

/**
 * Runs a subcommand that may fail: a failure is no refusal, and nothing is told of it.
 * @param within milliseconds that it may take
 */
export async function tryTofu(
  context: Context,
  call: TofuRun,
  name: SubcommandName,
  how: Pick<How, 'args' | 'env'>,
  within: number,
): Promise<Ended & { readonly said: string }> {
  const ended = await toItsEnd(context, tofuCommand(tofuCall(context, call, how), name), { within });
  return {
    ...ended,
    said: masker(call.secrets, call.known)(`${ended.stdout}\n${ended.stderr}`),
  };
}

async function toItsEnd({ signal }: Context, command: Command, options: RunOptions): Promise<Ended> {
  const ended = must(await run(command, { ...options, signal }), Exit.otherProgram);
  if (ended.interrupted) throw new Refusal([], Exit.interrupted);
  return ended;
}

function tofuCall(context: Context, { tofu, instance, secrets }: TofuRun, { args = [], env, output, stdin }: How) {
  const { root, colour } = context;
  return {
    tofu: tofu.path,
    directory: join(root, instance.directory),
    env: {
      ...settingsEnvironment(tofu.settings, context),
      ...tofuEnvironment(instance, secrets),
      ...env,
    },
    // What is captured is told in our own words and colours.
    colour: colour && output !== undefined && output !== 'captured',
    args,
    ...(stdin !== undefined && { stdin }),
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

/** @throws Refusal 2 when something that the command needs is not set */
export function refuseWithout(missing: readonly Problem[]): void {
  if (missing.length > 0) throw new Refusal(missing, Exit.refusedInput);
}
