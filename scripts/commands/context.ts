/** What every command is given: where it works, how it speaks, and when it must stop. */
import { Exit, Refusal, type ExitCode, type Problem } from '../problem.ts';
import type { Reporter } from '../system/terminal.ts';

export interface Context {
  /** Absolute path of the project. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  readonly reporter: Reporter;
  /** The result goes to stdout as JSON, everything else to stderr. */
  readonly json: boolean;
  /** Tell also what a comment in the inputs silenced. */
  readonly verbose?: boolean;
  /** Whether stdout is a terminal. */
  readonly terminal: boolean;
  /** Whether stdout is a terminal that takes colours. */
  readonly colour: boolean;
  /** How a person calls nigari for this project: `npx nigari`, with the folder that they named. */
  readonly call: string;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** A command: gives the exit code, throws `Refusal` for what it refuses. */
export type CommandResult = Promise<ExitCode>;

/** Runs one stage with its title shown; an interrupted run ends between stages. */
export async function step<T>({ reporter, signal }: Context, title: string, work: () => T | Promise<T>): Promise<T> {
  if (signal.aborted) throw new Refusal([], Exit.interrupted);
  return reporter.step(title, work);
}

/** Ends with the errors among `problems`, if there are any. */
export function refuse(problems: readonly Problem[], exitCode: ExitCode): void {
  if (problems.some((problem) => problem.severity === 'error')) throw new Refusal(problems, exitCode);
}

/**
 * How a person calls nigari here: installed or cloned, it is on nobody's PATH.
 * @param chdir what `--chdir` said, `.` without it
 */
export function callFor(chdir: string): string {
  if (chdir === '.') return 'npx nigari';
  const isPlain = /^[\w./\\:@%+-]+$/.test(chdir);
  return `npx nigari --chdir ${isPlain ? chdir : `'${chdir.replaceAll("'", "'\\''")}'`}`;
}
