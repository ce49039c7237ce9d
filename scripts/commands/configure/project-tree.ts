/** What is on disk of all that nigari makes or made: the manifest, the files that it lists, and those that are to be made. */
import { MANIFEST_FILE, manifestText, nextManifest, readManifest, type Manifest } from '../../changes/manifest.ts';
import { Exit, must, type Problem } from '../../problem.ts';
import { readDisk } from '../../system/disk.ts';
import type { PublicFile } from '../../system/write.ts';
import type { Artifact, Change, Disk, Sealed, SourceFile } from '../../types.ts';
import { VERSION } from '../../version.ts';
import type { Context } from '../context.ts';

export interface OwnManifest {
  /** Null where there is none, or none that can be read. */
  readonly manifest: Manifest | null;
  /** Its file; null where there is none. */
  readonly file: SourceFile | null;
}

export interface ProjectTree extends OwnManifest {
  /** By path; absent is what is not there. */
  readonly disk: Disk;
}

type Collect = (found: readonly Problem[]) => void;

/**
 * @param collect receives a warning where it cannot be read
 * @throws Refusal 2 for a manifest of a newer nigari, or with what the system refused
 */
export async function readOwnManifest({ root }: Pick<Context, 'root'>, collect: Collect): Promise<OwnManifest> {
  const found = must(await readDisk(root, [MANIFEST_FILE]), Exit.refusedInput).get(MANIFEST_FILE);
  const file = found === undefined ? null : { path: MANIFEST_FILE, bytes: found.bytes };
  return { manifest: must(readManifest(file), Exit.refusedInput, collect), file };
}

/** @throws Refusal 2 with what the system refused */
export async function readTree(
  { root }: Pick<Context, 'root'>,
  { manifest, file }: OwnManifest,
  artifacts: readonly Artifact[],
  collect: Collect,
): Promise<ProjectTree> {
  const paths = new Set([...artifacts.map(({ path }) => path), ...(manifest?.files.keys() ?? [])]);
  return { manifest, file, disk: must(await readDisk(root, paths), Exit.refusedInput, collect) };
}

/**
 * The manifest for other commands than configure: where they seal a generated file anew, that is nigari's work, and no edit.
 * @returns nothing to write where none of the files is generated
 */
export async function manifestWith(
  context: Pick<Context, 'root'>,
  sealed: readonly Sealed[],
): Promise<readonly PublicFile[]> {
  const tree = await readTree(context, await readOwnManifest(context, () => {}), [], () => {});
  const generated = sealed.flatMap((file) => {
    const made = tree.manifest?.files.get(file.path);
    return made === undefined ? [] : [{ ...file, template: made.template }];
  });
  return generated.length === 0 ? [] : [manifestFile(tree, generated, [])];
}

/**
 * The manifest as it is after these changes, to be written with them.
 * @param instances as they are rendered now
 */
export function manifestFile(
  { manifest, file, disk }: ProjectTree,
  sealed: readonly Sealed[],
  changes: readonly Change[],
  instances: Manifest['instances'] = manifest?.instances ?? new Map(),
): PublicFile {
  return {
    path: MANIFEST_FILE,
    was: file?.bytes ?? null,
    text: manifestText(nextManifest(manifest, sealed, changes, { nigari: VERSION, disk, instances })),
  };
}
