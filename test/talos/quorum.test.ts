import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quorumOf, survives } from '../../scripts/talos/quorum.ts';

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
    [0, 0, false],
    [1, 1, true],
    [2, 2, true],
    [2, 1, false],
    [3, 2, true],
    [3, 1, false],
    [4, 3, true],
    [4, 2, false],
  ])('goes on with %i members of which %i answer: %s', (left, up, goes) => expect(survives(left, up)).toBe(goes));
});
