/** Runs a `Command`: no shell, a cleaned environment, signals passed on and the child waited for. */
import { stat } from 'node:fs/promises';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import type { Options } from 'execa';
import { checked, refused, type Checked, type Problem } from '../problem.ts';
import type { Command } from '../types.ts';
import { killAll, passSignals, sharesTerminal, timeLimit } from './signals.ts';

export interface RunOptions {
  /** The child has our terminal; nothing is captured. With `mask` its output passes through it, and is captured too. */
  readonly inherit?: boolean;
  /** With `inherit`: its stdout goes to our stderr, since ours is for something else. */
  readonly aside?: boolean;
  /** The child is an editor: where it shares our terminal, Ctrl-C is a key of its own and interrupts nothing. */
  readonly editor?: boolean;
  /** Its output is captured, but it may ask on our terminal by itself, as programs that want a passphrase do. */
  readonly asks?: boolean;
  /** Applied to what is shown and what is returned; line by line where it is shown. */
  readonly mask?: (text: string) => string;
  /** Gets stdout piece by piece as bytes, whatever they are and however many; then none of the output is captured. */
  readonly take?: (bytes: Uint8Array) => void;
  /** Aborted: the child gets SIGTERM and is waited for. */
  readonly signal?: AbortSignal;
  /** Milliseconds that the child may take, and all that it started, unless it shares our terminal. */
  readonly within?: number;
  /** Of our own environment the child gets only what every program needs. */
  readonly pristine?: boolean;
  /** Open files that the child inherits, from descriptor 3 on. */
  readonly descriptors?: readonly number[];
}

/** How a process ended. */
export interface Ended {
  /** 128 + the signal's number when one ended it, as in a shell. */
  readonly exitCode: number;
  /** Empty when the child wrote to our terminal itself. */
  readonly stdout: string;
  readonly stderr: string;
  /** True when we were told to stop meanwhile (SIGINT, SIGTERM, SIGHUP, or the abort signal). */
  readonly interrupted: boolean;
  /** True when it had to be ended, since it took longer than it may. */
  readonly late: boolean;
}

/**
 * Runs to the end; an exit code other than 0 is a value, not a problem.
 * @returns how it ended, or `program-not-found`, `program-not-executable`, `folder-missing` (its working directory),
 *   `environment-not-passable`, `environment-too-large`, `program-not-started`
 */
export async function run(command: Command, options: RunOptions = {}): Promise<Checked<Ended>> {
  const unfit = unpassable(command);
  if (unfit !== null) return refused(unfit);
  if (!(await isFolder(command.cwd))) return refused(folderMissing(command.cwd));
  const { execa } = await import('execa');
  const child = execa(command.file, command.args, settings(command, options));
  const terminal = isOnTerminal(options);
  handOn(child.stdout, options.take);
  const { within } = options;
  const kill = (signal: NodeJS.Signals): unknown =>
    within === undefined || terminal ? child.kill(signal) : killAll(child, signal);
  const signals = passSignals(kill, terminal, options.signal, options.editor && terminal);
  const limit = timeLimit(kill, within);
  const ended = await child;
  signals.release();
  limit.release();
  if (ended.exitCode === undefined && ended.signal === undefined) {
    return refused(notStarted(command.file, ended.code ?? 'unknown error'));
  }
  // A new value, never execa's own: that one carries the command, its environment and all output.
  return checked({
    exitCode: ended.exitCode ?? 128 + constants.signals[ended.signal ?? 'SIGTERM'],
    stdout: textOf(ended.stdout, options),
    stderr: textOf(ended.stderr, options),
    interrupted: signals.interrupted(),
    late: limit.passed(),
  });
}

function handOn(stream: Readable | null | undefined, take: RunOptions['take']): void {
  if (take !== undefined) stream?.on('data', take);
}

function isOnTerminal({ inherit = false, asks = false }: RunOptions): boolean {
  return sharesTerminal(inherit || asks);
}

