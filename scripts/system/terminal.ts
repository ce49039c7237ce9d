/** How commands speak: a port with a skin for terminals, one for files and pipes, and one for tests. */
import picocolors from 'picocolors';
import type { Colors } from 'picocolors/types.js';
import type { Problem } from '../problem.ts';
import { problemsText, type Frame } from '../report/text.ts';
import { visible } from '../report/visible.ts';
import { animatedRunAll, plainRunAll, terminalLogger, type RunAll } from './parallel-steps.ts';

/** What a line is about; colours on a terminal, nothing elsewhere. */
export type Tone = 'plain' | 'good' | 'changed' | 'bad' | 'dim';

export interface Reporter {
  /** Shows that something is going on; gives back what `work` gives, and lets its errors through. */
  readonly step: <T>(title: string, work: () => T | Promise<T>) => Promise<T>;
  /** The same for several works at once, each with a line of its own. */
  readonly runAll: RunAll;
  /** Ends the animation of a step that is shown, so that somebody can be asked; the step itself goes on. */
  readonly still: () => Promise<void>;
  /** A sentence to a person. Line breaks in it stay; other control characters are made visible. */
  readonly line: (text: string, tone?: Tone) => void;
  /** Findings, on stderr. */
  readonly problems: (list: readonly Problem[]) => void;
  /** The result, on stdout, as it is: data when a machine asked for it. */
  readonly result: (text: string) => void;
  /** A line of a result for people, on stdout; as `line` otherwise. */
  readonly output: (text: string, tone?: Tone) => void;
  /** One value that was asked for, on stdout, to the byte; only a terminal gets a line break behind it. */
  readonly value: (text: string) => void;
}

/** What the choice of a reporter depends on. */
export interface Surroundings {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--no-color` */
  readonly noColor: boolean;
  /** `--json`: stdout is data, everything else goes to stderr. */
  readonly data: boolean;
  /** Makes the code frames for a list of problems on a terminal; without it there are none. */
  readonly frames?: (list: readonly Problem[]) => Frame;
}

const TONES: Readonly<Record<Tone, keyof Colors | null>> = {
  plain: null,
  good: 'green',
  changed: 'yellow',
  bad: 'red',
  dim: 'dim',
};

/** The reporter for these surroundings: progress by listr2 on a terminal, plain lines elsewhere. */
export function reporterFor(surroundings: Surroundings): Reporter {
  const { stdout, stderr, env, noColor, data } = surroundings;
  for (const stream of [stdout, stderr]) tolerateClosedPipe(stream);
  const people = data ? stderr : stdout;
  const speak = speaker(people, coloursFor(people, env, noColor));
  const plain: Reporter = {
    step: plainStep(speak),
    runAll: plainRunAll(speak),
    still: async () => {},
    line: speak,
    problems: problemsWriter(surroundings),
    result: (text) => void stdout.write(ended(text)),
    output: speaker(stdout, coloursFor(stdout, env, noColor)),
    value: (text) => void stdout.write(stdout.isTTY ? ended(text) : text),
  };
  return !data && canAnimate(stdout, env) ? animated(plain, () => stdout.rows || 24) : plain;
}

const ended = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`);

/** Whole lists only where no person reads them line by line; a terminal without a width is taken for one of 80 columns. */
function problemsWriter({ stderr, env, noColor, frames }: Surroundings): Reporter['problems'] {
  const colours = coloursFor(stderr, env, noColor);
  return (list) => {
    const terminal = stderr.isTTY ? { columns: stderr.columns || 80, frame: frames?.(list) ?? null } : null;
    stderr.write(problemsText(list, colours, terminal));
  };
}

/** A terminal without a width (`docker exec`, serial lines) would get one letter per line. */
function canAnimate(stream: NodeJS.WriteStream, env: Surroundings['env']): boolean {
  return stream.isTTY && stream.columns >= 20 && env['TERM'] !== 'dumb' && !env['CI'];
}

/** Colours only on a terminal that can and wants them (https://no-color.org). */
export function coloursFor(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
  noColor: boolean,
): Colors {
  const wanted = stream.isTTY === true && !noColor && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  return picocolors.createColors(wanted);
}

/** `nigari … | head` ends the reader, not in an error of ours. */
function tolerateClosedPipe(stream: NodeJS.WriteStream): void {
  const onError = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error;
  };
  if (!stream.listeners('error').some((listener) => listener.name === onError.name)) stream.on('error', onError);
}

type Speak = (text: string, tone?: Tone) => void;

