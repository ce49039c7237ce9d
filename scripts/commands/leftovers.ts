/** Files that an instance, present or former, has and that nothing makes any more. */
import { stale, type InstanceFolder } from '../changes/stale.ts';
import { Exit, must } from '../problem.ts';
import { isGenerated } from '../render/header.ts';
import { languageOf } from '../render/languages/index.ts';
import { listFiles, readDisk } from '../system/disk.ts';
import { hasDotTerraform, hasLocalState } from '../system/init-record.ts';
import type { Artifact, Change, Instance } from '../types.ts';
import type { Context } from './context.ts';

/** Where the short form of the inputs has its one instance, also while it is switched off. */
const DIRECTORIES = ['infrastructure/tofu'];

/** What a later `clean` would delete; `configure` only names it. */
export async function leftovers(
  context: Context,
  instances: readonly Instance[],
  artifacts: readonly Artifact[],
): Promise<readonly Change[]> {
  const folders = await Promise.all(DIRECTORIES.map((directory) => readFolder(context.root, directory)));
  const made = new Set(artifacts.map(({ path }) => path));
  return stale(folders, made, new Set(instances.map(({ directory }) => directory)), isGenerated);
}

async function readFolder(root: string, directory: string): Promise<InstanceFolder> {
  const paths = must(await listFiles(root, directory), Exit.refusedInput).filter((path) => languageOf(path) !== null);
  const files = must(await readDisk(root, paths), Exit.refusedInput);
  const inUse = (await hasDotTerraform(root, directory)) || (await hasLocalState(root, directory));
  return { directory, files, inUse };
}
