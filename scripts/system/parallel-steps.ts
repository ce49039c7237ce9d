/** Several works of one step at once, each with a line of its own that says how far it is. */
import type { ListrDefaultRendererLogLevels, ListrLogger } from 'listr2';

/** A work, and its line. */
export interface Work<T> {
  readonly title: string;
  /** @param tell what is going on now, in a few words */
  readonly run: (tell: (text: string) => void) => Promise<T>;
}

/** @param atOnce how many may go on at the same time @returns how each ended, in order */
export type RunAll = <T>(works: readonly Work<T>[], atOnce: number) => Promise<readonly PromiseSettledResult<T>[]>;

/** For files and pipes: a line when something else goes on. */
export function plainRunAll(speak: (text: string) => void): RunAll {
  return (works, atOnce) =>
    pool(works, atOnce, async ({ title, run }) => {
      let last = '';
      return settle(() =>
        run((text) => {
          if (text !== last) speak(`${title}: ${text}`);
          last = text;
        }),
      );
    });
}

/** Starts the next when one has ended. */
async function pool<T, R>(items: readonly T[], atOnce: number, work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index] as T);
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

/** For a terminal: one line for each, drawn anew. */
export function animatedRunAll(): RunAll {
  return async <T>(works: readonly Work<T>[], atOnce: number) => {
    const { Listr } = await import('listr2');
    const logger = await terminalLogger();
    const outcomes: PromiseSettledResult<T>[] = [];
    const tasks = works.map(({ title, run }, index) => ({
      title,
      task: async (_: unknown, line: { output: string; title: string }): Promise<void> => {
        const outcome = await settle(() => run((text) => void (line.title = `${title}: ${text}`)));
        outcomes[index] = outcome;
        // Listr prints an error's message; ours are printed elsewhere, once.
        if (outcome.status === 'rejected') throw new Error(line.title, { cause: outcome.reason });
      },
    }));
    const options = { concurrent: atOnce, exitOnError: false, registerSignalListeners: false };
    await new Listr(tasks, { ...options, rendererOptions: { logger } }).run();
    return outcomes;
  };
}
