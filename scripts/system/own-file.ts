/** A file that is there for one run only. */
import { rm, writeFile } from 'node:fs/promises';
import { checked, refused, type Checked } from '../problem.ts';
import { confineFile } from './confine.ts';
import { ioProblem } from './io-problem.ts';

/** @param path relative to the project @returns its absolute path; a file that is there already is not overwritten */
export async function writeOwnFile(root: string, path: string, text: string): Promise<Checked<string>> {
  const place = await confineFile(root, path);
  if (!place.ok) return place;
  try {
    await writeFile(place.value.file, text, { flag: 'wx' });
    return checked(place.value.file);
  } catch (error) {
    return refused(ioProblem(error, 'write', path));
  }
}

export async function removeOwnFile(file: string): Promise<void> {
  await rm(file, { force: true }).catch(() => {});
}
