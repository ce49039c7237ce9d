/** Whether a cluster can spare a machine for a while, and whether one is back. */
import type { KubernetesNode } from '../../talos/kubernetes.ts';
import type { TalosNode } from '../../talos/rendered-cluster.ts';
import { Exit, Refusal } from '../../problem.ts';
import { oneWork } from './each-node.ts';
import { allMembers } from './etcd.ts';
import { fetchKubeconfig, nodesReady } from './kubernetes.ts';
import { nodeState } from './node-state.ts';
import type { Session } from './session.ts';
import { waitFor, type Patience } from './wait.ts';

/**
 * Waits until every control plane is in etcd, and every node ready.
 * @returns the nodes as Kubernetes knows them @throws Refusal 4 with what was last seen
 */
export async function healthy(session: Session, patience: Patience): Promise<readonly KubernetesNode[]> {
  await allMembers(session, patience);
  const wanted = session.cluster.nodes.map(({ name }) => name);
  return nodesReady(session, await fetchKubeconfig(session), { ...patience, wanted });
}

/** After a restart: the machine answers, and the cluster is whole again. @throws Refusal 2 for another cluster's, 4 */
export async function settled(session: Session, node: TalosNode, patience: Patience, version?: string): Promise<void> {
  const { context, talosctl, talosconfig } = session;
  await waitFor(context, patience, async () => {
    const state = await nodeState(talosctl, node, talosconfig);
    if (state.kind === 'foreign') throw new Refusal([state.problem], Exit.refusedInput);
    if (state.kind === 'silent') return { seen: state.problem };
    if (state.kind === 'maintenance' || (version !== undefined && state.version !== version))
      return { seen: notBack(node, version) };
    return { found: true };
  });
  await healthy(session, patience);
}

const notBack = ({ name }: TalosNode, version = 'its configuration') =>
  ({
    code: 'talos-not-back',
    severity: 'error',
    message: `${name} does not run ${version} yet`,
    hint: 'look at its console in Proxmox VE',
  }) as const;

/** As `healthy`, with a line of its own. @returns the nodes as Kubernetes knows them */
export const healthyNow = (session: Session, seconds: number): Promise<readonly KubernetesNode[]> =>
  oneWork(session.context, 'look whether the cluster is whole', (tell) => healthy(session, { seconds, tell }));
