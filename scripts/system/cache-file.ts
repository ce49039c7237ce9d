/** What nigari remembers of its work on this machine. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checked, refused, type Checked } from '../problem.ts';
import { confineFile } from './confine.ts';
import { ioProblem } from './io-problem.ts';

/** Git ignores it. */
const FOLDER = '.nigari/cache';

/** Absolute path of a folder in it, for another program's own use. */
export const cacheFolder = (root: string, name: string): string => join(root, FOLDER, name);

/** @returns null where there is none, or it cannot be read: then it is not known */
export async function readCache(root: string, name: string): Promise<string | null> {
  try {
    return readFileSync(join(root, FOLDER, name), 'utf8');
  } catch {
    return null;
  }
}

/**
 * Written plainly, without a journal, a lock, or waiting for the disk: whoever reads half of it takes it for none, and finds
 * out anew. What is the same is not written again.
 */
export async function writeCache(root: string, name: string, text: string): Promise<Checked<void>> {
  const path = `${FOLDER}/${name}`;
  const place = await confineFile(root, path);
  if (!place.ok) return place;
  if ((await readCache(root, name)) === text) return checked(undefined);
  try {
    mkdirSync(dirname(place.value.file), { recursive: true });
    writeFileSync(place.value.file, text);
    return checked(undefined);
  } catch (error) {
    return refused(ioProblem(error, 'write', path));
  }
}
