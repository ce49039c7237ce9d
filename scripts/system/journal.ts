/**
 * What a run that writes is about to do, on the disk, so that the next run can finish it or take it back
 * (`recovery.ts`). It holds paths and hashes, and no content.
 */
import { dirname } from 'node:path';
import { checked, refused, type Checked, type Problem } from '../problem.ts';
import { confineFile } from './confine.ts';
import { JOURNAL } from './cut-short.ts';
import type { FilePort } from './files.ts';
import { ioProblem } from './io-problem.ts';
import { temporaryFor } from './write-job.ts';

export interface Journal {
  /**
   * `preparing`: new texts are being laid beside their targets. `forward`: they are all there, and go into place.
   * `back`: that failed; the old texts lie there, and go back.
   */
  readonly state: 'preparing' | 'forward' | 'back';
  /** A part of the names of its temporary files (`temporaryFor`). */
  readonly id: string;
  readonly files: readonly Entry[];
  /** Folders that are made for it, relative to the project. */
  readonly made: readonly string[];
  /** Folders that may be empty when it is done; such go. */
  readonly emptied: readonly string[];
}

/** One file, by path relative to the project: SHA-256 of what it held before and of what it will hold; null for no file. */
export interface Entry {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** Where a run writes. */
export interface Site {
  /** Absolute, without symbolic links. */
  readonly root: string;
  /** The journal's absolute path. */
  readonly journal: string;
  readonly files: FilePort;
}

/** @param root absolute path of the project */
export async function siteOf(root: string, files: FilePort): Promise<Checked<Site>> {
  const place = await confineFile(root, JOURNAL, files);
  if (!place.ok) return place;
  try {
    return checked({ root: await files.realpath(root), journal: place.value.file, files });
  } catch (error) {
    return refused(ioProblem(error, 'read', '.'));
  }
}

/** The first that a run writes: before, nothing of it is on the disk. */
export function beginJournal(journal: Journal, { journal: file, files }: Site): Promise<void> {
  return files.create(file, bytesOf(journal), MODE);
}

/** Lays one beside it. */
export async function layJournal(journal: Journal, { journal: file, files }: Site): Promise<void> {
  const temporary = temporaryFor(file, journal.id);
  await removeFile(temporary, files);
  await files.create(temporary, bytesOf(journal), MODE);
}

/** Puts the one that was laid beside it in its place: from one moment to the next that counts, and for good. */
export async function turnJournal({ id }: Pick<Journal, 'id'>, { journal: file, files }: Site): Promise<void> {
  await files.rename(temporaryFor(file, id), file);
  await files.syncFolder(dirname(file));
}

/** The last that a run does. */
export async function removeJournal({ id }: Pick<Journal, 'id'>, { journal: file, files }: Site): Promise<void> {
  await removeFile(temporaryFor(file, id), files);
  await removeFile(file, files);
}

/** Removes a file if there is one; anything else of that name is not ours. */
export async function removeFile(path: string, files: FilePort): Promise<void> {
  if ((await files.lstat(path))?.isFile()) await files.remove(path);
}

const SCHEMA = 1;
const MODE = { bits: 0o644, exact: false };

function bytesOf(journal: Journal): Uint8Array {
  return Buffer.from(`${JSON.stringify({ schema: SCHEMA, ...journal }, null, 1)}\n`);
}

/** More than ten times what the largest project needs. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * @returns null where none is, `unreadable` where it is none of ours or was never written to its end: then nothing had begun
 *   yet; `journal-newer` for one of a later nigari
 */
export async function readJournal({ journal: file, files }: Site): Promise<Checked<Journal | 'unreadable' | null>> {
  const found = await files.lstat(file);
  if (found === null) return checked(null);
  if (found.size > MAX_BYTES) return checked('unreadable');
  return parseJournal(Buffer.from(await files.read(file)).toString());
}

function parseJournal(text: string): Checked<Journal | 'unreadable'> {
  try {
    const value = (JSON.parse(text) ?? {}) as Readonly<Record<string, unknown>>;
    if (Number(value['schema']) > SCHEMA) return refused(newer);
    return checked(isJournal(value) ? value : 'unreadable');
  } catch {
    return checked('unreadable');
  }
}

function isJournal(value: unknown): value is Journal {
  const { schema, state, id, files, made, emptied } = value as Readonly<Record<string, unknown>>;
  return (
    schema === SCHEMA &&
    ['preparing', 'forward', 'back'].includes(String(state)) &&
    isHex(id, 12) &&
    [files, made, emptied].every(Array.isArray) &&
    (files as unknown[]).every(isEntry) &&
    [...(made as unknown[]), ...(emptied as unknown[])].every((folder) => typeof folder === 'string')
  );
}

function isEntry(value: unknown): value is Entry {
  const entry = (value ?? {}) as Readonly<Record<string, unknown>>;
  return (
    typeof entry['path'] === 'string' &&
    [entry['before'], entry['after']].every((hash) => hash === null || isHex(hash, 64))
  );
}

const isHex = (value: unknown, digits: number): boolean =>
  typeof value === 'string' && value.length === digits && /^[0-9a-f]+$/.test(value);

const newer: Problem = {
  code: 'journal-newer',
  severity: 'error',
  file: JOURNAL,
  message: 'a run of a later nigari was cut short here, and only such a one can finish what it began',
  hint: 'run any command of that version, e.g. `nigari check`',
};
