/** What `configure` says at its end. */
import type { FileDifference } from '../../changes/difference.ts';
import { changeLines, keptClosed, outlook, summaryLine } from '../../changes/summary.ts';
import type { Danger } from '../../changes/danger.ts';
import type { Problem } from '../../problem.ts';
import { wantsAnotherTofu } from '../../tofu/version.ts';
import type { Change } from '../../types.ts';
import type { Context } from '../context.ts';
import type { Initialised } from './initialise.ts';

/** What a run of `configure` came to. */
export interface Outcome {
  /** Nothing was done: these are the changes that would be made. */
  readonly check: boolean;
  readonly changes: readonly Change[];
  /** What this does to machines that exist; told before. */
  readonly dangers: readonly Danger[];
  readonly problems: readonly Problem[];
  readonly initialised: readonly Initialised[];
  readonly next: readonly string[];
  /** Where they were asked for. */
  readonly differences?: readonly FileDifference[];
}

export function report(context: Context, outcome: Outcome): void {
  const { reporter, json } = context;
  const { check, changes, problems, initialised, next } = outcome;
  if (json) reporter.result(JSON.stringify(asData(outcome), null, 2));
  reporter.problems(problems);
  for (const { kind, text } of changeLines(changes, !check))
    reporter.line(text, kind === 'create' ? 'good' : 'changed');
  for (const { status, directory, problems: reasons } of initialised) {
    if (status === 'skipped') reporter.line(skipped(directory, reasons), 'dim');
    else reporter.problems(reasons);
  }
  reporter.line(check ? outlook(changes) : summaryLine(changes));
  for (const line of next) reporter.line(line);
}

/** One line: why, and how to change that; how to get tofu is said with the next step. */
function skipped(directory: string, [first, ...others]: readonly Problem[]): string {
  const more = others.length > 0 ? ` (and ${others.length} more)` : '';
  const remedy = first !== undefined && wantsAnotherTofu(first) ? '' : `; ${first?.hint ?? ''}`;
  return `tofu init was not run in ${directory}: ${first?.message ?? ''}${more}${remedy}`;
}

function asData({ check, changes, dangers, problems, initialised, next, differences }: Outcome): object {
  const paths = (kind: Change['kind']): readonly string[] =>
    changes.filter((change) => change.kind === kind).map(({ path }) => path);
  const failed = initialised.filter(({ status }) => status === 'failed').flatMap((instance) => instance.problems);
  return {
    check,
    created: paths('create'),
    updated: paths('update'),
    deleted: paths('delete'),
    unchanged: paths('keep'),
    notCompared: keptClosed(problems),
    init: initialised.map(({ directory, status, problems: [reason] }) => ({
      directory,
      status,
      reason: reason?.message ?? null,
    })),
    ...(differences !== undefined && { differences }),
    dangers,
    problems: [...problems, ...failed],
    next,
  };
}
