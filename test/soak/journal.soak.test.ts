/** Runs that are killed at every call that changes something, and at random moments: the old tree or the new one. */
import process from 'node:process';
import { expect, test } from 'vitest';
import { cutRuns, randomMoments, type Cut } from '../support/cut-short.ts';

const RUNS = Number(process.env['NIGARI_RUNS'] ?? 100);

function tell(what: string, cuts: readonly Cut[]): void {
  const count = (which: Cut['tree']): number => cuts.filter(({ tree }) => tree === which).length;
  const faults = cuts.filter(({ faults }) => faults.length > 0).length;
  process.stdout.write(
    `${what}: ${cuts.length} runs killed; old ${count('old')}, new ${count('new')}, mixed ${count('mixed')}, with faults ${faults}\n`,
  );
}

const bad = (cuts: readonly Cut[]): readonly Cut[] =>
  cuts.filter(({ tree, faults }) => tree === 'mixed' || faults.length > 0);

test.skipIf(process.platform === 'win32')('killed at every call that changes something', async () => {
  let [next, end] = [1, Infinity];
  const cuts = await cutRuns((last) => {
    if (last !== null && !last.wasKilled && 'call' in last.moment) end = Math.min(end, last.moment.call);
    return next < end ? { call: next++ } : null;
  }, 2);
  tell('every call', cuts);
  expect(bad(cuts)).toEqual([]);
  for (const which of ['old', 'new']) expect(cuts.filter(({ tree }) => tree === which).length).toBeGreaterThan(10);
});

test.skipIf(process.platform === 'win32')(`killed at ${RUNS} random moments`, async () => {
  const cuts = await cutRuns(randomMoments(RUNS), 2);
  tell('random moments', cuts);
  expect(bad(cuts)).toEqual([]);
  expect(cuts).toHaveLength(RUNS);
});
