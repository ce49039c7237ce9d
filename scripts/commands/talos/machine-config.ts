/** A node's machine configuration: made in memory, looked at, and given to the machine. */
import { Exit, Refusal, type Problem } from '../../problem.ts';
import { disksOf, type MachineDisk } from '../../talos/answers.ts';
import { applyInMaintenance, resourcesInMaintenance, validate } from '../../talos/calls.ts';
import type { TalosNode } from '../../talos/rendered-cluster.ts';
import { nodeText } from './node-state.ts';
import type { Session } from './session.ts';
import { callTalos, tryTalos, type SecretText } from './talosctl.ts';

/** @throws Refusal 4 where talosctl does not take what was rendered */
export async function machineConfig({ talosctl, driver }: Session, node: TalosNode): Promise<SecretText> {
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
  if (found.ok && node.disk !== null) refuseWithoutDisk(node, node.disk, disksOf(found.text));
  const answer = found.ok ? await tryTalos(talosctl, nodeText(node), applyInMaintenance(node.address, config)) : found;
  if (answer.ok || answer.failure?.reaction === 'later') return answer.ok ? null : answer.problem;
  throw new Refusal([answer.problem], Exit.otherProgram);
}

/** Talos would wait for a disk that never comes. A link such as /dev/disk/by-id/… is not in its list. */
function refuseWithoutDisk(node: TalosNode, disk: string, disks: readonly MachineDisk[]): void {
  if (disk.startsWith('/dev/disk/') || disks.length === 0 || disks.some(({ path }) => path === disk)) return;
  throw new Refusal([diskMissing(node, disk, disks)], Exit.refusedInput);
}

const diskMissing = (node: TalosNode, disk: string, disks: readonly MachineDisk[]): Problem => ({
  code: 'talos-disk-missing',
  severity: 'error',
  message: `${nodeText(node)} has no disk ${disk} to install Talos on; it has ${disks.map(({ path, size }) => `${path} (${size})`).join(', ')}`,
  hint: 'set `disk` of that node in nodes.yaml, then `nigari configure`',
});
