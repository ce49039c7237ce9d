/** What is written, and by whom: generated files only as `Sealed`, a few public files by functions of their own. */
import { basename, join } from 'node:path';
import { checked, refused, type Checked } from '../problem.ts';
import type { Change, Sealed, SourceFile } from '../types.ts';
import { nodeFiles } from './files.ts';
import { ioProblem } from './io-problem.ts';
import { removeFile } from './journal.ts';
import { replaceAll, type WriteOptions } from './transaction.ts';
import { newId, temporaryFor, type Wanted } from './write-job.ts';

/** A public file of the user's or of nigari's own: an input without its secrets, `.sops.yaml`, `.gitignore`. */
export interface PublicFile {
  readonly path: string;
  readonly text: string;
  /** As `Wanted` has it. */
  readonly was?: Uint8Array | null;
}

export interface Together extends WriteOptions {
  /** Public files that belong to the same step: none of them changes without the others. */
  readonly beside?: readonly PublicFile[];
  /**
   * What the rest was decided on, by path; absent is what was not there. A file that is not the same any more is refused
   * (`changed-meanwhile`). Not given: whatever is there is replaced.
   */
  readonly seen?: ReadonlyMap<string, { readonly bytes: Uint8Array }>;
}

/**
 * Creates, updates and deletes generated files, all or nothing; `keep` is left alone. Folders that are empty then go too.
 * @param root absolute path of the project
 * @returns as `replaceAll`
 */
export function write(changes: readonly Change[], root: string, together: Together = {}): Promise<Checked<void>> {
  return writeTogether(changes.flatMap(wantedOf), root, together);
}

function wantedOf(change: Change): readonly Wanted[] {
  if ('sealed' in change) return [change.sealed];
  return change.kind === 'delete' ? [{ path: change.path, bytes: null, executable: false }] : [];
}

/**
 * Writes sealed files and the `.sops.yaml` that says for whom they are, all or nothing. The rules come first: whatever
 * stops the run in between, no later one seals anew for somebody who was removed.
 * @param rules public text, as the user wrote it but for the recipients
 */
export function writeWithRules(
  rules: SourceFile,
  sealed: readonly Sealed[],
  root: string,
  together: Together = {},
): Promise<Checked<void>> {
  return writeTogether([{ ...rules, executable: false }, ...sealed], root, together);
}

function writeTogether(
  wanted: readonly Wanted[],
  root: string,
  { beside = [], seen, ...options }: Together,
): Promise<Checked<void>> {
  const known =
    seen === undefined ? wanted : wanted.map((file) => ({ ...file, was: seen.get(file.path)?.bytes ?? null }));
  return replaceAll([...known, ...beside.map(asWanted)], root, options);
}

const asWanted = ({ text, ...file }: PublicFile): Wanted => ({ ...file, bytes: Buffer.from(text), executable: false });

/**
 * Makes public files of `init`'s, and their folders, where nothing is there; what is there is never touched.
 * @returns the paths that were made
 */
export async function writeNew(root: string, files: readonly PublicFile[]): Promise<Checked<readonly string[]>> {
  const found = await Promise.all(files.map(({ path }) => nodeFiles.lstat(join(root, path)).catch(() => null)));
  const missing = files.filter((_, index) => found[index] === null);
  const done = await replaceAll(
    missing.map((file) => asWanted({ ...file, was: null })),
    root,
  );
  return done.ok ? checked(missing.map(({ path }) => path)) : done;
}

/**
 * Creates or replaces one public file that is nigari's own to keep up: the marked block in `.gitignore`, what lies
 * in `.nigari/`. Generated files go through `write`.
 */
export function writePublic(root: string, file: PublicFile): Promise<Checked<void>> {
  return replaceAll([asWanted(file)], root);
}

/**
 * Replaces a file that git made for a merge driver, wherever it is, by a sealed one. One name changes, so that needs no
 * journal, and there may be no project where it lies.
 * @param file absolute path
 */
export async function writeSealedAt(file: string, { bytes }: Sealed): Promise<Checked<void>> {
  const temporary = temporaryFor(file, newId());
  try {
    await nodeFiles.create(temporary, bytes, { bits: 0o644, exact: false });
    await nodeFiles.rename(temporary, file);
    return checked(undefined);
  } catch (error) {
    await removeFile(temporary, nodeFiles).catch(() => {});
    return refused(ioProblem(error, 'write', basename(file)));
  }
}
