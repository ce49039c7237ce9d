/** Whether a process of this machine is there. */
import process from 'node:process';
import { errno } from './io-problem.ts';

/** One of another user counts: it may not be signalled, but it is there. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errno(error) !== 'ESRCH';
  }
}
