/** Finishes what a run that was killed had begun, or takes it back: what is on the disk is then the old tree or the new one. */
import { createHash } from 'node:crypto';
import { dirname, join, relative, sep } from 'node:path';
import { checked, Exit, must, Refusal, type Checked, type Problem } from '../problem.ts';
import { inBatches } from './batches.ts';
import { confine, confineFile } from './confine.ts';
import { JOURNAL } from './cut-short.ts';
import { nodeFiles, type FilePort } from './files.ts';
import { errno } from './io-problem.ts';
import { readJournal, removeFile, removeJournal, siteOf, type Journal, type Site } from './journal.ts';
import { allSteps, writing } from './steps.ts';
import { temporaryFor } from './write-job.ts';

/**
 * Only for whoever holds the lock. Where no run was cut short, nothing is touched.
 * @param root absolute path of the project
 * @returns a note that it was done, and a warning for each file that somebody has changed since: that stays as it is. Else
 *   `journal-newer`, or what the system refused: then the next run tries again
 */
export async function recover(root: string, files: FilePort = nodeFiles): Promise<Checked<void>> {
  const problems: Problem[] = [];
  const done = await allSteps(async () => {
    const site = must(await siteOf(root, files), Exit.refusedInput);
    const journal = must(await writing(JOURNAL, () => readJournal(site)), Exit.refusedInput);
    problems.push(...(await follow(journal, site)));
  });
  return done.ok ? checked(undefined, problems) : done;
}

async function follow(journal: Journal | 'unreadable' | null, site: Site): Promise<readonly Problem[]> {
  if (journal === null) return [];
  if (journal !== 'unreadable' && journal.state === 'forward') return [finished, ...(await roll(journal, site))];
  if (journal !== 'unreadable') return [takenBack, ...(await roll(journal, site))];
  // It is none, or its writing was cut short, before anything else was done.
  await writing(JOURNAL, () => removeFile(site.journal, site.files));
  return [takenBack];
}

/**
 * Does what a journal says, as far as it is not done: each file is looked at, so that it may be begun anew as often as it
 * is cut short. A journal may be anybody's work, that came with a clone: so nothing is moved but a file of our pattern
 * that lies beside its target and has the hash that the journal says, and no file is replaced or removed that has a hash
 * which it does not say. It can do no more than the commit that it came with.
 * @returns a warning for each file that was changed since; that stays as it is
 * @throws Refusal with what the system refused
 */
export async function roll(journal: Journal, site: Site): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const move of movesOf(journal))
    problems.push(...(await writing(move.path, () => settle(move, journal.id, site))));
  await sweep(journal, site);
  await conclude(journal, site);
  return problems;
}

/** One file on its way. */
interface Move {
  readonly path: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly end: 'tmp' | 'old';
}

/** What goes, goes first: where `Main.tf` and `main.tf` are one file, the deletion of one must not take the other. */
function movesOf({ state, files }: Journal): readonly Move[] {
  if (state === 'preparing') return [];
  const moves = files.map(({ path, before, after }): Move =>
    state === 'forward' ? { path, from: before, to: after, end: 'tmp' } : { path, from: after, to: before, end: 'old' },
  );
  return [...moves.filter(({ to }) => to === null), ...moves.filter(({ to }) => to !== null)];
}

async function settle({ path, from, to, end }: Move, id: string, site: Site): Promise<readonly Problem[]> {
  const { files } = site;
  const target = await placeOf(path, site);
  if (target === null) return [leftAlone(path)];
  const temporary = temporaryFor(target, id, end);
  const [now, laid] = [await hashOf(target, files), await hashOf(temporary, files)];
  const isKnown = now === null || now === from || now === to;
  if (isKnown && to !== null && laid === to) await files.rename(temporary, target);
  else if (isKnown && to === null && now !== null) await files.remove(target);
  else return now === to ? [] : [leftAlone(path)];
  await files.syncFolder(dirname(target));
  return [];
}

/** Whatever else may stand there now: nothing of it is ours. */
const CHANGED_PLACE: ReadonlySet<string> = new Set([
  'path-outside-project',
  'dangling-link',
  'link-loop',
  'file-in-the-way',
  'folder-in-the-way',
  'special-file-in-the-way',
]);

/** What other programs own, in every spelling of a file system: no run of ours writes there, whatever a journal says. */
const OTHERS = /^(\.git|git~\d+|\.terraform|node_modules)$/i;

/** @returns the absolute path, without links; null where nigari has nothing to say. @throws what the system refused */
async function placeOf(path: string, { root, files }: Site): Promise<string | null> {
  const place = await confineFile(root, path, files);
  if (place.ok) return isOthers(relative(root, place.value.file)) ? null : place.value.file;
  if (place.problems.every(({ code }) => CHANGED_PLACE.has(code))) return null;
  throw new Refusal(place.problems, Exit.refusedInput);
}

function isOthers(path: string): boolean {
  return path.split(sep).some((part) => OTHERS.test(part));
}

/** SHA-256, in hex; null where nothing is, and no hash where something else than a file is. */
async function hashOf(path: string, files: FilePort): Promise<string | null> {
  const found = await files.lstat(path);
  if (found === null) return null;
  return found.isFile() ? hash(await files.read(path)) : 'no file';
}

export const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Removes the temporary files that are left. */
async function sweep({ files: entries, id }: Journal, site: Site): Promise<void> {
  await inBatches(entries, ({ path }) =>
    writing(path, async () => {
      const target = await placeOf(path, site);
      if (target === null) return;
      await removeFile(temporaryFor(target, id), site.files);
      await removeFile(temporaryFor(target, id, 'old'), site.files);
    }),
  );
}

/** The end of a run, when all is in its place. @throws Refusal with what the system refused */
export async function conclude(journal: Journal, site: Site): Promise<void> {
  await removeFolders(journal.state === 'forward' ? journal.emptied : journal.made, site);
  await writing(JOURNAL, () => removeJournal(journal, site));
}

/** One that is not empty, or a link, or cannot be removed, stays: that harms nobody. */
async function removeFolders(folders: readonly string[], { root, files }: Site): Promise<void> {
  for (const folder of folders.toSorted((a, b) => b.length - a.length)) {
    const place = await confine(root, folder, files);
    const isPlain = place.ok && place.value.file === join(root, folder) && !isOthers(folder);
    if (isPlain) await files.removeFolder(place.value.file).catch(ignoreRefusal);
  }
}

function ignoreRefusal(error: unknown): void {
  if (errno(error) === null) throw error;
}

const finished: Problem = {
  code: 'run-finished',
  severity: 'note',
  message: 'an earlier run was cut short while it wrote: what it had begun is finished now',
};

const takenBack: Problem = {
  code: 'run-taken-back',
  severity: 'note',
  message: 'an earlier run was cut short while it wrote: the files are as they were before it',
};

const leftAlone = (path: string): Problem => ({
  code: 'changed-since',
  severity: 'warning',
  file: path,
  message: `${path} was to be written by a run that was cut short, and has been changed since: it stays as it is`,
  hint: 'look at it, then run `nigari configure`',
});
