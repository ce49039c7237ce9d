/** How far many works are, where a line for each would not fit on a terminal. */

/** One of them, as it is now. */
export interface WorkSeen {
  /** `configure k8s-worker-1: gets its configuration` */
  readonly line: string;
  readonly state: WorkState;
}

export type WorkState = 'waiting' | 'going' | 'done' | 'failed' | 'stopped';

/** In the order in which they are counted. */
const COUNTED: Readonly<Record<Exclude<WorkState, 'done'>, string>> = {
  failed: 'failed',
  stopped: 'stopped',
  going: 'at work',
  waiting: 'waiting',
};

/** Whether each can have a line; the one below them is the cursor's. */
export const haveALineEach = (count: number, rows: number): boolean => count < rows - 1;

/**
 * @param title what they do together: `configure`
 * @returns a line with the counts, then those that go on, as many as fit into `rows` with the cursor's line below them
 */
export function manyWorks(title: string, works: readonly WorkSeen[], rows: number): readonly string[] {
  const many = (state: WorkState): number => works.filter((work) => work.state === state).length;
  const counts = Object.entries(COUNTED).flatMap(([state, words]) => {
    const count = many(state as WorkState);
    return count === 0 ? [] : [`${count} ${words}`];
  });
  const going = works.filter(({ state }) => state === 'going').map(({ line }) => line);
  return [[`${title}: ${many('done')} of ${works.length} done`, ...counts].join(', '), ...fitting(going, rows - 2)];
}

function fitting(lines: readonly string[], room: number): readonly string[] {
  if (lines.length <= room) return lines;
  const shown = lines.slice(0, Math.max(0, room - 1));
  return room < 1 ? [] : [...shown, `and ${lines.length - shown.length} more`];
}
