/** Which files stay although nothing makes them any more. */
import { isAlive, leftOver, sealedLeftOver, type FormerInstance } from '../../changes/held.ts';
import { Exit, must, type Problem } from '../../problem.ts';
import { languageOf } from '../../render/languages/index.ts';
import { isGenerated } from '../../render/header.ts';
import { isSealedPath } from '../../render/render.ts';
import { hasDotTerraform, hasLocalState } from '../../system/init-record.ts';
import { listFiles, readDisk } from '../../system/disk.ts';
import type { Artifact, Disk, Instance } from '../../types.ts';
import type { Context } from '../context.ts';
import type { ProjectTree } from './project-tree.ts';
import { readFileOf } from '../sealed-files.ts';

/** Where the short form of the inputs has its one instance, also while it is switched off. */
export const DIRECTORIES = ['infrastructure/tofu'];

/** Sealed files, and those of former instances that machines may still hang on. */
export async function heldFiles(context: Context, instances: readonly Instance[]): Promise<(path: string) => boolean> {
  const former = DIRECTORIES.filter((directory) => !instances.some((instance) => instance.directory === directory));
  const looked = await Promise.all(former.map((directory) => look(context, directory)));
  const alive = looked.filter(isAlive).map(({ directory }) => `${directory}/`);
  return (path) => isSealedPath(path) || alive.some((directory) => path.startsWith(directory));
}

/** What is no longer made and stays all the same, to be told. */
export async function leftOvers(
  context: Context,
  { manifest, disk }: ProjectTree,
  artifacts: readonly Artifact[],
): Promise<readonly Problem[]> {
  const made = new Set(artifacts.map(({ path }) => path));
  if (manifest === null) return leftOver(await instanceFiles(context), made, isGenerated);
  return sealedLeftOver(manifest, made, (path) => disk.has(path));
}

/** What lies in the directories of instances, present and former. */
async function instanceFiles({ root }: Context): Promise<Disk> {
  const lists = await Promise.all(DIRECTORIES.map((directory) => listFiles(root, directory)));
  const paths = lists.flatMap((list) => must(list, Exit.refusedInput)).filter((path) => languageOf(path) !== null);
  return must(await readDisk(root, paths), Exit.refusedInput);
}

async function look(context: Context, directory: string): Promise<FormerInstance> {
  const { root, env } = context;
  const backend = await readFileOf(context, `${directory}/backend.tf`);
  const inUse = (await hasDotTerraform(root, directory, env)) || (await hasLocalState(root, directory));
  return { directory, inUse, backend: backend === null ? null : new TextDecoder().decode(backend.bytes) };
}
