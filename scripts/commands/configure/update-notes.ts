/** After an update of nigari, what it changes. */
import { releasesOf } from '../../changes/releases.ts';
import { madeBy, updateNote } from '../../changes/update.ts';
import type { Problem } from '../../problem.ts';
import { readAsset } from '../../system/assets.ts';
import type { Artifact, Change } from '../../types.ts';
import { VERSION } from '../../version.ts';
import type { ProjectTree } from './project-tree.ts';

/** @returns nothing where this version made what is there */
export async function updateNotes(
  tree: ProjectTree,
  changes: readonly Change[],
  artifacts: readonly Artifact[],
): Promise<readonly Problem[]> {
  const from = madeBy(tree.manifest, tree.disk);
  if (from === null || from === VERSION) return [];
  const builtIn = new Set(artifacts.filter((artifact) => artifact.builtIn).map(({ path }) => path));
  const releases = releasesOf(await readAsset('CHANGELOG.md'), VERSION);
  return updateNote(changes, tree, releases, { from, to: VERSION, builtIn });
}
