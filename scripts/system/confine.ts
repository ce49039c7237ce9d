/** Keeps every path inside the project, whatever `..` and symbolic links say. */
import type { Stats } from 'node:fs';
import { join, relative, isAbsolute, sep } from 'node:path';
import { checked, refused, type Checked, type Problem } from '../problem.ts';
import { nodeFiles, type FilePort } from './files.ts';
import { errno, ioProblem } from './io-problem.ts';

/** Where a path of the project really lies. */
export interface Place {
  /** Absolute, without symbolic links. */
  readonly file: string;
  readonly is: 'missing' | 'file' | 'folder' | 'other';
  /** Permission bits of what is there, 0 when nothing is. */
  readonly mode: number;
}

type Looker = Pick<FilePort, 'lstat' | 'realpath'>;

/** `confine` for a path at which only a file may be: a folder or a special file is refused. */
export async function confineFile(root: string, path: string, files: Looker = nodeFiles): Promise<Checked<Place>> {
  const place = await confine(root, path, files);
  if (!place.ok || place.value.is === 'missing' || place.value.is === 'file') return place;
  return refused(inTheWay(path, place.value.is));
}

/**
 * Resolves a path step by step, through links that stay inside.
 * @param root absolute path of the project
 * @param path relative to it, with `/` between its parts
 * @returns its place, or a problem: `path-outside-project`, `dangling-link`, `file-in-the-way`, or what the system refused
 */
export async function confine(root: string, path: string, files: Looker = nodeFiles): Promise<Checked<Place>> {
  const parts = path.split('/');
  if (!isPlain(path, parts)) return refused(outside(path, 'is not a plain path below the project'));
  try {
    return await walk(await files.realpath(root), parts, files);
  } catch (error) {
    return refused(ioProblem(error, 'read', path));
  }
}

function isPlain(path: string, parts: readonly string[]): boolean {
  if (path.includes('\0') || isAbsolute(path) || /^[A-Za-z]:/.test(path)) return false;
  if (sep === '\\' && path.includes('\\')) return false;
  return parts.every((part) => part !== '' && part !== '.' && part !== '..');
}

/** What is in the way is named, not the path that leads there: it may be in the way of many. */
async function walk(root: string, parts: readonly string[], files: Looker): Promise<Checked<Place>> {
  let at: Place = { file: root, is: 'folder', mode: 0 };
  for (const [index, part] of parts.entries()) {
    if (at.is !== 'folder') return refused(fileInTheWay(parts.slice(0, index).join('/')));
    const next = await look(root, join(at.file, part), parts.slice(0, index + 1).join('/'), files);
    if (!next.ok) return next;
    if (next.value.is === 'missing') return checked({ ...next.value, file: join(at.file, ...parts.slice(index)) });
    at = next.value;
  }
  return checked(at);
}

/** One step: what is at `file`, behind its link if it is one. @param path the same, relative to the root */
async function look(root: string, file: string, path: string, files: Looker): Promise<Checked<Place>> {
  const found = await files.lstat(file);
  if (found === null || !found.isSymbolicLink()) return checked(place(file, found));
  const real = await orMissing(files.realpath(file));
  if (real === null) return refused(dangling(path));
  if (!isInside(root, real)) return refused(outside(path, 'leads out of the project by a symbolic link'));
  return checked(place(real, await files.lstat(real)));
}

function place(file: string, found: Stats | null): Place {
  if (found === null) return { file, is: 'missing', mode: 0 };
  const is = found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other';
  return { file, is, mode: found.mode & 0o777 };
}

/** True when `path` is `folder` itself or below it; both absolute, without links. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

async function orMissing<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (errno(error) === 'ENOENT') return null;
    throw error;
  }
}

const outside = (path: string, how: string): Problem => ({
  code: 'path-outside-project',
  severity: 'error',
  file: path,
  message: `${path} ${how}`,
  hint: 'nigari reads and writes generated files only inside the project: change the path, or replace the link by a folder',
});

const dangling = (path: string): Problem => ({
  code: 'dangling-link',
  severity: 'error',
  file: path,
  message: `${path} is a symbolic link that leads nowhere`,
  hint: 'remove the link, or make what it points to',
});

const inTheWay = (path: string, is: 'folder' | 'other'): Problem => ({
  code: is === 'folder' ? 'folder-in-the-way' : 'special-file-in-the-way',
  severity: 'error',
  file: path,
  message: `${path} is a ${is === 'folder' ? 'folder' : 'special file'}, but nigari keeps a file there`,
  hint: `move it away: mv ${path} ${path}.old`,
});

const fileInTheWay = (path: string): Problem => ({
  code: 'file-in-the-way',
  severity: 'error',
  file: path,
  message: `${path} is a file, but nigari keeps files below a folder of that name`,
  hint: `move it away: mv ${path} ${path}.old`,
});
