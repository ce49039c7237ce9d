/** How a row of the API's table looks, and what its handler is given. */
import { callerId, type Caller, type Need } from './permissions.ts';
import { startTask, type Work } from './tasks.ts';
import type { World } from './world.ts';

export interface Call {
  readonly world: World;
  readonly caller: Caller;
  /** What the placeholders of the path stand for. */
  readonly at: Readonly<Record<string, string>>;
  /** The parameters of query or form; the last one where a name is repeated. */
  readonly form: Readonly<Record<string, string>>;
  /** All values of a repeated parameter. */
  readonly all: (name: string) => readonly string[];
  /** What a fault does to the task that this call starts, if anything. */
  readonly fault: TaskFault | undefined;
}

export interface TaskFault {
  readonly milliseconds?: number;
  /** With this the task does nothing and ends so. */
  readonly exitstatus?: string;
  readonly log?: readonly string[];
}

/** `anyone` needs not even a login; `user` any; a list is needed in full, its placeholders filled from path and form. */
export type Needs = 'anyone' | 'user' | readonly Need[] | ((call: Call) => readonly Need[]);

/** `METHOD path/{placeholder}`, what it needs, and what it answers; undefined is answered as null. */
export type Route = readonly [pattern: string, needs: Needs, run: (call: Call) => unknown];

/**
 * Starts a task at the host of the call.
 * @returns its UPID, which is the call's answer
 */
export function task(call: Call, type: string, id: string | number, work: Work): string {
  const { world, at, caller, fault } = call;
  return startTask(world, { node: at['node'] ?? '', type, id: String(id), user: callerId(caller) }, work, fault);
}

/** The needs of a call with their placeholders filled. */
export function needsOf(needs: Exclude<Needs, 'anyone' | 'user'>, call: Call): readonly Need[] {
  if (typeof needs === 'function') return needs(call);
  return needs.map((need) =>
    need.replaceAll(/\{(\w+)\}/g, (_, name: string) => call.at[name] ?? call.form[name] ?? ''),
  );
}

/** The values of a comma-separated parameter. */
export const listed = (value: string | undefined): readonly string[] =>
  (value ?? '').split(/[,;\s]+/).filter((item) => item !== '');
