/** One machine's way from maintenance mode into the cluster. */
import type { TalosNode } from '../../talos/rendered-cluster.ts';
import { firstConfig } from './machine-config.ts';
import { answeringState, nodeState, nodeText, type NodeState } from './node-state.ts';
import { Exit, Refusal, type Problem } from '../../problem.ts';
import type { Session } from './session.ts';
import { waitFor, type Patience } from './wait.ts';

/** Does nothing to a machine that is configured. @throws Refusal 2 for one of another cluster, 4 when it takes too long */
export async function join(session: Session, node: TalosNode, patience: Patience): Promise<void> {
  const { context, talosctl, talosconfig } = session;
  const state = await answeringState(talosctl, node, talosconfig, patience);
  if (state.kind === 'foreign') throw new Refusal([state.problem], Exit.refusedInput);
  if (state.kind === 'configured') return patience.tell('is configured');
  patience.tell('gets its configuration');
  await firstConfig(session, node);
  await waitFor(context, patience, async () => {
    const now = await nodeState(talosctl, node, talosconfig);
    return now.kind === 'configured' ? { found: now } : { seen: reasonOf(node, now) };
  });
  patience.tell('is configured');
}

function reasonOf(node: TalosNode, state: Exclude<NodeState, { kind: 'configured' }>): Problem {
  return state.kind === 'maintenance' ? stillInMaintenance(node) : state.problem;
}

const stillInMaintenance = (node: TalosNode): Problem => ({
  code: 'talos-in-maintenance',
  severity: 'error',
  message: `${nodeText(node)} is still in maintenance mode`,
  hint: 'it installs itself and restarts; look at its console in Proxmox VE. Does it start from the disk then, and not from the ISO?',
});
