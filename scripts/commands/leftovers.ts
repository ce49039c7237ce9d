/** Files that an instance, present or former, has and that nothing makes any more. */
import { isSealed } from '../changes/compare.ts';
import { stale, type InstanceFolder } from '../changes/stale.ts';
import { Exit, must, type Problem } from '../problem.ts';
import { isGenerated } from '../render/header.ts';
import { languageOf } from '../render/languages/index.ts';
import { listFiles, readDisk } from '../system/disk.ts';
import { hasDotTerraform, hasLocalState } from '../system/init-record.ts';
import type { Artifact, Change, Instance } from '../types.ts';
import type { Context } from './context.ts';
import { SECRETS_FILE } from './survey.ts';

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
  return stale(folders, made, new Set(instances.map(({ directory }) => directory)), isOurs);
}

/** Ours begins with our header; what is sealed has none. */
function isOurs(path: string, bytes: Uint8Array): boolean {
  return path === SECRETS_FILE ? isSealed(bytes) : isGenerated(bytes);
}

/** A sealed file may be the only place of what it holds: so its end is told in words. */
export function sealedLeftovers(changes: readonly Change[]): readonly Problem[] {
  return changes
    .filter(({ path }) => path === SECRETS_FILE)
    .map(({ path }) => ({
      code: 'sealed-left-over',
      severity: 'note',
      file: path,
      message: `${path} is no longer made, for the inputs hold no secret that belongs in it; it stays as it is`,
      hint: 'remove it when nothing that it holds is needed any more',
    }));
}

async function readFolder(root: string, directory: string): Promise<InstanceFolder> {
  const paths = must(await listFiles(root, directory), Exit.refusedInput).filter((path) => languageOf(path) !== null);
  const files = must(await readDisk(root, [...paths, SECRETS_FILE]), Exit.refusedInput);
  const inUse = (await hasDotTerraform(root, directory)) || (await hasLocalState(root, directory));
  return { directory, files, inUse };
}
