/** What a verb of the command line is. */
import type { CommandResult, Context } from '../commands/context.ts';
import type { Completes, Option } from '../completion/table.ts';
import type { ExitCode } from '../problem.ts';
import type { Format } from '../report/format.ts';

/** What a person may say behind a verb; global ones may stand before it too. */
export interface Options {
  readonly chdir: string;
  readonly color: boolean;
  readonly verbose?: boolean;
  readonly json?: boolean;
  readonly format?: Format;
  readonly strict?: boolean;
  readonly init?: boolean;
  readonly check?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly diff?: boolean;
  readonly stat?: boolean;
  readonly force?: boolean;
  readonly keepEdits?: boolean;
  readonly dropMoved?: boolean;
  readonly allowQuorumLoss?: boolean;
  readonly allowUnsupportedPath?: boolean;
  readonly watch?: boolean;
  readonly file?: string;
  readonly textconv?: boolean;
  readonly insecureTemp?: boolean;
  readonly driver?: boolean;
  readonly ours?: boolean;
  readonly theirs?: boolean;
  readonly takeOurs?: readonly string[];
  readonly takeTheirs?: readonly string[];
  readonly commitConfig?: boolean;
  readonly pristine?: boolean;
  readonly all?: boolean;
  readonly range?: string;
  readonly stdout?: boolean;
  readonly rule?: string;
  readonly summary?: boolean;
  readonly online?: boolean;
  readonly user?: string;
  readonly token?: string;
  readonly role?: string;
  readonly wait?: string;
  readonly timeout?: string;
  readonly mode?: string;
  readonly node?: readonly string[];
  readonly drain?: boolean;
  readonly graceful?: boolean;
  readonly merge?: boolean;
  readonly staleOk?: boolean;
  readonly stateIsMine?: boolean;
  readonly takeImages?: boolean;
  readonly factory?: string;
}

/** One verb: what help and completion say of it, and the file that tells its story, loaded when it is called. */
export interface Verb {
  readonly name: string;
  readonly summary: string;
  readonly options?: readonly Option[];
  /** Its arguments as commander writes them (`<name>`, `[codes...]`), and what they are; without it there are none. */
  readonly args?: readonly [usage: string, description: string];
  readonly completes?: Completes;
  readonly more?: string;
  /** Hands its arguments on to another program, and leaves stdout to it: a plan that goes to a file is all that is in it. */
  readonly runs?: string;
  /** Options that it does not know are the other program's: they need no `--` in front. */
  readonly handsOnOptions?: true;
  /** What it prints on stdout is for other programs: whatever else there is to say goes to stderr. */
  readonly prints?: true;
  /** Is there for one child: signals are the child's, and so is the exit code, whatever it is. */
  readonly actsAsChild?: true;
  /** Speaks of places at which secrets stand: not even on a terminal are their lines shown. */
  readonly speaksOfSecrets?: boolean;
  /** Tried first: ends the run where there is nothing to do, without what it takes to find that out the long way; or gives null. */
  readonly shortcut?: (context: Context, options: Options) => Promise<ExitCode | null>;
  readonly run: (context: Context, options: Options, args: readonly string[]) => CommandResult;
}

/** Verbs behind a common first word: `nigari infra plan`. */
export interface VerbGroup {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly verbs: readonly (Verb | VerbGroup)[];
}

export const JSON_OPTION = ['--json', 'print the result as JSON, and only that, on stdout'] as const;
