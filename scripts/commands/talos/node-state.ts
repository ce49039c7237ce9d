/** What each machine is right now: every step asks first, so that a second run goes on where the first one ended. */
import type { Secret } from '../../config/secret.ts';
import { Exit, problemIn, Refusal, type Problem } from '../../problem.ts';
import { whyNoAnswer } from '../../system/tcp.ts';
import { version, versionInMaintenance } from '../../talos/calls.ts';
import type { TalosNode } from '../../talos/rendered-cluster.ts';
import { machineVersion } from '../../talos/version.ts';
import { tryTalos, type Talosctl } from './talosctl.ts';
import { waitFor, type Patience } from './wait.ts';

/** Of apid, in maintenance mode too: https://www.talos.dev/latest/learn-more/talos-network-connectivity/ */
const TALOS_PORT = 50_000;

/** A machine that is there answers at once; a silent port is given up after this, in milliseconds. */
const PATIENCE = 3_000;

/** talosctl itself would wait for 20 seconds. */
const CALL = 10_000;

export type NodeState =
  /** Waits for a configuration, and takes it from anybody. */
  | { readonly kind: 'maintenance'; readonly version: string | null }
  /** Has one of this cluster. */
  | { readonly kind: 'configured'; readonly version: string | null }
  /** Has one of another cluster. */
  | { readonly kind: 'foreign'; readonly problem: Problem }
  /** Cannot be asked now. */
  | { readonly kind: 'silent'; readonly problem: Problem };

export const nodeText = ({ name, address }: TalosNode): string => `${name} (${address})`;

/** @param talosconfig null where the cluster has no secrets yet: then every configured machine is another cluster's */
export async function nodeState(talosctl: Talosctl, node: TalosNode, talosconfig: Secret | null): Promise<NodeState> {
  const { signal } = talosctl.context;
  const why = await whyNoAnswer(node.address, TALOS_PORT, PATIENCE, signal);
  if (signal.aborted) throw new Refusal([], Exit.interrupted);
  if (why !== null) return { kind: 'silent', problem: silent(node, why) };
  if (talosconfig !== null) {
    const known = await tryTalos(talosctl, nodeText(node), version({ talosconfig, address: node.address }), {
      within: CALL,
    });
    if (known.ok) return { kind: 'configured', version: machineVersion(known.text) };
    if (known.failure?.code === 'talos-foreign') return { kind: 'foreign', problem: known.problem };
    if (known.failure?.code !== 'talos-in-maintenance') return { kind: 'silent', problem: known.problem };
  }
  const answer = await tryTalos(talosctl, nodeText(node), versionInMaintenance(node.address), { within: CALL });
  if (answer.ok) return { kind: 'maintenance', version: machineVersion(answer.text) };
  return { kind: answer.failure?.code === 'talos-configured' ? 'foreign' : 'silent', problem: answer.problem };
}

function silent(node: TalosNode, why: string): Problem {
  const isRefused = why === 'ECONNREFUSED';
  return {
    code: isRefused ? 'talos-refused' : 'talos-silent',
    severity: 'error',
    message: `${nodeText(node)}: ${isRefused ? 'nobody listens at' : 'nothing answers at'} port ${TALOS_PORT} (${why})`,
    hint: 'is the machine on, and has it that address? Look at its console in Proxmox VE; docs/talos.md tells of the first start',
  };
}

/** Waits for a machine that cannot be asked yet. @throws Refusal 4 when it takes too long */
export function answeringState(
  talosctl: Talosctl,
  node: TalosNode,
  talosconfig: Secret | null,
  patience: Patience,
): Promise<Exclude<NodeState, { kind: 'silent' }>> {
  return waitFor(talosctl.context, patience, async () => {
    const state = await nodeState(talosctl, node, talosconfig);
    return state.kind === 'silent' ? { seen: state.problem } : { found: state };
  });
}

/** The same, where one that does not come in time is an answer, too. */
export async function stateWithin(
  talosctl: Talosctl,
  node: TalosNode,
  talosconfig: Secret | null,
  patience: Patience,
): Promise<NodeState> {
  try {
    return await answeringState(talosctl, node, talosconfig, patience);
  } catch (error) {
    return { kind: 'silent', problem: problemIn(error) };
  }
}
