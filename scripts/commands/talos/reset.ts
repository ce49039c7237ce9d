/** `nigari talos reset NODE`: a machine leaves the cluster, is wiped, and waits in maintenance mode. */
import { Exit, Refusal, type Problem } from '../../problem.ts';
import { reset } from '../../talos/calls.ts';
import { quorumOf, survives, votersWithout } from '../../talos/quorum.ts';
import { controllersOf, type TalosNode } from '../../talos/rendered-cluster.ts';
import { consent } from '../consent.ts';
import type { CommandResult, Context } from '../context.ts';
import { eachNode } from './each-node.ts';
import { isInEtcd, members } from './etcd.ts';
import { giveNodes } from './give-nodes.ts';
import { nodeState, nodeText } from './node-state.ts';
import { chosenNodes } from './project.ts';
import { accessTo, openSession, type Session } from './session.ts';
import { callTalos, QUESTION } from './talosctl.ts';

export interface ResetOptions {
  readonly staleOk: boolean;
  readonly yes: boolean;
  readonly allowQuorumLoss: boolean;
  /** Leaves etcd and lets its pods go first; not to be had of a machine that is ill. */
  readonly graceful: boolean;
  /** Seconds that it may take. */
  readonly timeout: number;
}

/** @throws Refusal 2 where nobody agrees, or etcd would not survive it */
export async function talosReset(context: Context, name: string, options: ResetOptions): CommandResult {
  const session = await openSession(context, options.staleOk);
  const node = chosenNodes(session.cluster, [name])[0] as TalosNode;
  const state = await nodeState(session.talosctl, node, session.talosconfig);
  if (state.kind === 'maintenance') {
    context.reporter.line(`${node.name} is in maintenance mode already`, 'good');
    giveNodes(context, [{ name, done: false }]);
    return Exit.done;
  }
  if (state.kind !== 'configured') throw new Refusal([state.problem], Exit.otherProgram);
  if (node.role === 'controller' && !options.allowQuorumLoss) await refuseQuorumLoss(session, node, options.graceful);
  if (!options.yes) await agree(context, node);
  await eachNode(context, 'reset', [node], async (_, tell) => {
    tell('leaves, and is wiped');
    await callTalos(
      session.talosctl,
      nodeText(node),
      reset(accessTo(session, node), options.graceful, options.timeout),
      { within: options.timeout * 1000 + QUESTION },
    );
    tell('is in maintenance mode');
  });
  tellNext(context, node);
  giveNodes(context, [{ name, done: true }]);
  return Exit.done;
}

/** @param leaves etcd before it is wiped; otherwise it stays a member that is down */
async function refuseQuorumLoss(session: Session, node: TalosNode, leaves: boolean): Promise<void> {
  const { context, cluster } = session;
  const known = await members(session);
  if (known === null) throw new Refusal([etcdSilent(node)], Exit.refusedInput);
  const left = votersWithout(known, node.name, leaves);
  if (left === null) return;
  const others = controllersOf(cluster).filter(({ name }) => name !== node.name);
  const work = await eachNode(context, 'ask', others, (other) => isInEtcd(session, other, known));
  const up = work.filter((isUp) => isUp).length;
  if (!survives(left, up)) throw new Refusal([quorumLoss(node, left, up)], Exit.refusedInput);
}

const ANYWAY = 'bring the other control planes back first; or, if that cluster shall go: --allow-quorum-loss';

/** It may be one vote short already. */
const etcdSilent = ({ name }: TalosNode): Problem => ({
  code: 'quorum-loss',
  severity: 'error',
  message: `no control plane tells who is in etcd, so nobody knows whether it goes on without ${name}`,
  hint: ANYWAY,
});

const quorumLoss = ({ name }: TalosNode, left: number, up: number): Problem => ({
  code: 'quorum-loss',
  severity: 'error',
  message:
    left === 0
      ? `${name} is the only member of etcd: without it the cluster is gone, with all that is in it`
      : `without ${name} etcd has ${left} members and needs ${quorumOf(left)} of them, but ${up} ${up === 1 ? 'is' : 'are'} up`,
  hint: ANYWAY,
});

async function agree(context: Context, { name }: TalosNode): Promise<void> {
  await consent(context, {
    text: `All that ${name} stores is wiped: to go on, type its name`,
    word: name,
    refusal: {
      code: 'consent-needed',
      severity: 'error',
      message: `${name} was not reset, since nobody agreed`,
      hint: 'if that is what you want, run the same with --yes',
    },
  });
}

function tellNext({ reporter, call }: Context, { name }: TalosNode): void {
  reporter.line(
    [
      `Kubernetes still knows it: kubectl delete node ${name}`,
      `If it shall join again, with the Talos that it has: ${call} talos apply ${name}`,
      'If not: take it out of nodes.yaml, then configure and infra apply',
    ].join('\n'),
  );
}
