/** A terminal for programs under test, by script(1) of util-linux. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

/** Whether there is one here: BSD's script takes other options. */
export function hasScript(): boolean {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8', stdio: 'pipe' }).includes('util-linux');
  } catch {
    return false;
  }
}

/** What a program on a terminal came to. */
interface Ended {
  readonly status: number | null;
  /** All that the terminal showed, what was typed and echoed included. */
  readonly shown: string;
}

/**
 * Runs a program on a terminal, with somebody at the keyboard.
 * @param typed what is typed each time that the terminal shows a text behind what it showed before
 */
export async function onTerminal(
  words: readonly string[],
  where: { readonly cwd: string; readonly env: Record<string, string> },
  typed: readonly (readonly [after: string, keys: string])[],
): Promise<Ended> {
  // By exec: the shell of script(1) would answer to signals itself.
  const line = ['exec', ...words.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`)].join(' ');
  const child = spawn('script', ['-qec', line, '/dev/null'], { ...where, stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const left = [...typed];
  let [shown, seen] = ['', 0];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    for (let [next] = left; next !== undefined && shown.includes(next[0], seen); [next] = left) {
      seen = shown.indexOf(next[0], seen) + next[0].length;
      left.shift();
      child.stdin.write(next[1]);
    }
  });
  const [status] = await once(child, 'close');
  return { status: status as number | null, shown };
}
