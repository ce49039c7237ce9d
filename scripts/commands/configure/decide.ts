/** The stage compare, for the project on disk. */
import { compare } from '../../changes/compare.ts';
import { isInTheWay } from '../../changes/in-the-way.ts';
import { Exit, must, type Problem } from '../../problem.ts';
import { isGenerated } from '../../render/header.ts';
import type { Artifact, Change, Model, Sealed } from '../../types.ts';
import type { Context } from '../context.ts';
import type { ConfigureOptions } from './options.ts';
import { tellInTheWay } from './differences.ts';
import { heldFiles, leftOvers } from './held-files.ts';
import type { ProjectTree } from './project-tree.ts';
import { builtInSource } from '../init/starter.ts';
import { updateNotes } from './update-notes.ts';

/** What the project shall hold. */
export interface Rendered {
  readonly sealed: readonly Sealed[];
  readonly artifacts: readonly Artifact[];
  readonly model: Model;
}

/** What to do with what a person put in the way. */
type Leave = Pick<ConfigureOptions, 'force' | 'keepEdits' | 'check' | 'mustMatch'>;

/**
 * What has to change.
 * @param collect receives warnings and notes; where nothing is written but all must match, errors for what is in the way
 * @throws Refusal 2 for what is in the way, having shown what would be written over it
 */
export async function decide(
  context: Context,
  { sealed, artifacts, model }: Rendered,
  tree: ProjectTree,
  { force, keepEdits, check, mustMatch }: Leave,
  collect: (found: readonly Problem[]) => void,
): Promise<readonly Change[]> {
  const { manifest, disk } = tree;
  const isHeld = await heldFiles(context, model.instances);
  const sourceOf = builtInSource(context.root, artifacts);
  const fileMode = context.platform !== 'win32';
  const leave = { force, keepEdits, preview: check };
  const found = compare(sealed, disk, { manifest, ...leave, isGenerated, isHeld, fileMode, sourceOf });
  if (!found.ok) await tellInTheWay(context, found.problems, sealed, { disk, model });
  const changes = must(found, Exit.refusedInput, (told) => collect(mustMatch ? told.map(counted) : told));
  collect(await leftOvers(context, tree, artifacts));
  collect(await updateNotes(tree, changes, artifacts));
  return changes;
}

const counted = (problem: Problem): Problem => (isInTheWay(problem) ? { ...problem, severity: 'error' } : problem);
