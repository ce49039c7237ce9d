/** A secret from a person or a pipe: never an argument, never shown. */
import process from 'node:process';
import { checked, refused, type Checked, type Problem } from '../problem.ts';
import { askUnseen } from './prompt.ts';

/** Far above what any environment holds, far below what fills the memory. */
const MOST_BYTES = 1024 * 1024;

/**
 * Reads stdin to its end, one line break at the end left out; on a terminal it asks twice, unseen.
 * @param name what to ask for
 * @returns the text, null when it was interrupted, or `secret-input-too-large`, `secret-not-utf8`, `secret-typed-differently`
 */
export async function readSecret(name: string, signal: AbortSignal): Promise<Checked<string | null>> {
  if (!process.stdin.isTTY) return readPipe(signal);
  const [first, second] = await askUnseen([`${name}: `, `${name}, once more: `], signal);
  if (first === undefined || second === undefined) return checked(null);
  return first === second ? checked(first) : refused(typedDifferently);
}

async function readPipe(signal: AbortSignal): Promise<Checked<string | null>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin) {
    const part = chunk as Buffer;
    bytes += part.length;
    if (bytes > MOST_BYTES) return refused(tooLarge);
    if (signal.aborted) return checked(null);
    chunks.push(part);
  }
  const all = Buffer.concat(chunks);
  const text = all.toString('utf8');
  return Buffer.from(text).equals(all) ? checked(text.replace(/\r?\n$/, '')) : refused(notUtf8);
}

const typedDifferently: Problem = {
  code: 'secret-typed-differently',
  severity: 'error',
  message: 'the two are not the same: nothing was written',
  hint: 'run the command again, or give the value on stdin',
};

const tooLarge: Problem = {
  code: 'secret-input-too-large',
  severity: 'error',
  message: `stdin holds more than ${MOST_BYTES / 1024} KiB: nothing was written`,
  hint: 'is it the right file?',
};

const notUtf8: Problem = {
  code: 'secret-not-utf8',
  severity: 'error',
  message: 'stdin is not UTF-8: nothing was written',
  hint: 'encode it first: base64 FILE | nigari secrets set NAME',
};
