/** Whether etcd still has a majority of the members that it had. */
import { danger, type Danger } from './danger.ts';
import type { Moves } from './renames.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * @param found what happens to the machines
 * @returns one `quorum-loss`: an error, or to be agreed to where that is allowed
 */
export function quorumLoss(
  before: Snapshot,
  after: Snapshot,
  renames: Moves,
  found: readonly Danger[],
  allowed: boolean,
): readonly Danger[] {
  const members = [...before.machines].filter(([, { controller }]) => controller === true);
  const destroyed = new Set(found.filter(({ consent }) => consent).flatMap(({ machines }) => machines));
  const lost = members
    .map(([name]) => renames.get(name) ?? name)
    .filter((name) => destroyed.has(name) || after.machines.get(name)?.['controller'] !== true);
  const quorum = Math.floor(members.length / 2) + 1;
  const left = members.length - lost.length;
  return lost.length === 0 || left >= quorum ? [] : [loss(lost, members.length, quorum, allowed)];
}

function loss(lost: readonly string[], members: number, quorum: number, allowed: boolean): Danger {
  const planes = members === 1 ? 'the only control plane' : `${lost.length} of ${members} control planes`;
  const message = `takes away ${planes} at once (${lost.join(', ')}): etcd needs ${quorum}, and what it holds is lost`;
  if (!allowed) return danger('quorum-loss', lost, message, ONE_AT_A_TIME);
  return { ...danger('quorum-loss', lost, message, RESTORE), severity: 'warning' };
}

const ONE_AT_A_TIME =
  'change one at a time, each back in etcd before the next; or `nigari configure --allow-quorum-loss`';
const RESTORE = 'restore etcd from a snapshot afterwards, or bootstrap a new cluster';
