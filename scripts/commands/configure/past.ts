/** What was before this run: the manifest, what it knows of each instance, and whether machines may exist. */
import type { Past } from '../../changes/history.ts';
import type { Rendered } from '../../changes/manifest-instances.ts';
import { movesIn } from '../../changes/moved-file.ts';
import { snapshotOfVariables } from '../../changes/snapshot.ts';
import type { Problem } from '../../problem.ts';
import { isGenerated } from '../../render/header.ts';
import { readHcl } from '../../render/parse-back.ts';
import { hasDotTerraform, hasLocalState } from '../../system/init-record.ts';
import type { SourceFile } from '../../types.ts';
import type { Context } from '../context.ts';
import { DIRECTORIES } from './held-files.ts';
import { readOwnManifest, type OwnManifest } from './project-tree.ts';
import { readFileOf } from '../sealed-files.ts';

/**
 * @param collect receives a warning where the manifest cannot be read
 * @throws Refusal 2 for a manifest of a newer nigari
 */
export async function readPast(
  context: Context,
  collect: (found: readonly Problem[]) => void,
): Promise<Past & OwnManifest> {
  const own = await readOwnManifest(context, collect);
  const instances = new Map(own.manifest?.instances ?? []);
  for (const directory of DIRECTORIES) {
    const found = instances.has(directory) ? null : await fromFiles(context, directory);
    if (found !== null) instances.set(directory, found);
  }
  const applied = new Set<string>();
  for (const directory of instances.keys()) if (await mayExist(context, directory)) applied.add(directory);
  return { ...own, instances, applied };
}

/** Someone's project, one whose manifest is lost, or one of a nigari that kept nothing: its files say what there is. */
async function fromFiles(context: Context, directory: string): Promise<Rendered | null> {
  const variables = await readHclFile(context, `${directory}/terraform.tfvars`);
  const moved = await readHclFile(context, `${directory}/moved.tf`);
  if (variables === null && moved === null) return null;
  const isOurs = moved !== null && isGenerated(moved.bytes);
  return { ...snapshotOfVariables(variables?.parsed), moved: isOurs ? movesIn(moved.parsed) : new Map() };
}

/** @returns null where there is no such file; parsed as null one that is no HCL */
async function readHclFile(
  context: Context,
  path: string,
): Promise<(SourceFile & { readonly parsed: unknown }) | null> {
  const file = await readFileOf(context, path);
  if (file === null) return null;
  return { ...file, parsed: await readHcl(new TextDecoder().decode(file.bytes), path).catch(() => null) };
}

/** Our own `backend "local"`: its state is in the directory, or nowhere. */
const LOCAL = /^\s*backend\s+"local"\s*\{\s*path\s*=\s*"terraform\.tfstate"/m;

/** A state that is elsewhere is not asked for: then machines may exist as soon as there is a backend. */
async function mayExist(context: Context, directory: string): Promise<boolean> {
  if (await hasLocalState(context.root, directory)) return true;
  const backend = await readFileOf(context, `${directory}/backend.tf`);
  if (backend === null) return hasDotTerraform(context.root, directory, context.env);
  return !LOCAL.test(new TextDecoder().decode(backend.bytes));
}
