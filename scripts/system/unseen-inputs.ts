/**
 * Texts in clear that another program reads as files, and that never have a name on a disk. Node's own pipes will not do:
 * they are sockets, which no program can open by a name (`/dev/fd/3`: ENXIO).
 */
import { constants } from 'node:fs';
import { access, mkdtemp, open, rm, unlink, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { reveal, type Secret } from '../config/secret.ts';
import { Exit, Refusal, type Problem } from '../problem.ts';
import { isInMemory, MEMORY } from './memory-folder.ts';
import { run as runProgram } from './processes.ts';

/** What a program is given so that it finds the texts. */
export interface UnseenInputs {
  /** Where it reads each, in the order of the texts. */
  readonly paths: readonly string[];
  /** Open files that it inherits, from descriptor 3 on. */
  readonly descriptors: readonly number[];
}

type Use<T> = (inputs: UnseenInputs) => Promise<T>;

/**
 * Gives texts to one run of a program, however it ends.
 * @param memory where a file system in memory is; elsewhere the texts go through FIFOs that only this user may open
 */
export async function withUnseen<T>(texts: readonly Secret[], use: Use<T>, memory = MEMORY): Promise<T> {
  const isOpen = access(memory, constants.W_OK).then(
    () => true,
    () => false,
  );
  return (await isInMemory(memory)) && (await isOpen) ? throughMemory(texts, use, memory) : throughPipes(texts, use);
}

/** Files without a name: nobody else finds them, and a killed process leaves none behind. */
async function throughMemory<T>(texts: readonly Secret[], use: Use<T>, memory: string): Promise<T> {
  const files: FileHandle[] = [];
  try {
    for (const text of texts) {
      const file = await nameless(memory);
      files.push(file);
      await file.writeFile(reveal(text));
    }
    const paths = files.map((_, index) => `/dev/fd/${FIRST + index}`);
    return await use({ paths, descriptors: files.map(({ fd }) => fd) });
  } finally {
    for (const file of files) await file.close();
  }
}

/** The first descriptor behind stdin, stdout and stderr. */
const FIRST = 3;

/** O_TMPFILE of Linux (open(2)), which Node has no name for. */
const TMPFILE = 0o20000000 | constants.O_DIRECTORY;

/** Without one from its beginning; on systems that cannot do that it has one while it is empty. */
async function nameless(folder: string): Promise<FileHandle> {
  return open(folder, TMPFILE | constants.O_RDWR | constants.O_EXCL, 0o600).catch(() => namelessNow(folder));
}

async function namelessNow(folder: string): Promise<FileHandle> {
  const path = join(folder, `nigari-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  await unlink(path);
  return file;
}

/** Where no memory is to be had. What stands in a pipe is never on the disk, only its name is. */
async function throughPipes<T>(texts: readonly Secret[], use: Use<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'nigari-'));
  try {
    const paths = texts.map((_, index) => join(folder, String(index)));
    await makePipes(folder, paths);
    const over = new AbortController();
    const fed = Promise.all(texts.map((text, index) => feed(paths[index] ?? '', text, over.signal)));
    try {
      return await use({ paths, descriptors: [] });
    } finally {
      over.abort();
      await fed;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @throws Refusal 4 where there are none: a file in clear is no way round */
async function makePipes(folder: string, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  const ended = await runProgram({ file: 'mkfifo', args: ['-m', '600', ...paths], cwd: folder, env: {} });
  if (!ended.ok || ended.value.exitCode !== 0) throw new Refusal([noPipes], Exit.otherProgram);
}

const noPipes: Problem = {
  code: 'no-private-place',
  severity: 'error',
  message:
    'there is neither a file system in memory here (/dev/shm) nor mkfifo: secrets would have to be files in clear',
  hint: 'on Windows, run this in WSL 2',
};

/** Between two looks for a reader, or for room in the pipe, in milliseconds. */
const PAUSE = 5;

/**
 * Waits for a reader, and writes as it reads; one that goes away before the end is its own affair. Nothing here blocks: to open
 * a FIFO as usual, or to write to a full one, holds up a thread for as long as nobody reads, and Node has four for all its files.
 */
async function feed(path: string, text: Secret, over: AbortSignal): Promise<void> {
  const pipe = await patiently(() => open(path, ONLY_WRITE), 'ENXIO', over);
  if (pipe === undefined) return;
  try {
    await writeAll(pipe, Buffer.from(reveal(text)), over);
  } catch (error) {
    if (codeOf(error) !== 'EPIPE') throw error;
  } finally {
    await pipe.close();
  }
}

async function writeAll(pipe: FileHandle, bytes: Buffer, over: AbortSignal): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const step = await patiently(() => pipe.write(bytes, written), 'EAGAIN', over);
    if (step === undefined) return;
    written += step.bytesWritten;
  }
}

/**
 * Tries again for as long as it fails with the code that means "not yet".
 * @returns undefined where all is over before it succeeds
 */
async function patiently<T>(attempt: () => Promise<T>, notYet: string, over: AbortSignal): Promise<T | undefined> {
  while (!over.aborted) {
    try {
      return await attempt();
    } catch (error) {
      if (codeOf(error) !== notYet) throw error;
    }
    await pause(PAUSE);
  }
  return undefined;
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/** Whatever is not there is not made: as a file it would be on the disk. */
const ONLY_WRITE = constants.O_WRONLY | constants.O_NONBLOCK;
