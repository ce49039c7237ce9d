/** Several works of one step at once, each with a line of its own that says how far it is. */
import type { ListrDefaultRendererLogLevels, ListrLogger } from 'listr2';
import { Exit, Refusal } from '../problem.ts';
import { haveALineEach, manyWorks, type WorkSeen, type WorkState } from '../report/many-works.ts';
import { visible } from '../report/visible.ts';

/** A work, and its line. */
export interface Work<T> {
  readonly title: string;
  /** @param tell what is going on now, in a few words; none where what was told is over */
  readonly run: (tell: (text: string) => void) => Promise<T>;
}

/**
 * @param title what they do together: `configure`
 * @param atOnce how many may go on at the same time @returns how each ended, in order
 */
export type RunAll = <T>(
  title: string,
  works: readonly Work<T>[],
  atOnce: number,
) => Promise<readonly PromiseSettledResult<T>[]>;

/** For files and pipes: a line when something else goes on. */
export function plainRunAll(speak: (text: string) => void): RunAll {
  return (_, works, atOnce) =>
    pool(works, atOnce, async ({ title, run }) => {
      let last = '';
      return settle(() =>
        run((text) => {
          if (text !== '' && text !== last) speak(`${title}: ${text}`);
          last = text;
        }),
      );
    });
}

/** Starts the next when one has ended. */
async function pool<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++)
      results[index] = await work(items[index] as T, index);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return results;
}

async function settle<T>(work: () => Promise<T>): Promise<PromiseSettledResult<T>> {
  const [outcome] = await Promise.allSettled([work()]);
  return outcome;
}

/** Listr's own would leave an empty line behind itself, and write to stderr too. */
export async function terminalLogger(): Promise<ListrLogger<ListrDefaultRendererLogLevels>> {
  const listr = await import('listr2');
  const processOutput = new listr.ProcessOutput(undefined, undefined, { leaveEmptyLine: false });
  return new listr.ListrLogger({ useIcons: true, toStderr: [], processOutput });
}

/** For a terminal, drawn anew: a line for each, or how many are how far where those would not fit. */
export function animatedRunAll(rows: () => number): RunAll {
  return (title, works, atOnce) =>
    haveALineEach(works.length, rows()) ? lineEach(works, atOnce) : counted(title, works, atOnce, rows);
}

async function lineEach<T>(works: readonly Work<T>[], atOnce: number): Promise<readonly PromiseSettledResult<T>[]> {
  const outcomes: PromiseSettledResult<T>[] = [];
  const tasks = works.map(({ title, run }, index) => ({
    title,
    task: async (_: unknown, line: { title: string }): Promise<void> => {
      const outcome = await settle(() => run((text) => void (line.title = lineOf(title, text))));
      outcomes[index] = outcome;
      // Listr prints an error's message; ours are printed elsewhere, once.
      if (outcome.status === 'rejected') throw new Error(line.title, { cause: outcome.reason });
    },
  }));
  await draw(tasks, { concurrent: atOnce });
  return outcomes;
}

async function counted<T>(
  title: string,
  works: readonly Work<T>[],
  atOnce: number,
  rows: () => number,
): Promise<readonly PromiseSettledResult<T>[]> {
  const seen: WorkSeen[] = works.map((work) => ({ line: work.title, state: 'waiting' }));
  const text = (): string => manyWorks(title, seen, rows()).join('\n');
  let outcomes: readonly PromiseSettledResult<T>[] = [];
  const task = async (_: unknown, all: { title: string }): Promise<void> => {
    const see = (index: number, now: WorkSeen): void => {
      seen[index] = now;
      all.title = text();
    };
    outcomes = await pool(works, atOnce, async (work, index) => {
      see(index, { line: work.title, state: 'going' });
      const tell = (words: string): void => see(index, { line: lineOf(work.title, words), state: 'going' });
      const outcome = await settle(() => work.run(tell));
      see(index, { line: work.title, state: stateOf(outcome) });
      return outcome;
    });
    if (outcomes.some(({ status }) => status === 'rejected')) throw new Error(all.title);
  };
  await draw([{ title: text(), task }], { formatOutput: 'truncate' });
  return outcomes;
}

const lineOf = (title: string, words: string): string => visible(words === '' ? title : `${title}: ${words}`);

function stateOf(outcome: PromiseSettledResult<unknown>): WorkState {
  if (outcome.status === 'fulfilled') return 'done';
  const { reason } = outcome as { readonly reason: unknown };
  return reason instanceof Refusal && reason.exitCode === Exit.interrupted ? 'stopped' : 'failed';
}

interface Task {
  readonly title: string;
  readonly task: (context: unknown, line: { title: string }) => Promise<void>;
}

async function draw(
  tasks: readonly Task[],
  { concurrent = false, ...options }: { readonly concurrent?: number | false; readonly formatOutput?: 'truncate' },
): Promise<void> {
  const { Listr } = await import('listr2');
  const logger = await terminalLogger();
  // Its own listener for SIGINT would end the process.
  const how = { concurrent, exitOnError: false, registerSignalListeners: false };
  await new Listr([...tasks], { ...how, rendererOptions: { logger, ...options } }).run();
}
