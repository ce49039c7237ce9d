/** `nigari check`: everything that can be found without a key; writes nothing. */
import { Exit, hasErrors, Refusal, type ExitCode, type Problem } from '../problem.ts';
import type { Format } from '../report/format.ts';
import { summaryText } from '../report/text.ts';
import type { CommandResult, Context } from './context.ts';
import { sayProblems } from './findings.ts';
import { understand } from './understand.ts';

export interface CheckOptions {
  /** Null when none was asked for but `--json`, which means the same as `json` here. */
  readonly format: Format | null;
  /** Warnings count as errors. */
  readonly strict: boolean;
}

/** What was found, whether the inputs passed or not: both are said the same way. */
interface Verdict {
  readonly problems: readonly Problem[];
  readonly exitCode: ExitCode;
  /** What is right, in a sentence; null where something is not. */
  readonly praise: string | null;
}

const PLAIN: CheckOptions = { format: null, strict: false };

/** @returns 0, 2 when the inputs are refused, 3 when it is the templates */
export async function check(context: Context, { format, strict } = PLAIN): CommandResult {
  const found = await verdict(context);
  const { problems, exitCode, praise } = strict ? withoutMercy(found) : found;
  sayProblems(context, problems, format ?? (context.json ? 'json' : null));
  if (praise !== null) context.reporter.line(praise, 'good');
  if (problems.length > 0) context.reporter.line(summaryText(problems), hasErrors(problems) ? 'bad' : 'changed');
  return exitCode;
}

async function verdict(context: Context): Promise<Verdict> {
  try {
    const { config, artifacts, derived, problems } = await understand(context);
    const nodes = derived.model.nodes.length;
    const files = `${nodes} ${nodes === 1 ? 'node' : 'nodes'}, ${artifacts.length} files to generate`;
    const counts = files + unseen(config.unresolved.length);
    return { problems, exitCode: Exit.done, praise: `cluster.yaml and nodes.yaml are valid: ${counts}` };
  } catch (error) {
    if (!(error instanceof Refusal) || error.exitCode === Exit.interrupted) throw error;
    return { problems: error.problems, exitCode: error.exitCode, praise: null };
  }
}

/** What `check` passes over, since it needs no key and asks nobody. */
function unseen(count: number): string {
  if (count === 0) return '';
  return `; ${count === 1 ? 'one secret that is kept elsewhere was' : `${count} secrets that are kept elsewhere were`} not looked at`;
}

/** Warnings become errors; notes stay what they are. */
function withoutMercy({ problems, exitCode, praise }: Verdict): Verdict {
  const judged = problems.map((problem): Problem =>
    problem.severity === 'warning' ? { ...problem, severity: 'error' } : problem,
  );
  if (exitCode !== Exit.done || !hasErrors(judged)) return { problems: judged, exitCode, praise };
  return { problems: judged, exitCode: Exit.refusedInput, praise: null };
}