function speaker(stream: NodeJS.WriteStream, colours: Colors): Speak {
  return (text, tone = 'plain') => {
    const colour = TONES[tone];
    const shown = visible(text, { lines: true });
    stream.write(`${colour === null ? shown : (colours[colour] as (text: string) => string)(shown)}\n`);
  };
}

function plainStep(speak: Speak): Reporter['step'] {
  return async (title, work) => {
    speak(title);
    return work();
  };
}

/** One Listr per step; what is said meanwhile waits until its lines stand still. */
function animated(plain: Reporter, rows: () => number): Reporter {
  const waiting: (() => void)[] = [];
  let animation: Pick<Animation<unknown>, 'still'> | null = null;
  const later = (say: () => void): void => void (animation === null ? say() : waiting.push(say));
  const shown = async <T>(own: Animation<T>): Promise<T> => {
    animation = own;
    try {
      return await own.outcome;
    } finally {
      animation = null;
      for (const say of waiting.splice(0)) say();
    }
  };
  return {
    step: async (title, work) => (animation === null ? shown(animate(visible(title), work)) : work()),
    // Within a step that is shown already, its line is all that there is.
    runAll: async (...works) =>
      animation === null
        ? shown({ outcome: animatedRunAll(rows)(...works), still: async () => {} })
        : plainRunAll(() => {})(...works),
    still: async () => animation?.still(),
    line: (...said) => later(() => plain.line(...said)),
    problems: (list) => later(() => plain.problems(list)),
    result: (text) => later(() => plain.result(text)),
    output: (...said) => later(() => plain.output(...said)),
    value: (text) => later(() => plain.value(text)),
  };
}

interface Animation<T> {
  readonly outcome: Promise<T>;
  /** Lets the line of the step stand as it is. */
  readonly still: () => Promise<void>;
}

type Settled<T> = { readonly value: T } | { readonly error: unknown };

function animate<T>(title: string, work: () => T | Promise<T>): Animation<T> {
  let end = (): void => {};
  const ended = new Promise<null>((resolve) => (end = () => resolve(null)));
  let settled: Promise<Settled<T>> | null = null;
  const task = async (): Promise<void> => {
    const settling = settle(work);
    settled = settling;
    const first = await Promise.race([settling, ended]);
    // Listr prints an error's message; ours are printed elsewhere, once, so it gets the title.
    if (first !== null && 'error' in first) throw new Error(title, { cause: first.error });
  };
  const shown = showTask(title, task);
  return {
    outcome: shown.then(async (error) => {
      const outcome = settled === null ? { error } : await settled;
      if ('error' in outcome) throw outcome.error;
      return outcome.value;
    }),
    still: async () => {
      end();
      await shown;
    },
  };
}

async function settle<T>(work: () => T | Promise<T>): Promise<Settled<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error };
  }
}

/** @returns what Listr threw, if it did */
async function showTask(title: string, task: () => Promise<void>): Promise<unknown> {
  const { Listr } = await import('listr2');
  const logger = await terminalLogger();
  // Its own listener for SIGINT would end the process while files are half moved.
  const listr = new Listr([{ title, task }], { registerSignalListeners: false, rendererOptions: { logger } });
  return listr.run().then(
    () => null,
    (error: unknown) => error,
  );
}

/** For a stage of which nothing is to be told: `step` does its work, and nothing is shown. */
export const SILENT: Reporter = {
  step: async (_title, work) => work(),
  runAll: plainRunAll(() => {}),
  still: async () => {},
  line: () => {},
  problems: () => {},
  result: () => {},
  output: () => {},
  value: () => {},
};

/** What a collecting reporter heard, in order of each kind. */
export interface Heard {
  readonly steps: string[];
  readonly lines: string[];
  readonly problems: Problem[];
  readonly results: string[];
}

/** For tests: shows nothing, remembers everything. */
export function collectingReporter(): { readonly reporter: Reporter; readonly heard: Heard } {
  const heard: Heard = { steps: [], lines: [], problems: [], results: [] };
  const reporter: Reporter = {
    step: async (title, work) => {
      heard.steps.push(title);
      return work();
    },
    runAll: plainRunAll((text) => void heard.lines.push(text)),
    still: async () => {},
    line: (text) => void heard.lines.push(text),
    problems: (list) => void heard.problems.push(...list),
    result: (text) => void heard.results.push(text),
    output: (text) => void heard.results.push(text),
    value: (text) => void heard.results.push(text),
  };
  return { reporter, heard };
}
