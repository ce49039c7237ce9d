/** A thousand runs that are killed at random moments, over rendering, failing and editing. */
import process from 'node:process';
import { expect, test } from 'vitest';
import { killedRuns } from '../support/killed.ts';

const RUNS = Number(process.env['NIGARI_RUNS'] ?? 1000);

test.skipIf(process.platform !== 'linux')(
  `${RUNS} killed runs leave no secret, and the next run succeeds`,
  async () => {
    const outcomes = await killedRuns(RUNS, 2);
    process.stdout.write(
      `${outcomes.length} runs killed in ${new Set(outcomes.map(({ scenario }) => scenario)).size} scenarios\n`,
    );
    expect(outcomes.filter(({ leaks, next }) => leaks.length > 0 || next.status !== 0)).toEqual([]);
    expect(outcomes).toHaveLength(RUNS);
  },
);