function settings(command: Command, options: RunOptions): Options {
  const { inherit = false, aside = false, take, pristine = false, descriptors = [] } = options;
  const output = (descriptor: 1 | 2) => (inherit ? shownOn(descriptor, options) : 'pipe');
  const input = command.stdin === undefined ? (inherit ? 'inherit' : 'ignore') : 'pipe';
  return {
    cwd: command.cwd,
    env: childEnvironment(pristine ? bare(process.env) : process.env, command.env),
    extendEnv: false,
    ...(command.stdin !== undefined && { input: command.stdin }),
    // Any descriptor will do; execa's types have the first few.
    stdio: [input, output(aside ? 2 : 1), output(2), ...(descriptors as readonly 3[])],
    ...(take !== undefined && { encoding: 'buffer', buffer: false }),
    reject: false,
    detached: !isOnTerminal(options),
    stripFinalNewline: false,
    // A tofu that is killed while it saves its state loses it: it gets all the time that it wants.
    forceKillAfterDelay: false,
    // NODE_DEBUG=execa would print the arguments.
    verbose: 'none',
    windowsHide: true,
  };
}

const shownOn = (descriptor: 1 | 2, { mask }: RunOptions) =>
  mask === undefined ? descriptor : ([lineByLine(mask), descriptor, 'pipe'] as const);

function lineByLine(mask: (text: string) => string) {
  return function* (line: unknown): Generator<string> {
    yield mask(String(line));
  };
}

function textOf(output: unknown, { inherit, mask }: RunOptions): string {
  const text = typeof output === 'string' ? output : '';
  return mask === undefined || inherit ? text : mask(text);
}

/**
 * The parent's environment without the keys to the secrets (`SOPS_AGE_*`: a child gets opened values, one by one, or
 * nothing), and over it what the command adds. Everything else stays, a user's own `TF_VAR_*` and `TF_CLI_ARGS` too.
 */
export function childEnvironment(
  parent: Readonly<Record<string, string | undefined>>,
  added: Readonly<Record<string, string>>,
): Record<string, string> {
  const kept = Object.entries(parent).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !/^SOPS_AGE_/i.test(entry[0]),
  );
  return { ...Object.fromEntries(kept), ...added };
}

/** Where programs and their settings are, and how to speak with the person: on any system. */
const EVERY_PROGRAM_NEEDS =
  /^(PATH|HOME|USER|LOGNAME|SHELL|TERM|COLORTERM|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TEMP|TMP|PATHEXT|ComSpec|SystemRoot|SystemDrive|windir|USERPROFILE|APPDATA|LOCALAPPDATA)$/i;

function bare(parent: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(parent).filter(([name]) => EVERY_PROGRAM_NEEDS.test(name)));
}

/** Node refuses a NUL with a message that quotes the value: so it is found before, and only its place is named. */
function unpassable({ file, args, env }: Command): Problem | null {
  if ([file, ...args].some((text) => text.includes('\0'))) return notPassable(file, 'an argument');
  const name = Object.keys(env).find((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || env[name]?.includes('\0'));
  return name === undefined ? null : notPassable(file, `the variable ${name}`);
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found?.isDirectory() ?? false;
}

const notPassable = (file: string, what: string): Problem => ({
  code: 'environment-not-passable',
  severity: 'error',
  message: `${what} for ${file} holds a NUL character or has an illegal name: no program can be given that`,
  hint: 'change that value',
});

const folderMissing = (path: string): Problem => ({
  code: 'folder-missing',
  severity: 'error',
  message: `there is no folder ${path}`,
  hint: 'run `nigari configure` first: it makes it',
});

/** Node's `error.code` → code, reason, hint. */
const NOT_STARTED: Readonly<Record<string, readonly [code: string, reason: string, hint: string]>> = {
  ENOENT: ['program-not-found', 'it was not found', 'install it, or put its folder on PATH; `nigari doctor` says how'],
  EACCES: ['program-not-executable', 'it may not be executed', 'give it the right: chmod +x'],
  ENOEXEC: ['program-not-executable', 'it is not a program for this system', 'install the build for this system'],
  E2BIG: ['environment-too-large', 'its arguments and environment are too large', 'shorten the longest secret'],
};

function notStarted(file: string, errno: string): Problem {
  const [code, reason, hint] = NOT_STARTED[errno] ?? ['program-not-started', errno, 'run it by hand to see more'];
  return { code, severity: 'error', message: `${file} could not be started: ${reason}`, hint };
}
