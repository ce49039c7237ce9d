/** The patches of a project that are sealed: found, and opened in memory. They count last, after those in clear. */
import { isMapping } from '../../config/mapping.ts';
import { secret, type Secret } from '../../config/secret.ts';
import { Exit, must, type Problem } from '../../problem.ts';
import { plainValues } from '../../secrets/mask.ts';
import { plainValue } from '../../secrets/tree/values.ts';
import { emit } from '../../secrets/yaml/emit.ts';
import { listFiles, readDisk } from '../../system/disk.ts';
import type { TalosCluster, TalosNode } from '../../talos/rendered-cluster.ts';
import { isSealedPatch, patchOfNode, SHARED_PATCH, type SealedPatch } from '../../talos/sealed-patch.ts';
import type { Context } from '../context.ts';
import { openFile } from '../sealed-files.ts';

export interface SealedPatches {
  /** Those of a machine, in the order in which they count. */
  readonly of: (node: TalosNode) => readonly SealedPatch[];
  /** Each value by a name of its own, to be hidden in what is printed. */
  readonly values: ReadonlyMap<string, Secret>;
  /** Names of keys that have such a value, to be known where a machine has an earlier one. */
  readonly keys: ReadonlySet<string>;
}

/** The files of a machine, in the order in which they count. */
export type PatchFiles = (node: TalosNode) => readonly string[];

/** Tells of those that belong to no machine. */
export async function findSealedPatches(context: Context, { nodes }: TalosCluster): Promise<PatchFiles> {
  const known = new Set([SHARED_PATCH, ...nodes.map(({ name }) => patchOfNode(name))]);
  const found = must(await listFiles(context.root, 'talos'), Exit.refusedInput).filter(isSealedPatch);
  context.reporter.problems(found.filter((path) => !known.has(path)).map(unused));
  return ({ name }) => [SHARED_PATCH, patchOfNode(name)].filter((path) => found.includes(path));
}

/** @throws Refusal 2 where no key opens one */
export async function openSealedPatches(context: Context, cluster: TalosCluster): Promise<SealedPatches> {
  const filesOf = await findSealedPatches(context, cluster);
  const opened = new Map<string, Opened>();
  for (const path of new Set(cluster.nodes.flatMap(filesOf))) opened.set(path, await openPatch(context, path));
  const of: SealedPatches['of'] = (node) => filesOf(node).map((path) => opened.get(path) as Opened);
  const all = [...opened.values()];
  return { of, values: new Map(all.flatMap(({ values }) => values)), keys: new Set(all.flatMap(({ keys }) => keys)) };
}

interface Opened extends SealedPatch {
  readonly values: readonly (readonly [string, Secret])[];
  readonly keys: readonly string[];
}

async function openPatch(context: Context, path: string): Promise<Opened> {
  const bytes = must(await readDisk(context.root, [path]), Exit.refusedInput).get(path)?.bytes ?? new Uint8Array();
  const { tree } = await openFile(context, { path, bytes });
  const documents = tree.map(plainValue).map(withoutKind);
  const values = [...plainValues(documents)];
  return {
    path,
    text: secret(emit(tree)),
    values: values.map((text, index) => [`${path} ${index}`, secret(text)] as const),
    keys: keysIn(documents).filter((key) => !COMMON.has(key)),
  };
}

/** Of values, not of mappings; those of lists belong to the key that has the list. */
function keysIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(keysIn);
  if (!isMapping(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => (isMapping(inner) ? keysIn(inner) : [key, ...keysIn(inner)]));
}

/** They say what a document is about, and stand in many that are nobody's secret. */
const COMMON: ReadonlySet<string> = new Set([
  'name',
  'path',
  'op',
  'permissions',
  'device',
  'address',
  'url',
  'endpoints',
]);

/** Which document is patched is no secret, and stands in every configuration. */
function withoutKind(document: unknown): unknown {
  if (!isMapping(document)) return document;
  const { apiVersion: _, kind: __, ...rest } = document;
  return rest;
}

const unused = (file: string): Problem => ({
  code: 'talos-patch-unused',
  severity: 'warning',
  file,
  message: 'there is no machine of that name: nobody is told what stands here',
  hint: `for every machine: ${SHARED_PATCH}; for one: ${patchOfNode('NAME')}`,
});
