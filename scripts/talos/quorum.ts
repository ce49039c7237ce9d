/** How many control planes etcd can do without. Source: https://etcd.io/docs/latest/faq/ (failure tolerance) */

/** Of so many members these must be up: 1 of 1, 2 of 2, 2 of 3, 3 of 5. */
export const quorumOf = (members: number): number => Math.floor(members / 2) + 1;

/**
 * Whether etcd goes on without one of its members for ever.
 * @param upWithout those of the others that answer now
 */
export const survivesWithout = (members: number, upWithout: number): boolean =>
  members > 1 && upWithout >= quorumOf(members - 1);
