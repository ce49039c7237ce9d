/** `nigari talos apply`: the machines get the configurations that the files say now. */
import { Exit, type Problem } from '../../problem.ts';
import type { ApplyMode } from '../../talos/apply-modes.ts';
import { apply } from '../../talos/calls.ts';
import type { TalosNode } from '../../talos/rendered-cluster.ts';
import { consent } from '../consent.ts';
import { refuse, type CommandResult, type Context } from '../context.ts';
import { eachNode } from './each-node.ts';
import { giveNodes } from './give-nodes.ts';
import { bootOf, healthy, restarted } from './healthy.ts';
import { join } from './join.ts';
import { machineConfig } from './machine-config.ts';
import {
  isDoable,
  kubernetesFirst,
  problemsIn,
  showWorks,
  workValue,
  worksFor,
  type Doable,
  type How,
  type Work,
} from './machine-work.ts';
import { nodeText } from './node-state.ts';
import { accessTo, openSession, type Session } from './session.ts';
import { callTalos } from './talosctl.ts';
import type { Patience } from './wait.ts';

export interface TalosApplyOptions extends How {
  readonly staleOk: boolean;
  readonly yes: boolean;
}

/**
 * A machine that does not answer keeps the others from nothing but a restart, for which the cluster has to be whole.
 * @param names none means all
 * @returns 4 where one does not answer
 * @throws Refusal 2 where nobody agrees to a restart, or Kubernetes would change, 4 for one of another cluster
 */
export async function talosApply(
  context: Context,
  names: readonly string[],
  { staleOk, yes, ...how }: TalosApplyOptions,
): CommandResult {
  const session = await openSession(context, staleOk);
  const works = await worksFor(session, names, how);
  showWorks(context, works);
  refuseForeign(works);
  refuse(kubernetesFirst(context, works), Exit.refusedInput);
  const due = canBeDone(works);
  const restarts = due.filter(isRestart);
  if (restarts.length > 0 && !yes) await agree(context, session, restarts);
  for (const work of due) await applyOne(session, work, how);
  const problems = [...problemsIn(works), ...leftAmong(works, due)];
  context.reporter.problems(problems);
  const values = works.map((work) => ({ ...workValue(work), done: due.some((one) => one === work) }));
  giveNodes(context, values, problems);
  return problems.length > 0 ? Exit.otherProgram : Exit.done;
}

/** @throws Refusal 4: whoever is at that address, something is wrong with the files or with the secrets */
function refuseForeign(works: readonly Work[]): void {
  refuse(problemsIn(works.filter(({ state }) => state === 'foreign')), Exit.otherProgram);
}

const isRestart = (work: Work): boolean => 'change' in work && work.change.reboots;

/** With one machine away none restarts. */
function canBeDone(works: readonly Work[]): readonly Doable[] {
  const doable = works.filter(isDoable);
  return doable.length === works.length ? doable : doable.filter((work) => !isRestart(work));
}

function leftAmong(works: readonly Work[], due: readonly Doable[]): readonly Problem[] {
  const left = works.filter((work) => isDoable(work) && !due.includes(work));
  return left.length > 0 ? [restartLeft(left.map(({ node }) => node.name))] : [];
}

const restartLeft = (names: readonly string[]): Problem => ({
  code: 'talos-restart-left',
  severity: 'note',
  message: `left as they are: ${names.join(', ')}: they would restart, and none does while another machine is away`,
  hint: 'when every machine answers, run the same again; with --mode staged it counts from their next restart on',
});

async function agree(context: Context, { cluster }: Session, restarts: readonly Doable[]): Promise<void> {
  const names = restarts.map(({ node }) => node.name).join(', ');
  await consent(context, {
    text: `${names} will restart, one at a time: to go on, type the name of the cluster`,
    word: cluster.name,
    refusal: consentNeeded(names),
  });
}

const consentNeeded = (names: string): Problem => ({
  code: 'consent-needed',
  severity: 'error',
  message: `nothing was applied, since nobody agreed that ${names} restarts`,
  hint: 'if that is what you want, run the same with --yes; with --mode staged it counts from the next restart on',
});

async function applyOne(session: Session, work: Doable, { mode, timeout }: How): Promise<void> {
  await eachNode(session.context, 'configure', [work.node], async (node, tell) => {
    const patience = { seconds: timeout, tell };
    if (work.state === 'maintenance') return join(session, node, patience);
    await (work.change.reboots ? changeByRestart : change)(session, node, mode, patience);
    tell('has its new configuration');
  });
}

async function change(session: Session, node: TalosNode, mode: ApplyMode): Promise<void> {
  const { text } = await machineConfig(session, node);
  await callTalos(session.talosctl, nodeText(node), apply(accessTo(session, node), text, mode, false));
}

/** Before and after it the cluster is whole: so there is never more than one that is away. */
async function changeByRestart(session: Session, node: TalosNode, mode: ApplyMode, patience: Patience): Promise<void> {
  await healthy(session, patience, node);
  const before = await bootOf(session, node);
  await change(session, node, mode);
  await restarted(session, node, before, patience);
  await healthy(session, patience);
}
