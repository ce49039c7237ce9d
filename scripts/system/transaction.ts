/**
 * Replaces and deletes files, all or nothing, also when the run is killed. First a journal says what is to come; then every
 * new text is laid beside its target; then the journal says that all is ready: from that moment on the new tree counts, and
 * the names change. Whatever a killed run leaves undone, the next one does (`recovery.ts`).
 */
import { dirname, join, relative, sep } from 'node:path';
import { checked, Exit, must, Refusal, type Checked, type Problem } from '../problem.ts';
import { inBatches } from './batches.ts';
import { JOURNAL } from './cut-short.ts';
import { nodeFiles, type FilePort } from './files.ts';
import { beginJournal, layJournal, siteOf, turnJournal, type Journal, type Site } from './journal.ts';
import { withLock } from './lock.ts';
import { conclude, hash, recover, roll } from './recovery.ts';
import { allSteps, writing } from './steps.ts';
import { newId, prepare, temporaryFor, type Job, type Wanted } from './write-job.ts';

export interface WriteOptions {
  readonly files?: FilePort;
  /** Aborted: what is done so far is undone, unless all new texts are ready; then they go into place. */
  readonly signal?: AbortSignal;
}

/**
 * Creates, replaces or deletes files. One that already has the text and the executable bit is not touched. A folder
 * that a deletion leaves empty goes too, and so upwards to the root. Where there is nothing to do, nothing is written.
 * @param root absolute path of the project; nothing outside of it is written, whatever links say
 * @returns nothing, or the reason with the old tree put back: what the system refused (`io-problem.ts`), what `confineFile`
 *   refuses, `link-in-the-way`, `changed-meanwhile`, `locked` while another run writes, `interrupted`; `write-not-undone`
 *   where something could not be put back, which the next run does
 */
export async function replaceAll(
  wanted: readonly Wanted[],
  root: string,
  { files = nodeFiles, signal }: WriteOptions = {},
): Promise<Checked<void>> {
  const due = await prepare(wanted, root, files);
  if (!due.ok || due.value.length === 0) return due.ok ? checked(undefined) : due;
  return withLock(root, async () => {
    const before = await recover(root, files);
    if (!before.ok) return before;
    // Looked at again, for another run may have ended meanwhile.
    const done = await allSteps(async () => {
      const jobs = must(await prepare(wanted, root, files), Exit.refusedInput);
      if (jobs.length > 0) await carryOut(jobs, must(await siteOf(root, files), Exit.refusedInput), signal);
    });
    return { ...done, problems: [...before.problems, ...done.problems] };
  });
}

/** @throws Refusal with the old tree put back */
async function carryOut(jobs: readonly Job[], site: Site, signal?: AbortSignal): Promise<void> {
  const journal = await journalOf(jobs, site);
  const forward: Journal = { ...journal, state: 'forward' };
  let undo = (): Promise<unknown> => roll(journal, site);
  try {
    await writing(JOURNAL, () => beginJournal(journal, site));
    await layBeside(jobs, journal, site, signal);
    await writing(JOURNAL, () => layJournal(forward, site));
    undo = () => putBack(jobs, journal, site);
    await writing(JOURNAL, () => turnJournal(forward, site));
    await moveIntoPlace(jobs, journal, site);
  } catch (error) {
    const left = await undo().then(() => [], notUndone);
    if (error instanceof Refusal) throw new Refusal([...error.problems, ...left], error.exitCode);
    throw error;
  }
  // What that cannot remove, the next run does.
  await conclude(forward, site).catch(notUndone);
}

async function journalOf(jobs: readonly Job[], site: Site): Promise<Journal> {
  const files = jobs.map(({ path, old, wanted }) => ({
    path,
    before: old && hash(old.bytes),
    after: wanted && hash(wanted.bytes),
  }));
  const emptied = jobs.flatMap(({ path, wanted }) => (wanted === null ? foldersOf(path) : []));
  return {
    state: 'preparing',
    id: newId(),
    files,
    made: await missingFolders(jobs, site),
    emptied: [...new Set(emptied)],
  };
}

/** Those that a path lies in, relative to the project, outermost first. */
function foldersOf(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** Outermost first. */
async function missingFolders(jobs: readonly Job[], { root, files }: Site): Promise<readonly string[]> {
  const targets = jobs.filter(({ wanted }) => wanted !== null).map(({ target }) => relative(root, target));
  const folders = new Set(targets.flatMap((path) => foldersOf(path.replaceAll(sep, '/'))));
  const missing = await inBatches([...folders], async (folder) =>
    writing(folder, async () => ((await files.lstat(join(root, folder))) === null ? [folder] : [])),
  );
  return missing.flat();
}

/** Makes what is missing of folders, and writes the new texts; when it is done, all of that is on the disk for good. */
async function layBeside(jobs: readonly Job[], { id, made }: Journal, site: Site, signal?: AbortSignal): Promise<void> {
  const { root, files } = site;
  for (const folder of made) await writing(folder, () => files.makeFolder(join(root, folder)));
  await inBatches(jobs, async ({ path, target, wanted }) => {
    if (signal?.aborted) throw new Refusal([interrupted], Exit.interrupted);
    return writing(path, async () => wanted && files.create(temporaryFor(target, id), wanted.bytes, wanted.mode));
  });
  await syncFolders(
    [...jobs.map(({ target }) => dirname(target)), ...made.map((folder) => dirname(join(root, folder)))],
    site,
  );
}

/** What goes, goes first: where `Main.tf` and `main.tf` are one file, the deletion of one must not take the other. */
async function moveIntoPlace(jobs: readonly Job[], { id }: Journal, site: Site): Promise<void> {
  const { files } = site;
  const [gone, kept] = [jobs.filter(({ wanted }) => wanted === null), jobs.filter(({ wanted }) => wanted !== null)];
  for (const { path, target } of gone) await writing(path, () => files.remove(target));
  for (const { path, target } of kept) await writing(path, () => files.rename(temporaryFor(target, id), target));
  await syncFolders(
    jobs.map(({ target }) => dirname(target)),
    site,
  );
}

async function syncFolders(folders: readonly string[], { root, files }: Site): Promise<void> {
  await inBatches([...new Set(folders)], (folder) =>
    writing(relative(root, folder) || '.', () => files.syncFolder(folder)),
  );
}

/** Lays the old texts beside their targets, and takes them for the new ones. */
async function putBack(jobs: readonly Job[], journal: Journal, site: Site): Promise<void> {
  const { files } = site;
  await inBatches(jobs, ({ path, target, old }) =>
    writing(path, async () => old && files.create(temporaryFor(target, journal.id, 'old'), old.bytes, old.mode)),
  );
  const back: Journal = { ...journal, state: 'back' };
  await writing(JOURNAL, async () => {
    await layJournal(back, site);
    await turnJournal(back, site);
  });
  const problems = await roll(back, site);
  if (problems.length > 0) throw new Refusal(problems, Exit.refusedInput);
}

const interrupted: Problem = {
  code: 'interrupted',
  severity: 'error',
  message: 'interrupted: the files are as they were before',
  hint: 'run the command again',
};

/** @throws what is no refusal of the system: a bug */
function notUndone(error: unknown): readonly Problem[] {
  if (!(error instanceof Refusal)) throw error;
  return error.problems.map(({ file, message }) => ({
    code: 'write-not-undone',
    severity: 'error',
    ...(file !== undefined && { file }),
    message: `the files could not be put back as they were before: ${message}`,
    hint: 'run any command of nigari when the cause is gone, e.g. `nigari check`: it makes the tree whole first',
  }));
}
