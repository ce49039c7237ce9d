/**
 * `nigari check --watch`: what `check` finds, again after every save, until Ctrl-C. The problem matcher in
 * `.vscode/tasks.json` reads these lines: the first and the last of each round, and one for each problem.
 */
import { Exit, Refusal, type Problem, type Severity } from '../problem.ts';
import { problemsText, summaryText } from '../report/text.ts';
import { coloursFor, type Tone } from '../system/terminal.ts';
import { watchFiles } from '../system/watch.ts';
import type { CommandResult, Context } from './context.ts';
import { understand } from './understand.ts';

/** What `check` reads of a project. */
const WATCHED: readonly string[] = ['cluster.yaml', 'cluster.sops.yaml', 'nodes.yaml', 'templates'];

/** Ends only by an interruption. With `--json` each round is one line on stdout. @returns 130 */
export async function watch(context: Context): CommandResult {
  const changes = bell();
  context.signal.addEventListener('abort', changes.ring);
  const watched = await watchFiles(context.root, WATCHED, changes.ring);
  try {
    while (!context.signal.aborted) {
      await round(context);
      await changes.heard();
    }
  } finally {
    watched.close();
  }
  return Exit.interrupted;
}

async function round(context: Context): Promise<void> {
  const { reporter, json } = context;
  reporter.line('Checking cluster.yaml, nodes.yaml and templates', 'dim');
  const problems = await findings(context);
  for (const problem of problems) reporter.line(problemLine(problem), TONES[problem.severity]);
  if (json) reporter.result(JSON.stringify({ problems }));
  reporter.line(`Checked: ${summaryText(problems) || 'nothing wrong'}. Waiting for changes`, 'dim');
}

const TONES: Readonly<Record<Severity, Tone>> = { error: 'bad', warning: 'changed', note: 'plain' };

/** One line with all that there is to say, since an editor's list of problems has no other; on the stream of the others. */
function problemLine({ hint, ...problem }: Problem): string {
  const message = hint === undefined ? problem.message : `${problem.message}; hint: ${hint.replaceAll(/\s+/g, ' ')}`;
  return problemsText([{ ...problem, message }], coloursFor({}, {}, true), null).trimEnd();
}

/** All that `check` would say, whether the inputs pass or not. */
async function findings(context: Context): Promise<readonly Problem[]> {
  const quiet: Context = { ...context, reporter: { ...context.reporter, step: async (_, work) => work() } };
  try {
    return (await understand(quiet)).problems;
  } catch (error) {
    if (!(error instanceof Refusal) || error.exitCode === Exit.interrupted) throw error;
    return error.problems;
  }
}

/** Remembers that it rang while nobody listened: a change in the middle of a round counts for the next one. */
function bell(): { readonly ring: () => void; readonly heard: () => Promise<void> } {
  let rung = false;
  let wake = (): void => {};
  return {
    ring() {
      rung = true;
      wake();
    },
    async heard() {
      if (!rung) await new Promise<void>((resolve) => (wake = resolve));
      rung = false;
    },
  };
}
