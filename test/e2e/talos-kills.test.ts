/** The commands that change machines, stopped at some moments, and run again to the same end. `npm run soak` stops fifty. */
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { cannotTry } from '../support/talos/talosctl.ts';
import { someLives, stoppedLife } from '../support/talos-stopped.ts';

const LIVES = someLives([3, 2]).map((stops, index) => ({ life: index + 1, stops }));

describe.skipIf(cannotTry() || process.platform !== 'linux')('bootstrap talos, talos upgrade and talos apply', () => {
  test.each(LIVES)('stopped, and run again to the same end: life $life', async ({ stops }) => {
    const stopped = await stoppedLife(stops);
    expect(stopped).toHaveLength(stops.length);
    expect(stopped.filter(({ status }) => status !== 0)).not.toEqual([]);
  });
});
