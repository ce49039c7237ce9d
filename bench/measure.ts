/** Measuring two programs by turns, so that whatever else the machine does meets both alike. */
import { existsSync, readFileSync } from 'node:fs';

/** Something that nigari does, and the nearest that another program does. */
export interface Case {
  readonly what: string;
  /** Makes everything as it was; not measured. */
  readonly prepare?: () => void;
  readonly ours: () => void;
  readonly theirs: () => void;
}

/** Milliseconds, or a ratio: the median and both ends. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** One side of a round. */
interface Sample {
  readonly wall: number;
  /** Of all processes together, in milliseconds. */
  readonly processor: number;
}

export interface Measured {
  readonly what: string;
  readonly ours: Spread;
  readonly theirs: Spread;
  /** Ours to theirs of the same round, by the clock: below 1 nigari is faster. */
  readonly ratio: Spread;
  /** The same by the processor time of all processes, which other work on the machine hardly moves. */
  readonly processor: Spread;
}

/** An odd number, so that the median is one that was measured. */
export const ROUNDS = 9;

/** Runs every case once for nothing, then in each round every case, whoever was second going first. */
export function measure(cases: readonly Case[], rounds: number = ROUNDS): readonly Measured[] {
  const samples = cases.map(() => [] as (readonly [ours: Sample, theirs: Sample])[]);
  for (let round = -1; round < rounds; round += 1) {
    for (const [index, one] of cases.entries()) {
      const pair = samplePair(one, round % 2 === 0);
      if (round >= 0) samples[index]?.push(pair);
    }
  }
  return cases.map(({ what }, index) => ({ what, ...summary(samples[index] ?? []) }));
}

function summary(pairs: readonly (readonly [ours: Sample, theirs: Sample])[]): Omit<Measured, 'what'> {
  return {
    ours: spread(pairs.map(([ours]) => ours.wall)),
    theirs: spread(pairs.map(([, theirs]) => theirs.wall)),
    ratio: spread(pairs.map(([ours, theirs]) => ours.wall / theirs.wall)),
    processor: spread(pairs.map(([ours, theirs]) => ours.processor / theirs.processor)),
  };
}

function samplePair({ prepare, ours, theirs }: Case, oursFirst: boolean): readonly [ours: Sample, theirs: Sample] {
  prepare?.();
  if (oursFirst) return [sample(ours), sample(theirs)];
  const second = sample(theirs);
  return [sample(ours), second];
}

function sample(run: () => void): Sample {
  const [started, used] = [performance.now(), childrenTime()];
  run();
  return { wall: performance.now() - started, processor: childrenTime() - used };
}

/** Processor time of all children that have ended, and of theirs: `cutime` and `cstime` of proc(5), in ticks of 10 ms. Linux only. */
function childrenTime(): number {
  if (!existsSync('/proc/self/stat')) return Number.NaN;
  const [, fields = ''] = readFileSync('/proc/self/stat', 'utf8').split(/\) (?!.*\) )/);
  const [user = 0, system = 0] = fields.split(' ').slice(13, 15).map(Number);
  return (user + system) * 10;
}

export function spread(numbers: readonly number[]): Spread {
  const sorted = numbers.toSorted((one, other) => one - other);
  const [least = Number.NaN] = sorted;
  return { least, median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN, most: sorted.at(-1) ?? Number.NaN };
}
