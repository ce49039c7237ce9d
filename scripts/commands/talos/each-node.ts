/** Work on several machines at once, bounded, and with a line for each. */
import { Exit, Refusal } from '../../problem.ts';
import type { TalosNode } from '../../talos/rendered-cluster.ts';
import type { Context } from '../context.ts';

/** Each is a talosctl that makes keys: more at once would only wait for each other. */
const AT_ONCE = 8;

/** What a work may say meanwhile. */
export type Tell = (text: string) => void;

/**
 * @param title what is done to each: `configure`
 * @returns what it gave, in the order of the nodes
 * @throws Refusal with the problems of all that failed; 130 when it was interrupted
 */
export async function eachNode<T>(
  { reporter, signal }: Context,
  title: string,
  nodes: readonly TalosNode[],
  work: (node: TalosNode, tell: Tell) => Promise<T>,
): Promise<readonly T[]> {
  if (signal.aborted) throw new Refusal([], Exit.interrupted);
  const works = nodes.map((node) => ({ title: `${title} ${node.name}`, run: (tell: Tell) => work(node, tell) }));
  const outcomes = await reporter.runAll(works, AT_ONCE);
  const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
  const bug = failed.find(({ reason }) => !(reason instanceof Refusal));
  if (bug !== undefined) throw bug.reason;
  if (failed.length > 0) throw together(failed.map(({ reason }) => reason as Refusal));
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}

/** One work with a line of its own. @throws what it threw */
export async function oneWork<T>(
  { reporter, signal }: Context,
  title: string,
  run: (tell: Tell) => Promise<T>,
): Promise<T> {
  if (signal.aborted) throw new Refusal([], Exit.interrupted);
  const [outcome] = (await reporter.runAll([{ title, run }], 1)) as readonly [PromiseSettledResult<T>];
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
}

function together(refusals: readonly Refusal[]): Refusal {
  const interrupted = refusals.find(({ exitCode }) => exitCode === Exit.interrupted);
  const problems = refusals.flatMap((refusal) => refusal.problems);
  return interrupted ?? new Refusal(problems, refusals[0]?.exitCode ?? Exit.otherProgram);
}
