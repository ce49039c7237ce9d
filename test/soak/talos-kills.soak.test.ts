/** `nigari bootstrap talos`, `talos upgrade` and `talos apply`, stopped at random moments, each time run again to the same end. */
import process from 'node:process';
import { afterAll, describe, expect, test } from 'vitest';
import { cannotTry } from '../support/talos/talosctl.ts';
import { someLives, STAGES, stoppedLife, type Stopped } from '../support/talos-stopped.ts';

const RUNS = Number(process.env['NIGARI_RUNS'] ?? 50);
const LIVES = Array<number>(Math.ceil(RUNS / STAGES.length)).fill(STAGES.length);

describe.skipIf(cannotTry() || process.platform !== 'linux')('stopped and run again', () => {
  const all: Stopped[] = [];

  test.each(someLives(LIVES).map((stops, index) => ({ life: index + 1, stops })))('life $life', async ({ stops }) => {
    const stopped = await stoppedLife(stops);
    all.push(...stopped);
    expect(stopped).toHaveLength(stops.length);
  });

  afterAll(() => {
    for (const { args } of STAGES) {
      const stage = args.join(' ');
      const count = (status: Stopped['status']): number =>
        all.filter((one) => one.stage === stage && one.status === status).length;
      process.stdout.write(
        `${stage}: ${count(null)} killed, ${count(130)} interrupted, ${count(0)} were done before\n`,
      );
    }
  });
});
