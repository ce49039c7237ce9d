/** Replaces and deletes files, all or nothing: every new text lies beside its target before the first name changes. */
import { dirname, join, relative, sep } from 'node:path';
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
 * Creates, replaces or deletes files. One that already has the text and the executable bit is not touched. A folder
 * that a deletion leaves empty goes too, and so upwards to the root.
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
    for (const job of goneFirst(jobs.value)) await moveIntoPlace(next(job), files, progress);
    for (const folder of progress.folders) await files.syncFolder(folder);
  } catch (error) {
    const left = await stepBack(progress.undo, root);
    return refused(error === signal?.reason ? interrupted : ioProblem(error, 'write', at), ...left);
  }
  for (const job of jobs.value) if (job.wanted === null) await removeEmptied(root, dirname(job.path), files);
  return checked(undefined);
}

/** Where `Main.tf` and `main.tf` are one file, the deletion of one must not take the other. */
function goneFirst(jobs: readonly Job[]): readonly Job[] {
  return [...jobs.filter(({ wanted }) => wanted === null), ...jobs.filter(({ wanted }) => wanted !== null)];
}

async function writeBeside({ target, temporary, wanted }: Job, files: FilePort, progress: Progress): Promise<void> {
  if (temporary === null || wanted === null) return;
  await makeFolder(dirname(target), files, progress);
  progress.undo.push({ left: temporary, run: () => removeIfThere(temporary, files) });
  await files.create(temporary, wanted.bytes, wanted.mode);
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
  if (job.temporary === null) await files.remove(job.target);
  else await files.rename(job.temporary, job.target);
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

/** No link is a folder that we made. One that cannot be removed harms nobody. @param folder relative to the root */
async function removeEmptied(root: string, folder: string, files: FilePort): Promise<void> {
  if (folder === '.') return;
  try {
    if ((await files.lstat(join(root, folder))).isSymbolicLink()) return;
    await files.removeFolder(join(root, folder));
  } catch (error) {
    // It is not empty, or gone already.
    if (errno(error) === null) throw error;
  }
  await removeEmptied(root, dirname(folder), files);
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
