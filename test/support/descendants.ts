/** A program with all that it started, ended as when the power fails. For Linux: it looks into /proc. */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';

/** SIGKILL, innermost first: whoever is left alone has no time to say so, nor to start another one. */
export function killAllOf(pid: number): void {
  process.kill(pid, 'SIGSTOP');
  for (const one of [...descendantsOf(pid).toReversed(), pid]) process.kill(one, 'SIGKILL');
}

function descendantsOf(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

/** Looks again and again until it is so; the test's own limit ends what never will be. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await pause(20);
}
