/** What is written, and by whom: generated files only as `Sealed`, a few public files by functions of their own. */
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { checked, refused, type Checked } from '../problem.ts';
import type { Change, Sealed, SourceFile } from '../types.ts';
import { confine } from './confine.ts';
import { nodeFiles } from './files.ts';
import { errno, ioProblem } from './io-problem.ts';
import { replaceAll, type WriteOptions } from './transaction.ts';
import type { Wanted } from './write-job.ts';

/** A public file of the user's or of nigari's own: an input without its secrets, `.sops.yaml`, `.gitignore`. */
export interface PublicFile {
  readonly path: string;
  readonly text: string;
}

/** Public files that belong to the same step: none of them changes without the others. */
export type Beside = WriteOptions & { readonly beside?: readonly PublicFile[] };

/**
 * Creates, updates and deletes generated files, all or nothing; `keep` is left alone. Folders that are empty then go too.
 * @param root absolute path of the project
 * @returns as `replaceAll`
 */
export function write(
  changes: readonly Change[],
  root: string,
  { beside = [], ...options }: Beside = {},
): Promise<Checked<void>> {
  return replaceAll([...changes.flatMap(wantedOf), ...beside.map(asWanted)], root, options);
}

function wantedOf(change: Change): readonly Wanted[] {
  if ('sealed' in change) return [change.sealed];
  return change.kind === 'delete' ? [{ path: change.path, bytes: null, executable: false }] : [];
}

/** Replaces a file that git made for a merge driver, wherever it is, by a sealed one. @param file absolute path */
export function writeSealedAt(file: string, { bytes }: Sealed): Promise<Checked<void>> {
  return replaceAll([{ path: basename(file), bytes, executable: false }], dirname(file));
}

const asWanted = ({ path, text }: PublicFile): Wanted => ({ path, bytes: Buffer.from(text), executable: false });

/**
 * Writes sealed files and the `.sops.yaml` that says for whom they are, all or nothing. The rules come first: whatever
 * stops the run in between, no later one seals anew for somebody who was removed.
 * @param rules public text, as the user wrote it but for the recipients
 */
export function writeWithRules(
  rules: SourceFile,
  sealed: readonly Sealed[],
  root: string,
  { beside = [], ...options }: Beside = {},
): Promise<Checked<void>> {
  return replaceAll([{ ...rules, executable: false }, ...sealed, ...beside.map(asWanted)], root, options);
}

/**
 * Makes one public file of `init`'s, and its folders, if nothing is there; what is there is never touched.
 * @param path relative to the root
 * @param mode permission bits, less the umask
 * @returns true when it was made, false when something was there
 */
export async function writeNew(root: string, path: string, text: string, mode = 0o644): Promise<Checked<boolean>> {
  const folder = await folderFor(root, path);
  if (!folder.ok) return folder;
  const file = join(folder.value, basename(path));
  try {
    await nodeFiles.create(file, Buffer.from(text), { bits: mode, exact: false });
    return checked(true);
  } catch (error) {
    if (errno(error) === 'EEXIST') return checked(false);
    // Only what could be opened is ours; half of it must not stand in the way of the next run.
    if (!failedToOpen(error)) await nodeFiles.remove(file).catch(() => {});
    return refused(ioProblem(error, 'write', path));
  }
}

function failedToOpen(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'open';
}

/** The folder of a file, made if need be. */
async function folderFor(root: string, path: string): Promise<Checked<string>> {
  const folder = dirname(path);
  if (folder === '.') return checked(root);
  const place = await confine(root, folder);
  if (!place.ok) return place;
  try {
    await mkdir(place.value.file, { recursive: true });
    return checked(place.value.file);
  } catch (error) {
    return refused(ioProblem(error, 'write', folder));
  }
}

/**
 * Creates or replaces one public file that is nigari's own to keep up: the marked block in `.gitignore`, what lies
 * in `.nigari/`. Generated files go through `write`.
 */
export function writePublic(root: string, path: string, text: string): Promise<Checked<void>> {
  return replaceAll([asWanted({ path, text })], root);
}
