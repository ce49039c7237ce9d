/** How many control planes etcd can do without. Source: https://etcd.io/docs/latest/faq/ (failure tolerance) */

import type { EtcdMember } from './answers.ts';

/** Of so many members these must be up: 1 of 1, 2 of 2, 2 of 3, 3 of 5. */
export const quorumOf = (members: number): number => Math.floor(members / 2) + 1;

/**
 * Whether etcd goes on without one of its members for ever.
 * @param left members that it has then: one fewer where that one leaves, as many as before where it is just gone
 * @param up those of the others that answer now
 */
export const survives = (left: number, up: number): boolean => left > 0 && up >= quorumOf(left);

/**
 * Members that count for the quorum once a machine has gone.
 * @param leaves etcd before it goes; otherwise it stays a member that is down, unless it is the only one
 * @returns null for one that does not count: etcd does not notice it
 */
export function votersWithout(members: readonly EtcdMember[], name: string, leaves: boolean): number | null {
  const voters = members.filter(({ isLearner }) => !isLearner);
  if (!voters.some(({ hostname }) => hostname === name)) return null;
  return voters.length > 1 && !leaves ? voters.length : voters.length - 1;
}
