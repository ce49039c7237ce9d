/** A folder in which OpenTofu opens a state that is a file. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checked, refused, type Checked } from '../problem.ts';
import { confine } from './confine.ts';
import { ioProblem } from './io-problem.ts';
import { emptyPrivateFolder } from './private-folder.ts';

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
    await emptyPrivateFolder(folder);
    await writeFile(join(folder, 'terraform.tfstate'), text, { mode: 0o600 });
    return null;
  } catch (error) {
    return refused(ioProblem(error, 'write', FOLDER));
  }
}
