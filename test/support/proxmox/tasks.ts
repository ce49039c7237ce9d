/** Tasks: what Proxmox VE does in the background, with their UPIDs, logs and ends. */
import type { Route, TaskFault } from './route.ts';
import { Refused } from './refused.ts';
import type { Task, World } from './world.ts';

/** What a task does when its time has come: throws what it fails with. */
export interface Work {
  /** What holds from the start, such as an id that is taken. */
  readonly begin?: () => void;
  readonly run: (log: (line: string) => void) => void;
  /** Takes back what `begin` did. */
  readonly undo?: () => void;
}

type Started = Pick<Task, 'node' | 'type' | 'id' | 'user'>;

const hex = (number: number): string => number.toString(16).toUpperCase().padStart(8, '0');
/** Any moment would do; a fixed one keeps ids the same from run to run. */
const EPOCH = 0x67_00_00_00;

/** @returns the UPID */
export function startTask(world: World, started: Started, work: Work, fault: TaskFault = {}): string {
  const number = world.tasks.size + 1;
  const { node, type, id, user } = started;
  const upid = `UPID:${node}:${hex(1000 + number)}:${hex(7000 + number)}:${hex(EPOCH + number)}:${type}:${id}:${user}:`;
  const task: Task = { ...started, upid, number, exitstatus: null, log: [`starting task ${upid}`] };
  work.begin?.();
  world.tasks.set(upid, task);
  const milliseconds = fault.milliseconds ?? world.taskMilliseconds;
  if (milliseconds === 0) end(task, work, fault);
  else setTimeout(() => end(task, work, fault), milliseconds).unref();
  return upid;
}

function end(task: Task, work: Work, fault: TaskFault): void {
  task.log.push(...(fault.log ?? []));
  try {
    if (fault.exitstatus !== undefined) throw new Error(fault.exitstatus);
    work.run((line) => task.log.push(line));
    task.log.push('TASK OK');
    task.exitstatus = 'OK';
  } catch (error) {
    work.undo?.();
    const { message } = error as Error;
    task.log.push(`TASK ERROR: ${message}`);
    task.exitstatus = message;
  }
}

function taskOf(world: World, upid: string): Task {
  const task = world.tasks.get(upid);
  if (!task) throw new Refused(400, 'Parameter verification failed.', { upid: 'no such task' });
  return task;
}

const status = ({ upid, node, number, type, id, user, exitstatus }: Task): object => ({
  upid,
  node,
  pid: 1000 + number,
  pstart: 7000 + number,
  starttime: EPOCH + number,
  type,
  id,
  user,
  ...(exitstatus === null ? { status: 'running' } : { status: 'stopped', exitstatus }),
});

export const taskRoutes: readonly Route[] = [
  [
    'GET nodes/{node}/tasks',
    'user',
    ({ world, at }) => [...world.tasks.values()].filter(({ node }) => node === at['node']).map(status),
  ],
  ['GET nodes/{node}/tasks/{upid}/status', 'user', ({ world, at }) => status(taskOf(world, at['upid'] ?? ''))],
  [
    'GET nodes/{node}/tasks/{upid}/log',
    'user',
    ({ world, at }) => taskOf(world, at['upid'] ?? '').log.map((t, index) => ({ n: index + 1, t })),
  ],
  ['DELETE nodes/{node}/tasks/{upid}', 'user', ({ world, at }) => void taskOf(world, at['upid'] ?? '')],
];
