/** The commands that change machines, stopped at five moments, and run again to the same end. `npm run soak` stops fifty at random. */
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { cannotTry } from '../support/talos/talosctl.ts';
import { stoppedLife, type Stop } from '../support/talos-stopped.ts';

/** In the first two thirds of a command: it is not over then, however slowly a computer looks. */
const LIVES: readonly (readonly Stop[])[] = [
  [
    { how: 'SIGINT', percent: 27, milliseconds: 281 },
    { how: 'SIGKILL', percent: 0, milliseconds: 563 },
    { how: 'SIGKILL', percent: 65, milliseconds: 25 },
  ],
  [
    { how: 'SIGKILL', percent: 50, milliseconds: 0 },
    { how: 'SIGINT', percent: 40, milliseconds: 71 },
  ],
];

describe.skipIf(cannotTry() || process.platform !== 'linux')('stopped, and run again to the same end', () => {
  test.each(LIVES.map((stops, index) => ({ life: index + 1, stops })))('life $life', async ({ stops }) => {
    const stopped = await stoppedLife(stops);
    expect(stopped).toHaveLength(stops.length);
    expect(
      stopped.filter(({ status }) => status !== 0),
      JSON.stringify(stopped),
    ).not.toEqual([]);
  });
});
