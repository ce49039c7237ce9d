/** What a program prints, as a value, and what is said of one that fails: never a word of its output. */
import { secret } from '../../config/secret.ts';
import { checked, refused, type Checked, type Problem } from '../../problem.ts';
import { visible } from '../../report/visible.ts';
import { masker } from '../mask.ts';
import type { Command } from '../../types.ts';

/** How a program ended. */
export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** True when it was ended, since it took too long. */
  readonly late: boolean;
}

/** Runs a program for at most so many seconds. */
export type Runner = (command: Command, seconds: number) => Promise<Checked<Ran>>;

/** A program that is run for what it prints. */
export interface Program {
  /** Program and arguments; it has at least one item. */
  readonly argv: readonly string[];
  /** Absolute path of the folder that it runs in. */
  readonly cwd: string;
  readonly seconds: number;
  readonly stdin?: string;
  /** The key of cluster.yaml that names it: `secrets.command.get`. */
  readonly key: string;
}

/**
 * Runs a program to its end.
 * @returns its stdout; problems: `secrets-program-missing`, `secrets-program-late`, `secrets-program-failed`
 */
export async function outputOf(program: Program, run: Runner): Promise<Checked<string>> {
  const { argv, cwd, seconds, stdin } = program;
  const [file = '', ...args] = argv;
  const ran = await run({ file, args, cwd, env: {}, ...(stdin === undefined ? {} : { stdin }) }, seconds);
  if (!ran.ok) return { ok: false, problems: ran.problems.map((problem) => notStarted(problem, program)) };
  if (ran.value.late) return refused(late(program));
  return ran.value.exitCode === 0 ? checked(ran.value.stdout) : refused(failed(program, ran.value));
}

function notStarted({ message }: Problem, { key }: Program): Problem {
  const hint = `install it, or correct ${key} in cluster.yaml`;
  return { code: 'secrets-program-missing', severity: 'error', message, hint };
}

function late({ argv: [file = ''], seconds, key }: Program): Problem {
  const timeout = key.startsWith('secrets.command.') ? ', or raise secrets.command.timeout' : '';
  return {
    code: 'secrets-program-late',
    severity: 'error',
    message: `${file} (${key}) did not end within ${seconds} s`,
    hint: `does it wait to be unlocked? Do that first${timeout}`,
  };
}

function failed({ argv, key, stdin = '' }: Program, { exitCode, stdout, stderr }: Ran): Problem {
  const hide = masker(new Map([stdout.trim(), stdin].map((text, index) => [String(index), secret(text)])));
  const said = lastLine(hide(stderr));
  return {
    code: 'secrets-program-failed',
    severity: 'error',
    message: `${argv[0]} (${key}) ended with exit code ${exitCode}${said === '' ? '' : `: ${said}`}`,
    hint: `see what it says by hand: ${argv.map(shellWord).join(' ')}`,
  };
}

const LONGEST = 160;

/** What a program said last, on one line that no terminal obeys. */
function lastLine(stderr: string): string {
  const plain = stderr.replace(/\u001b\[[0-9;]*[A-Za-z]/g, '').trimEnd();
  const line = visible(plain.slice(plain.lastIndexOf('\n') + 1).trim());
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

function shellWord(argument: string): string {
  return /^[\w./:@%+=,#-]+$/.test(argument) ? argument : `'${visible(argument).replaceAll("'", "'\\''")}'`;
}
