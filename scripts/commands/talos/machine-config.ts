/** A node's machine configuration: made in memory, looked at, and given to the machine. */
import { Exit, Refusal, type Problem } from '../../problem.ts';
import { disksOf, type MachineDisk } from '../../talos/answers.ts';
import { applyInMaintenance, resourcesInMaintenance, validate } from '../../talos/calls.ts';
import { installDiskFinding } from '../../talos/install-disk.ts';
import type { TalosNode } from '../../talos/rendered-cluster.ts';
import { nodeText } from './node-state.ts';
import type { Maker, Session } from './session.ts';
import { callTalos, tryTalos, type SecretText } from './talosctl.ts';

/** @throws Refusal 4 where talosctl does not take what was rendered */
export async function machineConfig({ talosctl, driver }: Maker, node: TalosNode): Promise<SecretText> {
  const config = await driver(node);
  await callTalos(talosctl, `validate the configuration of ${node.name}`, validate(config.text));
  return config;
}

/**
 * Gives a machine in maintenance mode its first one.
 * @returns what keeps it from taking one just now, as where the connection broke: it may have taken it all the same
 * @throws Refusal 2 where it lacks the disk, 4 for what no waiting helps against
 */
export async function firstConfig(session: Session, node: TalosNode): Promise<Problem | null> {
  const { talosctl } = session;
  const { text: config } = await machineConfig(session, node);
  const found = await tryTalos(talosctl, nodeText(node), resourcesInMaintenance(node.address, 'disks'));
  if (found.ok) judgeDisk(session, node, disksOf(found.text));
  const answer = found.ok ? await tryTalos(talosctl, nodeText(node), applyInMaintenance(node.address, config)) : found;
  if (answer.ok || answer.failure?.reaction === 'later') return answer.ok ? null : answer.problem;
  throw new Refusal([answer.problem], Exit.otherProgram);
}

/** Talos would wait for a disk that never comes, and wipes the first of those that fit. */
function judgeDisk({ context: { reporter } }: Session, node: TalosNode, disks: readonly MachineDisk[]): void {
  const finding = installDiskFinding(node.disk, disks);
  if (finding === null) return;
  const problem = { ...finding, message: `${nodeText(node)} ${finding.message}` };
  if (problem.severity === 'error') throw new Refusal([problem], Exit.refusedInput);
  reporter.problems([problem]);
}
