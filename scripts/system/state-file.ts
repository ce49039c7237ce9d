/** States of OpenTofu that are files, and a folder to open one in. */
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checked, refused, type Checked } from '../problem.ts';
import { confine } from './confine.ts';
import { ioProblem } from './io-problem.ts';

/** @param file absolute @returns null where there is none that can be read */
export async function readState(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch(() => null);
}

/** Git ignores it. */
const FOLDER = '.nigari/cache/state';

/**
 * Puts a state where OpenTofu looks for one by itself, in a folder without any configuration, while `work` runs.
 * @param text encrypted: it is written as it is
 * @param work gets the folder's path, relative to the project
 */
export async function withStateFolder<T>(
  root: string,
  text: string,
  work: (directory: string) => Promise<T>,
): Promise<Checked<T>> {
  const place = await confine(root, FOLDER);
  if (!place.ok) return place;
  const { file } = place.value;
  try {
    const failed = await fill(file, text);
    return failed ?? checked(await work(FOLDER));
  } finally {
    await rm(file, { recursive: true, force: true });
  }
}

/** What a killed run has left goes first. */
async function fill(folder: string, text: string): Promise<Checked<never> | null> {
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
    await writeFile(join(folder, 'terraform.tfstate'), text, { mode: 0o600 });
    return null;
  } catch (error) {
    return refused(ioProblem(error, 'write', FOLDER));
  }
}
