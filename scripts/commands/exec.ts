/** `nigari exec -- CMD`: one child with the secrets of a sealed file as its environment. */
import { Exit, must, Refusal, type ExitCode } from '../problem.ts';
import { reveal } from '../config/secret.ts';
import { openValues } from '../secrets/guards/variables.ts';
import { run } from '../system/processes.ts';
import type { CommandResult, Context } from './context.ts';
import { notConfigured, openFile, readFileOf } from './sealed-files.ts';
import { chosenFiles } from './secrets/files.ts';
import { SECRETS_FILE } from './init/survey.ts';

export interface ExecOptions {
  /** Null for the instance's own. */
  readonly file: string | null;
  /** Nothing of our environment but what a program needs to run at all. */
  readonly pristine: boolean;
}

/** @returns the child's exit code; 128 + n when signal n ended it. @throws Refusal 2 for the file, 4 where it cannot be started */
export async function exec(context: Context, args: readonly string[], options: ExecOptions): CommandResult {
  const [file, ...rest] = args;
  if (file === undefined) throw new Refusal([nothingToRun], Exit.refusedInput);
  const values = must(openValues(await openFile(context, await source(context, options.file))), Exit.refusedInput);
  const env = Object.fromEntries([...values].map(([name, value]) => [name, reveal(value)]));
  const command = { file, args: rest, cwd: context.root, env };
  const ended = must(await run(command, { inherit: true, pristine: options.pristine }), Exit.otherProgram);
  return ended.exitCode as ExitCode;
}

async function source(context: Context, named: string | null) {
  const file = named === null ? await readFileOf(context, SECRETS_FILE) : (await chosenFiles(context, [named]))[0];
  if (!file) throw new Refusal([notConfigured(SECRETS_FILE, context.call)], Exit.refusedInput);
  return file;
}

const nothingToRun = {
  code: 'nothing-to-run',
  severity: 'error',
  message: 'there is no command to run',
  hint: 'put it behind --, as in `nigari exec -- env`',
} as const;
