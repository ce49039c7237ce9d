/** What a folder already is: empty, half a project, a project, or a copy of one that lacks its ignored files. */
import { Exit, must } from '../problem.ts';
import { isGenerated } from '../render/header.ts';
import { isSealedPath } from '../render/render.ts';
import { listFiles, readDisk } from '../system/disk.ts';
import type { Disk } from '../types.ts';

export const INPUTS = ['cluster.yaml', 'nodes.yaml'] as const;
export const KEY_FILE = 'age.key';
export const SOPS_CONFIG = '.sops.yaml';

/** Where this project keeps sealed files; those in templates or tests are no sign of a project. */
const SEALED_FOLDERS = ['infrastructure', 'talos'];

export interface Survey {
  /** The inputs that are missing. */
  readonly missing: readonly string[];
  readonly hasKey: boolean;
  readonly hasSopsConfig: boolean;
  /** Signs that somebody keeps a project here: `.sops.yaml`, sealed files, rendered instances. */
  readonly signs: readonly string[];
  /** `.sops.yaml` and the sealed files, for the recipients that they name. */
  readonly sealed: Disk;
}

/** Looks, and changes nothing. */
export async function survey(root: string): Promise<Survey> {
  const found = await Promise.all(
    SEALED_FOLDERS.map(async (folder) => must(await listFiles(root, folder), Exit.refusedInput)),
  );
  const files = found.flat();
  const own = must(await readDisk(root, [...INPUTS, KEY_FILE, SOPS_CONFIG, 'cluster.sops.yaml']), Exit.refusedInput);
  const sealedPaths = ['cluster.sops.yaml', ...files.filter(isSealedPath)];
  const sealed = must(await readDisk(root, [SOPS_CONFIG, ...sealedPaths]), Exit.refusedInput);
  return {
    missing: INPUTS.filter((name) => !own.has(name)),
    hasKey: own.has(KEY_FILE),
    hasSopsConfig: own.has(SOPS_CONFIG),
    signs: [...sealed.keys(), ...(await renderedInstances(root, files))],
    sealed,
  };
}

/** Directories that hold a generated `main.tf` or the like; the README of `infrastructure/` alone is no instance. */
async function renderedInstances(root: string, files: readonly string[]): Promise<readonly string[]> {
  const paths = files.filter((path) => /\/[^/]+\.tf$/.test(path));
  const texts = must(await readDisk(root, paths), Exit.refusedInput);
  const folders = [...texts]
    .filter(([, { bytes }]) => isGenerated(bytes))
    .map(([path]) => `${path.slice(0, path.lastIndexOf('/'))}/`);
  return [...new Set(folders)];
}
