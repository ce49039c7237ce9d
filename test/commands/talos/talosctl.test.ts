import process from 'node:process';
import { setImmediate } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { tryTalos, type TalosAnswer } from '../../../scripts/commands/talos/talosctl.ts';
import { contextFor } from '../../support/context.ts';

afterEach(() => void vi.useRealTimers());

/** A program in the place of talosctl that never ends by itself. */
const WAITS = ['-e', 'setInterval(() => {}, 1000)'] as const;

const talosctl = () => ({
  path: process.execPath,
  version: '1.13.0',
  context: contextFor(process.cwd()).context,
  hide: (text: string) => text,
});

/** Lets hours go by until something is over. @param signal of the test's own end */
async function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const over = new AbortController();
  void work.finally(() => over.abort());
  while (!over.signal.aborted && !signal.aborted) {
    vi.advanceTimersByTime(1000);
    await setImmediate();
  }
  return work;
}

test('a question that is never answered has an end, and says whom nobody heard of, and what was asked', async ({
  signal,
}) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const answer: TalosAnswer = await inTime(tryTalos(talosctl(), 'cp-1 (10.0.0.11)', WAITS), signal);
  expect(answer).toMatchObject({
    ok: false,
    late: true,
    failure: { code: 'talos-silent', reaction: 'later' },
    problem: { code: 'talos-silent', message: expect.stringMatching(/^cp-1 \(10\.0\.0\.11\): .*`talosctl.* 60 s$/) },
  });
});

test('one that may take longer takes its time', async ({ signal }) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const answer = await inTime(tryTalos(talosctl(), 'cp-1', WAITS, { within: 3_600_000 }), signal);
  expect(answer).toMatchObject({ late: true, problem: { message: expect.stringMatching(/ 3600 s$/) } });
});
