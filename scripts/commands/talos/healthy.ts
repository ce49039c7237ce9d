/** Whether a cluster can spare a machine for a while, and whether one is back. */
import { bootId } from '../../talos/calls.ts';
import type { KubernetesNode } from '../../talos/kubernetes.ts';
import type { TalosNode } from '../../talos/rendered-cluster.ts';
import { Exit, Refusal } from '../../problem.ts';
import { oneWork } from './each-node.ts';
import { allMembers } from './etcd.ts';
import { nodesReady } from './kubernetes.ts';
import { nodeState, nodeText } from './node-state.ts';
import { accessTo, type Session } from './session.ts';
import { callTalos, tryTalos } from './talosctl.ts';
import { waitFor, type Patience } from './wait.ts';

/**
 * Waits until every control plane is in etcd, and every node ready.
 * @param spared is going to be away anyway: how it is does not count
 * @returns the nodes as Kubernetes knows them @throws Refusal 4 with what was last seen
 */
export async function healthy(
  session: Session,
  patience: Patience,
  spared?: TalosNode,
): Promise<readonly KubernetesNode[]> {
  const wanted = session.cluster.nodes.filter(({ name }) => name !== spared?.name);
  await allMembers(session, patience, wanted);
  const names = wanted.map(({ name }) => name);
  return nodesReady(session, { ...patience, wanted: names });
}

/** Another text after each start of the machine. @throws Refusal 4 */
export async function bootOf(session: Session, node: TalosNode): Promise<string> {
  return (await callTalos(session.talosctl, nodeText(node), bootId(accessTo(session, node)))).text.trim();
}

/**
 * Waits until a machine has started anew and answers: one that is about to go down answers, too.
 * @param before what `bootOf` gave then @throws Refusal 2 for another cluster's, 4
 */
export async function restarted(session: Session, node: TalosNode, before: string, patience: Patience): Promise<void> {
  const { context, talosctl, talosconfig } = session;
  await waitFor(context, patience, async () => {
    const state = await nodeState(talosctl, node, talosconfig);
    if (state.kind === 'foreign') throw new Refusal([state.problem], Exit.refusedInput);
    if (state.kind === 'silent') return { seen: state.problem };
    const boot = await tryTalos(talosctl, nodeText(node), bootId(accessTo(session, node)));
    return boot.ok && boot.text.trim() !== before ? { found: true } : { seen: notBack(node) };
  });
}

const notBack = ({ name }: TalosNode) =>
  ({
    code: 'talos-not-back',
    severity: 'error',
    message: `${name} has not restarted yet`,
    hint: 'look at its console in Proxmox VE',
  }) as const;

/** As `healthy`, with a line of its own. @returns the nodes as Kubernetes knows them */
export const healthyNow = (session: Session, seconds: number): Promise<readonly KubernetesNode[]> =>
  oneWork(session.context, 'look whether the cluster is whole', (tell) => healthy(session, { seconds, tell }));
