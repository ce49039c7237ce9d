/** Measuring two programs by turns, so that whatever else the machine does meets both alike. */

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

export interface Measured {
  readonly what: string;
  readonly ours: Spread;
  readonly theirs: Spread;
  /** Ours to theirs of the same round: below 1 nigari is faster. */
  readonly ratio: Spread;
}

/** An odd number, so that the median is one that was measured. */
export const ROUNDS = 9;

/** Runs every case once for nothing, then in each round every case, whoever was second going first. */
export function measure(cases: readonly Case[], rounds: number = ROUNDS): readonly Measured[] {
  const times = cases.map(() => [] as (readonly [ours: number, theirs: number])[]);
  for (let round = -1; round < rounds; round += 1) {
    for (const [index, one] of cases.entries()) {
      const pair = timePair(one, round % 2 === 0);
      if (round >= 0) times[index]?.push(pair);
    }
  }
  return cases.map(({ what }, index) => {
    const pairs = times[index] ?? [];
    const ratio = spread(pairs.map(([ours, theirs]) => ours / theirs));
    return {
      what,
      ours: spread(pairs.map(([ours]) => ours)),
      theirs: spread(pairs.map(([, theirs]) => theirs)),
      ratio,
    };
  });
}

function timePair({ prepare, ours, theirs }: Case, oursFirst: boolean): readonly [ours: number, theirs: number] {
  prepare?.();
  if (oursFirst) return [time(ours), time(theirs)];
  const second = time(theirs);
  return [time(ours), second];
}

function time(run: () => void): number {
  const started = performance.now();
  run();
  return performance.now() - started;
}

export function spread(numbers: readonly number[]): Spread {
  const sorted = numbers.toSorted((one, other) => one - other);
  const [least = Number.NaN] = sorted;
  return { least, median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN, most: sorted.at(-1) ?? Number.NaN };
}
