/** A terminal for programs under test, by script(1) of util-linux. */
import { execFileSync } from 'node:child_process';

/** Whether there is one here: BSD's script takes other options. */
export function hasScript(): boolean {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8', stdio: 'pipe' }).includes('util-linux');
  } catch {
    return false;
  }
}
