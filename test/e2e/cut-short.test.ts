/** A run that is killed leaves the old tree or the new one. `npm run soak -- journal` kills at every call, and a hundred at random. */
import process from 'node:process';
import { expect, test } from 'vitest';
import { nigari, project, startNigari } from '../support/project.ts';
import { cutRuns, randomMoments } from '../support/cut-short.ts';

const RUNS = 10;

test.skipIf(process.platform === 'win32')(
  'runs that are killed at random moments leave the old tree or the new one to the next command',
  { timeout: 600_000 },
  async () => {
    const cuts = await cutRuns(randomMoments(RUNS), 2);
    expect(cuts.filter(({ tree, faults }) => tree === 'mixed' || faults.length > 0)).toEqual([]);
    expect(cuts).toHaveLength(RUNS);
  },
);

test('of two runs at once each does its work, or says that the other one is at work', async () => {
  const folder = project({}, 'ha');
  expect(nigari(folder, ['init']).status).toBe(0);
  const runs = ['configure', 'configure', 'configure'].map((verb) => startNigari(folder, [verb]));
  const ended = await Promise.all(runs.map((run) => run.ended));
  expect(ended.some(({ status }) => status === 0)).toBe(true);
  const refusals = ended.filter(({ status }) => status !== 0);
  const isUnderstood = ({ status, stderr }: (typeof ended)[number]): boolean =>
    status === 2 && /\((locked|changed-meanwhile)\)/.test(stderr);
  expect(refusals.filter((one) => !isUnderstood(one))).toEqual([]);
  expect(nigari(folder, ['configure', '--check'])).toMatchObject({ status: 0 });
});
