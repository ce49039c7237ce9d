/** What is on disk of all that nigari makes or made: the manifest, the files that it lists, and those that are to be made. */
import { MANIFEST_FILE, manifestText, nextManifest, readManifest, type Manifest } from '../changes/manifest.ts';
import { Exit, must, type Problem } from '../problem.ts';
import { readDisk } from '../system/disk.ts';
import type { PublicFile } from '../system/write.ts';
import type { Artifact, Change, Disk, Sealed, SourceFile } from '../types.ts';
import { VERSION } from '../version.ts';
import type { Context } from './context.ts';

export interface ProjectTree {
  /** Null where there is none, or none that can be read. */
  readonly manifest: Manifest | null;
  /** Its file; null where there is none. */
  readonly file: SourceFile | null;
  /** By path; absent is what is not there. */
  readonly disk: Disk;
}

/**
 * @param collect receives a warning where the manifest cannot be read
 * @throws Refusal 2 for a manifest of a newer nigari, or with what the system refused
 */
export async function readTree(
  context: Pick<Context, 'root'>,
  artifacts: readonly Artifact[],
  collect: (found: readonly Problem[]) => void,
): Promise<ProjectTree> {
  const file = must(await readDisk(context.root, [MANIFEST_FILE]), Exit.refusedInput).get(MANIFEST_FILE);
  const found = file === undefined ? null : { path: MANIFEST_FILE, bytes: file.bytes };
  const manifest = must(readManifest(found), Exit.refusedInput, collect);
  const paths = new Set([...artifacts.map(({ path }) => path), ...(manifest?.files.keys() ?? [])]);
  return { manifest, file: found, disk: must(await readDisk(context.root, paths), Exit.refusedInput, collect) };
}

/**
 * The manifest for other commands than configure: where they seal a generated file anew, that is nigari's work, and no edit.
 * @returns nothing to write where none of the files is generated
 */
export async function manifestWith(
  context: Pick<Context, 'root'>,
  sealed: readonly Sealed[],
): Promise<readonly PublicFile[]> {
  const tree = await readTree(context, [], () => {});
  const generated = sealed.flatMap((file) => {
    const made = tree.manifest?.files.get(file.path);
    return made === undefined ? [] : [{ ...file, template: made.template }];
  });
  return generated.length === 0 ? [] : [manifestFile(tree, generated, [])];
}

/** The manifest as it is after these changes, to be written with them. */
export function manifestFile(
  { manifest, file, disk }: ProjectTree,
  sealed: readonly Sealed[],
  changes: readonly Change[],
): PublicFile {
  return {
    path: MANIFEST_FILE,
    was: file?.bytes ?? null,
    text: manifestText(nextManifest(manifest, sealed, changes, { nigari: VERSION, disk })),
  };
}
