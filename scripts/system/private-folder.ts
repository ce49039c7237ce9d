/** Folders of the cache that hold what only this user may see, and texts that may be missing. */
import { chmod, mkdir, readFile, rm } from 'node:fs/promises';

/**
 * An empty folder that nobody else may look into, in place of whatever was there.
 * @param folder absolute @throws what the system refused
 */
export async function emptyPrivateFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
}

/** @param file absolute @returns null where there is none that can be read */
export async function textIfThere(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch(() => null);
}
