/** Waiting for something that takes its time: what was last seen is told, and there is an end. */
import { setTimeout as pause } from 'node:timers/promises';
import { Exit, Refusal, type Problem } from '../../problem.ts';
import type { Context } from '../context.ts';
import type { Tell } from './each-node.ts';

/** What a look found: what was waited for, or what there is instead. */
export type Sight<T> = { readonly found: T } | { readonly seen: Problem };

/** Between two looks, in milliseconds: what is over soon is seen soon, and what takes minutes is not asked all the time. */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 2_000;

export interface Patience {
  /** Seconds; 0 is a single look. */
  readonly seconds: number;
  readonly tell: Tell;
}

/** @param look throws for what no waiting helps against @throws Refusal 4 with what was last seen when it takes too long */
export async function waitFor<T>(
  { signal }: Pick<Context, 'signal'>,
  { seconds, tell }: Patience,
  look: () => Promise<Sight<T>>,
): Promise<T> {
  const start = Date.now();
  for (let rest = FIRST_PAUSE; ; rest = Math.min(2 * rest, LONGEST_PAUSE)) {
    const sight = await look();
    if ('found' in sight) {
      tell('');
      return sight.found;
    }
    if (signal.aborted) throw new Refusal([], Exit.interrupted);
    const waited = Math.round((Date.now() - start) / 1000);
    if (waited >= seconds)
      throw new Refusal([seconds === 0 ? sight.seen : tooLong(sight.seen, waited)], Exit.otherProgram);
    tell(sight.seen.message);
    await pause(rest, undefined, { signal }).catch(() => {});
  }
}

const tooLong = (seen: Problem, seconds: number): Problem => ({
  ...seen,
  severity: 'error',
  message: `${seen.message}, after ${seconds} s of waiting`,
  hint: [seen.hint, 'then run the same again: it goes on from here; `--timeout` lets it wait longer'].join('\n'),
});
