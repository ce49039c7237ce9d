/** A read-only picture of what the project holds now. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { checked, distinct, refused, type Checked, type Problem } from '../problem.ts';
import type { Disk, DiskFile } from '../types.ts';
import { confine, confineFile } from './confine.ts';
import { errno, ioProblem } from './io-problem.ts';

/**
 * Reads the given files; one that is missing is absent from the picture.
 * @param root absolute path of the project
 * @param paths relative to it
 * @returns the picture, or every problem: what `confineFile` refuses, or what the system refused
 */
export async function readDisk(root: string, paths: Iterable<string>): Promise<Checked<Disk>> {
  const disk = new Map<string, DiskFile>();
  const problems: Problem[] = [];
  for (const path of paths) {
    const file = await readOne(root, path);
    if (!file.ok) problems.push(...file.problems);
    else if (file.value !== null) disk.set(path, file.value);
  }
  return checked<Disk>(disk, distinct(problems));
}

async function readOne(root: string, path: string): Promise<Checked<DiskFile | null>> {
  const place = await confineFile(root, path);
  if (!place.ok) return place;
  const { file, is, mode } = place.value;
  if (is === 'missing') return checked(null);
  try {
    return checked({ bytes: readFileSync(file), executable: (mode & 0o111) !== 0 });
  } catch (error) {
    return errno(error) === 'ENOENT' ? checked(null) : refused(ioProblem(error, 'read', path));
  }
}

/** Reads a file wherever it is, as git hands one to the programs that it runs. @param path absolute */
export async function readAnyFile(path: string): Promise<Checked<Uint8Array>> {
  try {
    return checked(readFileSync(path));
  } catch (error) {
    return refused(ioProblem(error, 'read', path));
  }
}

/** Folders that other programs own; they can hold tens of thousands of files. */
const OTHERS = new Set(['.git', '.terraform', 'node_modules']);

/**
 * The files below a folder, sorted, relative to the root. Links are not followed and not listed, `.git`, `.terraform`
 * and `node_modules` are passed over; a missing folder has no files.
 * @param folder relative to the root, or `.` for all of it
 */
export async function listFiles(root: string, folder: string): Promise<Checked<readonly string[]>> {
  if (folder === '.') return listBelow(root, '');
  const place = await confine(root, folder);
  if (!place.ok) return place;
  return place.value.is === 'folder' ? listBelow(root, folder) : checked([]);
}

async function listBelow(root: string, folder: string): Promise<Checked<readonly string[]>> {
  const files: string[] = [];
  const open = [folder];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    try {
      for (const entry of readdirSync(join(root, at), { withFileTypes: true })) {
        const path = at === '' ? entry.name : `${at}/${entry.name}`;
        if (entry.isFile()) files.push(path);
        else if (entry.isDirectory() && !OTHERS.has(entry.name)) open.push(path);
      }
    } catch (error) {
      if (errno(error) !== 'ENOENT') return refused(ioProblem(error, 'list', at || '.'));
    }
  }
  return checked(files.toSorted());
}
