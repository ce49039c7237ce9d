/** `nigari configure`: the whole way, from two YAML files to an initialised OpenTofu project. */
import { compare, isSealed } from '../changes/compare.ts';
import { changeLines, summaryLine } from '../changes/summary.ts';
import { Exit, must, type Problem } from '../problem.ts';
import { isGenerated } from '../render/header.ts';
import { readDisk } from '../system/disk.ts';
import { write } from '../system/write.ts';
import type { Change } from '../types.ts';
import { step, type CommandResult, type Context } from './context.ts';
import { initialise, type Initialised } from './initialise.ts';
import { leftovers } from './leftovers.ts';
import { nextStep } from './next-step.ts';
import { resolve } from './resolve.ts';
import { sealAll } from './sealed-files.ts';
import { understand } from './understand.ts';

export interface ConfigureOptions {
  /** Run `tofu init` where that is due. */
  readonly init: boolean;
  /** Overwrite files that nigari did not make. */
  readonly force: boolean;
}

export async function configure(context: Context, { init, force }: ConfigureOptions): CommandResult {
  const { config, derived, artifacts, problems } = await understand(context, resolve);
  const { instances } = derived.model;
  // An input that no key here opens: what is sealed from it stays as it is, and nobody can use what it holds.
  const closed = config.unresolved.length > 0;
  const notes: Problem[] = [...problems];
  const collect = (found: readonly Problem[]): void => void notes.push(...found);
  const disk = must(
    await readDisk(
      context.root,
      artifacts.map(({ path }) => path),
    ),
    Exit.refusedInput,
    collect,
  );
  // What is to be overwritten is not compared with.
  const known = force ? new Map([...disk].filter(([, { bytes }]) => isSealed(bytes))) : disk;
  const sealed = await step(context, 'Seal secrets', () =>
    sealAll(context, artifacts, { disk: known, closed }, collect),
  );
  const fileMode = context.platform !== 'win32';
  const changes = must(compare(sealed, disk, { force, isGenerated, fileMode }), Exit.refusedInput, collect);
  const stale = await leftovers(context, instances, artifacts);
  await step(context, 'Write what changed', async () =>
    must(await write(changes, context.root, { signal: context.signal }), Exit.refusedInput, collect),
  );
  const initialised = init && !closed ? await initialise(context, derived.model) : [];
  const next = await nextStep(context, instances, initialised);
  report(context, { changes: [...changes, ...stale], problems: notes, initialised, next });
  return initialised.some(({ status }) => status === 'failed') ? Exit.otherProgram : Exit.done;
}

/** What a run of `configure` came to. */
interface Outcome {
  readonly changes: readonly Change[];
  readonly problems: readonly Problem[];
  readonly initialised: readonly Initialised[];
  readonly next: readonly string[];
}

function report(context: Context, outcome: Outcome): void {
  const { reporter, json } = context;
  const { changes, problems, initialised, next } = outcome;
  if (json) reporter.result(JSON.stringify(asData(outcome), null, 2));
  reporter.problems(problems);
  for (const { kind, text } of changeLines(changes)) reporter.line(text, kind === 'create' ? 'good' : 'changed');
  for (const { status, directory, problems: reasons } of initialised) {
    if (status === 'skipped') reporter.line(skipped(directory, reasons), 'dim');
    else reporter.problems(reasons);
  }
  reporter.line(summaryLine(changes));
  for (const line of next) reporter.line(line);
}

/** One line: why, and how to change that; how to get tofu is said with the next step. */
function skipped(directory: string, [first, ...others]: readonly Problem[]): string {
  const more = others.length > 0 ? ` (and ${others.length} more)` : '';
  const remedy = first?.code.startsWith('tofu-') ? '' : `; ${first?.hint ?? ''}`;
  return `tofu init was not run in ${directory}: ${first?.message ?? ''}${more}${remedy}`;
}

function asData({ changes, problems, initialised, next }: Outcome): object {
  const paths = (kind: Change['kind']): readonly string[] =>
    changes.filter((change) => change.kind === kind).map(({ path }) => path);
  const failed = initialised.filter(({ status }) => status === 'failed').flatMap((instance) => instance.problems);
  return {
    created: paths('create'),
    updated: paths('update'),
    stale: paths('delete'),
    unchanged: paths('keep'),
    init: initialised.map(({ directory, status, problems: [reason] }) => ({
      directory,
      status,
      reason: reason?.message ?? null,
    })),
    problems: [...problems, ...failed],
    next,
  };
}
