/** Running talosctl: found, right in version, with secrets where nobody else reads them. */
import { secret, type Secret } from '../../config/secret.ts';
import { checked, Exit, must, Refusal, refused, type Checked, type Problem } from '../../problem.ts';
import { masker } from '../../secrets/mask.ts';
import { findOnPath } from '../../system/programs.ts';
import { run, type Ended } from '../../system/processes.ts';
import { withUnseen } from '../../system/unseen-inputs.ts';
import { askedBy, type Argument, type TalosCall, type Unseen } from '../../talos/calls.ts';
import { NO_ANSWER, noAnswer, talosFailure, talosProblem, type TalosFailure } from '../../talos/failures.ts';
import { checkTalosctl } from '../../talos/version.ts';
import type { Context } from '../context.ts';
import { wayToGet } from '../infra/tofu.ts';

/** A talosctl that can do what is asked of it. */
export interface Talosctl {
  /** Absolute. */
  readonly path: string;
  /** Its own: `1.13.0`. */
  readonly version: string;
  readonly context: Context;
  /** Hides what the cluster's bundle and the sealed patches hold. */
  readonly hide: (text: string) => string;
}

/** A machine whose power goes while it is asked says nothing more: milliseconds that any answer may take. */
export const QUESTION = 60_000;

export interface TalosHow {
  /** Milliseconds that it may take; without it those of a question. */
  readonly within?: number;
  /** Its output is shown, masked: on stdout, unless that is for a program. */
  readonly shown?: boolean;
}

/** What a call printed. */
export interface Said {
  /** On stdout. */
  readonly text: string;
  /** On stderr: a dry run tells there what it would do. */
  readonly said: string;
}

/** How a call ended that may fail. */
export type TalosAnswer =
  | ({ readonly ok: true } & Said)
  | { readonly ok: false; readonly failure: TalosFailure | null; readonly problem: Problem; readonly late: boolean };

/**
 * @param wanted the version of Talos that it must know
 * @throws Refusal 4 where there is none, or an older one
 */
export async function findTalosctl(context: Context, wanted: string): Promise<Talosctl> {
  return { ...must(await lookFor(context, wanted), Exit.otherProgram), context, hide: (text) => text };
}

type Found = Pick<Talosctl, 'path' | 'version'>;

async function lookFor({ env, root, platform }: Context, wanted: string): Promise<Checked<Found>> {
  const path = await findOnPath('talosctl', env);
  if (path === null) return refused(missing(await wayToGet('talosctl', env, platform)));
  const ended = await run({ file: path, args: ['version', '--client', '--short'], cwd: root, env: {} });
  if (!ended.ok) return ended;
  const version = checkTalosctl(ended.value.stdout, wanted);
  return version.ok ? checked({ path, version: version.value }) : version;
}

const missing = (hint: string): Problem => ({
  code: 'talosctl-missing',
  severity: 'error',
  message: 'talosctl is not on PATH',
  hint,
});

/** The same talosctl, which tells nothing of these in what it prints. */
export function hiding(talosctl: Talosctl, secrets: readonly Secret[]): Talosctl {
  return { ...talosctl, hide: masker(new Map(secrets.map((value, index) => [String(index), value]))) };
}

/** @param what that is done, for whom: `configure k8s-cp-1` @throws Refusal 4 with what it means when it fails, 130 */
export async function callTalos(talosctl: Talosctl, what: string, call: TalosCall, how: TalosHow = {}): Promise<Said> {
  const answer = await tryTalos(talosctl, what, call, how);
  if (!answer.ok) throw new Refusal([answer.problem], Exit.otherProgram);
  return answer;
}

/** A text that is a secret as a whole: no promise can hold a `Secret` itself. */
export interface SecretText {
  readonly text: Secret;
}

/** A call whose result is a secret. @throws as `callTalos` */
export async function makeSecret(talosctl: Talosctl, what: string, call: TalosCall): Promise<SecretText> {
  return { text: secret((await callTalos(talosctl, what, call)).text) };
}

/** A call that may fail. @throws Refusal 130 when it was interrupted */
export async function tryTalos(
  talosctl: Talosctl,
  what: string,
  call: TalosCall,
  how: TalosHow = {},
): Promise<TalosAnswer> {
  const { within = QUESTION } = how;
  const { exitCode, stdout, stderr, late } = await toItsEnd(talosctl, call, { ...how, within });
  if (exitCode === 0) return { ok: true, text: stdout, said: stderr };
  if (late)
    return { ok: false, failure: talosFailure(NO_ANSWER), problem: noAnswer(what, askedBy(call), within / 1000), late };
  const said = talosctl.hide(`${stdout}\n${stderr}`);
  return { ok: false, failure: talosFailure(said), problem: talosProblem(what, said), late };
}

async function toItsEnd(
  { path, context, hide }: Talosctl,
  call: TalosCall,
  { within, shown }: TalosHow & { readonly within: number },
): Promise<Ended> {
  const { signal, root, json } = context;
  if (signal.aborted) throw new Refusal([], Exit.interrupted);
  const texts = call.filter(isUnseen).map(({ text }) => text);
  const ended = await withUnseen(texts, ({ paths, descriptors }) => {
    const command = { file: path, args: words(call, paths), cwd: root, env: ENV };
    const output = shown ? { inherit: true, aside: json, mask: hide } : {};
    return run(command, { ...output, within, signal, descriptors });
  });
  const value = must(ended, Exit.otherProgram);
  if (value.interrupted) throw new Refusal([], Exit.interrupted);
  return value;
}

/**
 * A talosconfig of the user's own must not count, whatever it names. Go's collector would take a tenth of the time of a program that
 * is over in some milliseconds: https://pkg.go.dev/runtime
 */
const ENV = { TALOSCONFIG: '/dev/null', NO_COLOR: '1', GOGC: '400' };

function words(call: TalosCall, paths: readonly string[]): readonly string[] {
  const left = [...paths];
  return call.map((argument) => (isUnseen(argument) ? `${argument.prefix ?? ''}${left.shift() ?? ''}` : argument));
}

const isUnseen = (argument: Argument): argument is Unseen => typeof argument !== 'string';
