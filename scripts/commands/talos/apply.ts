/** `nigari talos apply` and `talos diff`: the machines get the configurations that the files say now. */
import { Exit, Refusal, type Problem } from '../../problem.ts';
import type { ApplyMode } from '../../talos/apply-modes.ts';
import { apply } from '../../talos/calls.ts';
import { machineChange, type MachineChange } from '../../talos/machine-change.ts';
import type { TalosNode } from '../../talos/rendered-cluster.ts';
import { consent } from '../consent.ts';
import type { CommandResult, Context } from '../context.ts';
import { eachNode, type Tell } from './each-node.ts';
import { giveNodes } from './give-nodes.ts';
import { bootOf, healthy, restarted } from './healthy.ts';
import { join } from './join.ts';
import { machineConfig } from './machine-config.ts';
import { answeringState, nodeText } from './node-state.ts';
import { chosenNodes, controllersFirst } from './project.ts';
import { accessTo, openSession, type Session } from './session.ts';
import { callTalos } from './talosctl.ts';
import type { Patience } from './wait.ts';

export interface TalosApplyOptions {
  readonly staleOk: boolean;
  readonly yes: boolean;
  readonly mode: ApplyMode;
  /** Seconds that each wait may take. */
  readonly timeout: number;
}

/** What is to be done to a machine: it joins, or its configuration changes. */
type Work =
  | { readonly node: TalosNode; readonly kind: 'joins' }
  | { readonly node: TalosNode; readonly kind: 'changes'; readonly change: MachineChange };

/** @param names none means all @throws Refusal 2 where nobody agrees to a restart, 4 for a machine that does not answer */
export async function talosApply(
  context: Context,
  names: readonly string[],
  { staleOk, yes, mode, timeout }: TalosApplyOptions,
): CommandResult {
  const session = await openSession(context, staleOk);
  const works = await worksFor(session, names, { mode, timeout });
  showWorks(context, works);
  const restarts = works.filter((work) => work.kind === 'changes' && work.change.reboots);
  if (restarts.length > 0 && !yes) await agree(context, session, restarts);
  for (const work of works) await applyOne(session, work, { mode, timeout });
  giveNodes(context, works.map(workValue));
  return Exit.done;
}

/** @returns 5 with `check` where something differs */
export async function talosDiff(
  context: Context,
  names: readonly string[],
  { staleOk, check }: { readonly staleOk: boolean; readonly check: boolean },
): CommandResult {
  const works = await worksFor(await openSession(context, staleOk), names, { mode: 'auto', timeout: 0 });
  showWorks(context, works);
  giveNodes(context, works.map(workValue));
  return check && works.length > 0 ? Exit.workToDo : Exit.done;
}

type How = Pick<TalosApplyOptions, 'mode' | 'timeout'>;

/**
 * Asks each machine what its configuration would change; one may just be restarting. Whoever joins comes first: no other
 * restarts without it.
 */
async function worksFor(session: Session, names: readonly string[], how: How): Promise<readonly Work[]> {
  const nodes = controllersFirst(chosenNodes(session.cluster, names));
  const works = await eachNode(session.context, 'ask', nodes, (node, tell) => workFor(session, node, how, tell));
  const changes = works.filter((work) => work.kind === 'changes' && work.change.diff !== '');
  return [...works.filter(({ kind }) => kind === 'joins'), ...changes];
}

async function workFor(session: Session, node: TalosNode, { mode, timeout }: How, tell: Tell): Promise<Work> {
  const { talosctl, talosconfig } = session;
  const state = await answeringState(talosctl, node, talosconfig, { seconds: timeout, tell });
  if (state.kind === 'maintenance') return { node, kind: 'joins' };
  if (state.kind !== 'configured') throw new Refusal([state.problem], Exit.otherProgram);
  const { text } = await machineConfig(session, node);
  const { said } = await callTalos(talosctl, nodeText(node), apply(accessTo(session, node), text, mode, true));
  return { node, kind: 'changes', change: machineChange(talosctl.hide(said)) };
}

function showWorks({ reporter }: Context, works: readonly Work[]): void {
  if (works.length === 0) reporter.line('every machine has the configuration that the files say', 'good');
  for (const work of works) {
    if (work.kind === 'joins')
      reporter.line(`${work.node.name} is in maintenance mode: it gets its first configuration`);
    else tellChange(reporter, work.node, work.change);
  }
}

function tellChange(reporter: Context['reporter'], { name }: TalosNode, { mode, reboots, diff }: MachineChange): void {
  reporter.line(`${name}: ${mode}`, reboots ? 'changed' : 'plain');
  for (const line of diff.split('\n')) reporter.line(line, TONES[line.charAt(0)] ?? 'plain');
}

const TONES: Readonly<Record<string, 'good' | 'bad' | 'dim'>> = { '+': 'good', '-': 'bad', '@': 'dim' };

const workValue = (work: Work): object =>
  work.kind === 'joins'
    ? { name: work.node.name, joins: true }
    : { name: work.node.name, joins: false, ...work.change };

async function agree(context: Context, { cluster }: Session, restarts: readonly Work[]): Promise<void> {
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

async function applyOne(session: Session, work: Work, { mode, timeout }: How): Promise<void> {
  await eachNode(session.context, 'configure', [work.node], async (node, tell) => {
    const patience = { seconds: timeout, tell };
    if (work.kind === 'joins') return join(session, node, patience);
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
