/** A configuration of another program that holds a user's own credentials, changed only when asked for by name. */
import { randomUUID } from 'node:crypto';
import { chmod, mkdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { checked, refused, type Checked } from '../problem.ts';
import { ioProblem } from './io-problem.ts';

/**
 * Writes it whole or not at all; only this user may read it (0600). A link stays one.
 * @param path absolute @returns what the system refused
 */
export async function writeUserConfig(path: string, text: string): Promise<Checked<void>> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await realpath(path).catch(() => path);
    const fresh = `${file}.${randomUUID()}`;
    try {
      await writeFile(fresh, text, { mode: 0o600, flag: 'wx' });
      await chmod(fresh, 0o600);
      await rename(fresh, file);
    } finally {
      await rm(fresh, { force: true });
    }
    return checked(undefined);
  } catch (error) {
    return refused(ioProblem(error, 'write', path));
  }
}
