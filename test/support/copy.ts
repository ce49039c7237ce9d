/** Copies of this project in temporary folders, for tests that change what must not change here. */
import { cp, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** The project's root folder. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Takes what is to be called when a test, or a whole suite, is over. */
export type CleanUp = (remove: () => Promise<void>) => void;

/** A new empty folder that is removed when the test is over, or when `cleanUp` says so. */
export async function temporaryFolder(cleanUp: CleanUp = onTestFinished): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'nigari-test-')));
  cleanUp(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** Copies `names` of the root into `folder`, beside a link to the installed packages. */
export async function copyOfProject(folder: string, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => cp(join(ROOT, name), join(folder, name), { recursive: true })));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
}
