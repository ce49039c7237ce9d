/** Questions to a person. Without a terminal nothing is asked. */
import process from 'node:process';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** Whether somebody is there who sees a question and can answer it. */
export function canAsk(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** @returns the line that was typed; null for Ctrl-C, Ctrl-D, a closed terminal, or when the signal was aborted */
export async function ask(question: string, signal: AbortSignal): Promise<string | null> {
  const lines = createInterface({ input: process.stdin, output: process.stderr, historySize: 0 });
  const close = (): void => lines.close();
  signal.addEventListener('abort', close);
  const answer = await new Promise<string | null>((resolve) => {
    lines.once('close', () => resolve(null)).once('SIGINT', close);
    if (signal.aborted) close();
    else lines.question(question, resolve);
  });
  signal.removeEventListener('abort', close);
  lines.close();
  if (answer === null) process.stderr.write('\n');
  return answer;
}

/** The terminal stops to show what is typed before it shows the first question. @returns fewer answers when it is interrupted */
export async function askUnseen(questions: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: unseen, terminal: true, historySize: 0, signal });
  lines.once('SIGINT', () => lines.close());
  const answers: string[] = [];
  process.stderr.write(questions[0] ?? '');
  for await (const answer of lines) {
    process.stderr.write('\n');
    answers.push(answer);
    if (answers.length === questions.length) break;
    process.stderr.write(questions[answers.length] ?? '');
  }
  lines.close();
  if (answers.length < questions.length) process.stderr.write('\n');
  return answers;
}
