/** `nigari talos diff`: what `talos apply` would change. */
import { Exit } from '../../problem.ts';
import type { CommandResult, Context } from '../context.ts';
import { giveNodes } from './give-nodes.ts';
import { kubernetesFirst, problemsIn, showWorks, workValue, worksFor } from './machine-work.ts';
import { openSession } from './session.ts';

/** @param names none means all @returns 4 where a machine cannot be asked; 5 with `check` where something differs */
export async function talosDiff(
  context: Context,
  names: readonly string[],
  { staleOk, check }: { readonly staleOk: boolean; readonly check: boolean },
): CommandResult {
  const works = await worksFor(await openSession(context, staleOk), names, { mode: 'auto', timeout: 0 });
  const problems = problemsIn(works);
  const notes = kubernetesFirst(context, works).map((problem) => ({ ...problem, severity: 'note' as const }));
  showWorks(context, works);
  context.reporter.problems([...problems, ...notes]);
  giveNodes(context, works.map(workValue), [...problems, ...notes]);
  if (problems.length > 0) return Exit.otherProgram;
  return check && works.length > 0 ? Exit.workToDo : Exit.done;
}
