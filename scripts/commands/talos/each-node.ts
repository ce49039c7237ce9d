/** Work on several machines at once, bounded, and with a line for each. */
import { Exit, Refusal } from '../../problem.ts';
import type { Work } from '../../system/parallel-steps.ts';
import type { TalosNode } from '../../talos/rendered-cluster.ts';
import type { Context } from '../context.ts';
import { nodeText } from './node-state.ts';

/** Each is a talosctl that makes keys: more at once would only wait for each other. */
const AT_ONCE = 8;

/** What a work may say meanwhile. */
export type Tell = (text: string) => void;

type NodeWork<T> = (node: TalosNode, tell: Tell) => Promise<T>;

/** @param title what is done to a node: `configure` */
export const workOn = <T>(title: string, node: TalosNode, work: NodeWork<T>): Work<T> => ({
  title: `${title} ${node.name}`,
  run: (tell) => work(node, (text) => tell(withoutName(text, node))),
});

/** The line of a work has its name already. */
function withoutName(text: string, node: TalosNode): string {
  const names = [`${nodeText(node)}: `, `${nodeText(node)} `, `${node.name} `];
  return text.slice(names.find((name) => text.startsWith(name))?.length ?? 0);
}

/**
 * @param title what they do together: `configure`
 * @returns how each ended, in order; a reason is a `Refusal` @throws any other, and 130 when it was interrupted
 */
export async function atOnce<T>(
  { reporter, signal }: Context,
  title: string,
  works: readonly Work<T>[],
): Promise<readonly PromiseSettledResult<T>[]> {
  if (signal.aborted) throw new Refusal([], Exit.interrupted);
  const outcomes = await reporter.runAll(title, works, AT_ONCE);
  const reasons: readonly unknown[] = outcomes.flatMap((outcome) => ('reason' in outcome ? [outcome.reason] : []));
  const bug = reasons.find((reason) => !(reason instanceof Refusal));
  const interrupted = reasons.find((reason) => reason instanceof Refusal && reason.exitCode === Exit.interrupted);
  if (bug ?? interrupted) throw bug ?? interrupted;
  return outcomes;
}

/** Why some did not end well. */
export const refusalsIn = (outcomes: readonly PromiseSettledResult<unknown>[]): readonly Refusal[] =>
  outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as Refusal] : []));

/**
 * @param title what is done to each: `configure`
 * @returns what it gave, in the order of the nodes
 * @throws Refusal with the problems of all that failed; 130 when it was interrupted
 */
export async function eachNode<T>(
  context: Context,
  title: string,
  nodes: readonly TalosNode[],
  work: NodeWork<T>,
): Promise<readonly T[]> {
  const works = nodes.map((node) => workOn(title, node, work));
  return valuesOf(await atOnce(context, title, works));
}

/** One work with a line of its own. @throws what it threw */
export async function oneWork<T>(context: Context, title: string, run: (tell: Tell) => Promise<T>): Promise<T> {
  return valuesOf(await atOnce(context, title, [{ title, run }]))[0] as T;
}

function valuesOf<T>(outcomes: readonly PromiseSettledResult<T>[]): readonly T[] {
  const [first, ...others] = refusalsIn(outcomes);
  if (first !== undefined)
    throw new Refusal(
      [first, ...others].flatMap(({ problems }) => problems),
      first.exitCode,
    );
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}
