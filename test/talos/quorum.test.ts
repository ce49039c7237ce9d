import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quorumOf, survivesWithout } from '../../scripts/talos/quorum.ts';

describe('the quorum of etcd', () => {
  test.each([
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 3],
    [5, 3],
  ])('of %i members is %i', (members, quorum) => expect(quorumOf(members)).toBe(quorum));

  test('is always more than half, and two of them always meet', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 99 }), (members) => 2 * quorumOf(members) > members));
  });

  test.each([
    [1, 0, false],
    [2, 1, true],
    [3, 2, true],
    [3, 1, false],
    [5, 3, true],
    [5, 2, false],
  ])('of %i members one can go where %i others answer: %s', (members, up, goes) =>
    expect(survivesWithout(members, up)).toBe(goes),
  );
});
