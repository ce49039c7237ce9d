/** What a program gets of a verb that looks at machines or changes them: one form, whatever the verb. */
import type { Problem } from '../../problem.ts';
import type { Context } from '../context.ts';

/**
 * At the end: where something fails, its problems are all that a program gets.
 * @param nodes those that there was something to do about; `done` says whether it was done
 * @param problems what did not stop it, and is told to people as well
 */
export function giveNodes(
  { reporter, json }: Context,
  nodes: readonly object[],
  problems: readonly Problem[] = [],
): void {
  if (json) reporter.result(JSON.stringify({ nodes, problems }, null, 2));
}
