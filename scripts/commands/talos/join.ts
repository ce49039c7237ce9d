/** One machine's way from maintenance mode into the cluster. */
import type { TalosNode } from '../../talos/rendered-cluster.ts';
import { Exit, Refusal, type Problem } from '../../problem.ts';
import { firstConfig } from './machine-config.ts';
import { nodeState, nodeText } from './node-state.ts';
import type { Session } from './session.ts';
import { waitFor, type Patience } from './wait.ts';

/** Does nothing to a machine that is configured. @throws Refusal 2 for one of another cluster, 4 when it takes too long */
export async function join(session: Session, node: TalosNode, patience: Patience): Promise<void> {
  const { context, talosctl, talosconfig } = session;
  let isGiven = false;
  await waitFor(context, patience, async () => {
    const state = await nodeState(talosctl, node, talosconfig);
    if (state.kind === 'configured') return { found: state };
    if (state.kind === 'foreign') throw new Refusal([state.problem], Exit.refusedInput);
    if (state.kind === 'silent') return { seen: state.problem };
    if (isGiven) return { seen: stillInMaintenance(node) };
    patience.tell('gets its configuration');
    const refused = await firstConfig(session, node);
    isGiven = refused === null;
    return { seen: refused ?? stillInMaintenance(node) };
  });
  patience.tell('is configured');
}

const stillInMaintenance = (node: TalosNode): Problem => ({
  code: 'talos-in-maintenance',
  severity: 'error',
  message: `${nodeText(node)} is still in maintenance mode`,
  hint: 'it installs itself and restarts; look at its console in Proxmox VE. Does it start from the disk then, and not from the ISO?',
});
