import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EtcdMember } from '../../scripts/talos/answers.ts';
import { quorumOf, survives, votersWithout } from '../../scripts/talos/quorum.ts';

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

  /** Those with a `+` are learners. */
  const membersOf = (text: string): readonly EtcdMember[] =>
    text
      .split(' ')
      .filter((word) => word !== '')
      .map((word) => ({ hostname: word.replace('+', ''), isLearner: word.endsWith('+') }));

  test.each([
    ['a', 'a', true, 0],
    ['a', 'a', false, 0],
    ['a b c', 'c', true, 2],
    ['a b c', 'c', false, 3],
    ['a b c+', 'c', true, null],
    ['a b c+', 'c', false, null],
    ['a b+ c+', 'a', true, 0],
    ['a b+ c+', 'a', false, 0],
    ['a b c+', 'b', true, 1],
    ['a b c+', 'b', false, 2],
    ['a b c d+', 'c', true, 2],
    ['a b c', 'd', true, null],
    ['', 'a', true, null],
  ])('counts of %s without %s, which leaves before: %s, members: %s', (members, name, leaves, left) =>
    expect(votersWithout(membersOf(members), name, leaves)).toBe(left),
  );
});
