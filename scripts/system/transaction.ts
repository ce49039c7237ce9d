/** Replaces several files, all or nothing: every new text lies beside its target before the first name changes. */
import { dirname, relative, sep } from 'node:path';
import { checked, refused, type Checked, type Problem } from '../problem.ts';
import { nodeFiles, type FilePort } from './files.ts';
import { errno, ioProblem } from './io-problem.ts';
import { prepare, temporaryFor, type Job, type Wanted } from './write-job.ts';

export interface WriteOptions {
  readonly files?: FilePort;
  /** Aborted: what is done so far is undone, unless the last file is already in place. */
  readonly signal?: AbortSignal;
}

/** What was done so far. */
interface Progress {
  readonly undo: Undo[];
  /** Folders in which a name appears or changes. */
  readonly folders: Set<string>;
}

/** One step back; `left` (absolute) is what stays behind when it fails. */
interface Undo {
  readonly left: string;
  readonly run: () => Promise<void>;
}

/**
 * Creates or replaces files. One that already has the text and the executable bit is not touched.
 * @param root absolute path; nothing outside of it is written, whatever links say
 * @returns nothing, or the reason with the old tree put back: what the system refused (`io-problem.ts`), what `confineFile`
 *   refuses, `interrupted`; each thing that could not be put back adds a `write-not-undone`
 */
export async function replaceAll(
  wanted: readonly Wanted[],
  root: string,
  { files = nodeFiles, signal }: WriteOptions = {},
): Promise<Checked<void>> {
  const jobs = await prepare(wanted, root, files);
  if (!jobs.ok) return jobs;
  const progress: Progress = { undo: [], folders: new Set() };
  let at = '';
  const next = (job: Job): Job => {
    signal?.throwIfAborted();
    at = job.path;
    return job;
  };
  try {
    for (const job of jobs.value) await writeBeside(next(job), files, progress);
    for (const job of jobs.value) await moveIntoPlace(next(job), files, progress);
    for (const folder of progress.folders) await files.syncFolder(folder);
  } catch (error) {
    const left = await stepBack(progress.undo, root);
    return refused(error === signal?.reason ? interrupted : ioProblem(error, 'write', at), ...left);
  }
  return checked(undefined);
}

async function writeBeside(job: Job, files: FilePort, { undo, folders }: Progress): Promise<void> {
  await makeFolder(dirname(job.target), files, { undo, folders });
  undo.push({ left: job.temporary, run: () => removeIfThere(job.temporary, files) });
  await files.create(job.temporary, job.bytes, job.mode);
}

/** Ends at the root at the latest: that is there, `confine` resolved it. */
async function makeFolder(folder: string, files: FilePort, progress: Progress): Promise<void> {
  if (await isThere(folder, files)) return;
  await makeFolder(dirname(folder), files, progress);
  await files.makeFolder(folder);
  progress.undo.push({ left: folder, run: () => files.removeFolder(folder) });
  progress.folders.add(dirname(folder));
}

async function moveIntoPlace(job: Job, files: FilePort, { undo, folders }: Progress): Promise<void> {
  await files.rename(job.temporary, job.target);
  undo.push({ left: job.target, run: () => putBack(job, files) });
  folders.add(dirname(job.target));
}

async function putBack({ target, old }: Job, files: FilePort): Promise<void> {
  if (old === null) return files.remove(target);
  const temporary = temporaryFor(target);
  try {
    await files.create(temporary, old.bytes, old.mode);
    await files.rename(temporary, target);
  } catch (error) {
    await removeIfThere(temporary, files).catch(() => {});
    throw error;
  }
}

/** Undoes in reverse; goes on when a step fails, and says what stays behind. */
async function stepBack(undo: readonly Undo[], root: string): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const { left, run } of undo.toReversed()) {
    await run().catch(() => problems.push(notUndone(relative(root, left).replaceAll(sep, '/'))));
  }
  return problems;
}

async function removeIfThere(path: string, files: FilePort): Promise<void> {
  try {
    await files.remove(path);
  } catch (error) {
    if (errno(error) !== 'ENOENT') throw error;
  }
}

async function isThere(path: string, files: FilePort): Promise<boolean> {
  try {
    await files.lstat(path);
    return true;
  } catch (error) {
    if (errno(error) === 'ENOENT') return false;
    throw error;
  }
}

const interrupted: Problem = {
  code: 'interrupted',
  severity: 'error',
  message: 'interrupted: the files are as they were before',
  hint: 'run the command again',
};

const notUndone = (path: string): Problem => ({
  code: 'write-not-undone',
  severity: 'error',
  file: path,
  message: `${path} could not be put back as it was before`,
  hint: 'run `nigari configure` again when the cause is gone; it makes the tree whole',
});
