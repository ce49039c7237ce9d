/** What there is to do to machines so that they have the configurations that the files say now: asked, and shown. */
import type { Problem } from '../../problem.ts';
import { someOf } from '../../report/some-of.ts';
import type { ApplyMode } from '../../talos/apply-modes.ts';
import { apply } from '../../talos/calls.ts';
import { kubernetesChange, machineChange, type MachineChange } from '../../talos/machine-change.ts';
import { maskedDiff } from '../../talos/masked-diff.ts';
import type { TalosNode } from '../../talos/rendered-cluster.ts';
import type { Context } from '../context.ts';
import { eachNode, type Tell } from './each-node.ts';
import { machineConfig } from './machine-config.ts';
import { nodeText, stateWithin } from './node-state.ts';
import { chosenNodes, controllersFirst } from './project.ts';
import { accessTo, type Session } from './session.ts';
import { callTalos } from './talosctl.ts';

/** One joins, the configuration of another changes, and of a third nobody knows. */
export type Work =
  | { readonly node: TalosNode; readonly state: 'maintenance' }
  | { readonly node: TalosNode; readonly state: 'configured'; readonly change: MachineChange }
  | { readonly node: TalosNode; readonly state: 'silent' | 'foreign'; readonly problem: Problem };

/** What can be done. */
export type Doable = Exclude<Work, { readonly problem: Problem }>;

export interface How {
  readonly mode: ApplyMode;
  /** Seconds that each wait may take; one may just be restarting. */
  readonly timeout: number;
}

/**
 * Asks each machine what its configuration would change. Whoever joins comes first: no other restarts without it.
 * @param names none means all @returns none for those that have theirs
 */
export async function worksFor(session: Session, names: readonly string[], how: How): Promise<readonly Work[]> {
  const nodes = controllersFirst(chosenNodes(session.cluster, names));
  const works = await eachNode(session.context, 'ask', nodes, (node, tell) => workFor(session, node, how, tell));
  const due = works.filter((work) => !('change' in work) || work.change.diff !== '');
  const isFirst = ({ state }: Work): boolean => state === 'maintenance';
  return [...due.filter(isFirst), ...due.filter((work) => !isFirst(work))];
}

async function workFor(session: Session, node: TalosNode, { mode, timeout }: How, tell: Tell): Promise<Work> {
  const { talosctl, talosconfig, isSecret } = session;
  const state = await stateWithin(talosctl, node, talosconfig, { seconds: timeout, tell });
  if ('problem' in state) return { node, state: state.kind, problem: state.problem };
  if (state.kind === 'maintenance') return { node, state: state.kind };
  const { text } = await machineConfig(session, node);
  const { said } = await callTalos(talosctl, nodeText(node), apply(accessTo(session, node), text, mode, true));
  return { node, state: state.kind, change: hidden(machineChange(talosctl.hide(said)), isSecret) };
}

/** Also what the machine has from an earlier file. */
const hidden = (change: MachineChange, isSecret: (key: string) => boolean): MachineChange => ({
  ...change,
  diff: maskedDiff(change.diff, isSecret),
});

export const isDoable = (work: Work): work is Doable => !('problem' in work);

export const problemsIn = (works: readonly Work[]): readonly Problem[] =>
  works.flatMap((work) => ('problem' in work ? [work.problem] : []));

/**
 * A configuration names the images of Kubernetes: given to machines that run another version, it would upgrade them all at
 * once, past each check of `talosctl upgrade-k8s`.
 * @returns a problem where it would
 */
export function kubernetesFirst({ call }: Context, works: readonly Work[]): readonly Problem[] {
  const found = works.flatMap((work) => {
    const change = 'change' in work ? kubernetesChange(work.change.diff) : null;
    return change === null ? [] : [{ name: work.node.name, ...change }];
  });
  const [first] = found;
  if (first === undefined) return [];
  const names = someOf(found.map(({ name }) => name));
  return [
    {
      code: 'kubernetes-upgrade-first',
      severity: 'error',
      message: `${names}: the configuration would change Kubernetes, ${first.from} → ${first.to}, without the checks of upgrade-k8s`,
      hint: `\`${call} talos upgrade-k8s\` first; where a patch of yours names the image, let kubernetes_version say the same version`,
    },
  ];
}

/** Its part of the result for a program. */
export const workValue = ({ node, state, ...work }: Work): object => ({
  name: node.name,
  state,
  joins: state === 'maintenance',
  ...('change' in work ? work.change : {}),
});

export function showWorks({ reporter }: Context, works: readonly Work[]): void {
  if (works.length === 0) reporter.line('every machine has the configuration that the files say', 'good');
  for (const work of works) {
    const { name } = work.node;
    if ('change' in work) tellChange(reporter, name, work.change);
    else if (isDoable(work)) reporter.line(`${name} is in maintenance mode: it gets its first configuration`);
    else reporter.line(`${name} cannot be asked what would change`, 'bad');
  }
}

function tellChange(reporter: Context['reporter'], name: string, { mode, reboots, diff }: MachineChange): void {
  reporter.line(`${name}: ${mode}`, reboots ? 'changed' : 'plain');
  for (const line of diff.split('\n')) reporter.line(line, TONES[line.charAt(0)] ?? 'plain');
}

const TONES: Readonly<Record<string, 'good' | 'bad' | 'dim'>> = { '+': 'good', '-': 'bad', '@': 'dim' };
