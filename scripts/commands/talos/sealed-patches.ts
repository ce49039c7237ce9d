/** The patches of a project that are sealed: found, and opened in memory. They count last, after those in clear. */
import { isMapping } from '../../config/mapping.ts';
import { secret, type Secret } from '../../config/secret.ts';
import { Exit, must, type Problem } from '../../problem.ts';
import { plainValue } from '../../secrets/tree/values.ts';
import { emit } from '../../secrets/yaml/emit.ts';
import type { Reading } from '../../secrets/yaml/read.ts';
import { listFiles } from '../../system/disk.ts';
import type { TalosCluster, TalosNode } from '../../talos/rendered-cluster.ts';
import {
  isSealedPatch,
  patchOfNode,
  SHARED_PATCH,
  type PatchFiles,
  type SealedPatch,
} from '../../talos/sealed-patch.ts';
import type { Context } from '../context.ts';
import { openFile, readFileOf } from '../sealed-files.ts';
import { secretsIn } from './bundle.ts';

export interface SealedPatches {
  /** Those of a machine, in the order in which they count. */
  readonly of: (node: TalosNode) => readonly SealedPatch[];
  /** To be hidden in what is printed. */
  readonly values: readonly Secret[];
  /** Names of keys that have such a value, to be known where a machine has an earlier one. */
  readonly keys: ReadonlySet<string>;
}

/** Tells of those that belong to no machine. */
export async function findSealedPatches(context: Context, { nodes }: TalosCluster): Promise<PatchFiles> {
  const known = new Set([SHARED_PATCH, ...nodes.map(({ name }) => patchOfNode(name))]);
  const found = must(await listFiles(context.root, 'talos'), Exit.refusedInput).filter(isSealedPatch);
  context.reporter.problems(found.filter((path) => !known.has(path)).map(unused));
  const there = new Set(found);
  return ({ name }) => [SHARED_PATCH, patchOfNode(name)].filter((path) => there.has(path));
}

/** @throws Refusal 2 where no key opens one */
export async function openSealedPatches(context: Context, cluster: TalosCluster): Promise<SealedPatches> {
  const filesOf = await findSealedPatches(context, cluster);
  const opened = new Map<string, Opened>();
  for (const path of new Set(cluster.nodes.flatMap(filesOf))) {
    const file = await readFileOf(context, path);
    if (file !== null) opened.set(path, openedPatch(path, await openFile(context, file)));
  }
  const all = [...opened.values()];
  return {
    of: (node) => filesOf(node).flatMap((path) => opened.get(path) ?? []),
    values: all.flatMap(({ values }) => values),
    keys: new Set(all.flatMap(({ keys }) => keys)),
  };
}

interface Opened extends SealedPatch {
  readonly values: readonly Secret[];
  readonly keys: readonly string[];
}

function openedPatch(path: string, { tree }: Pick<Reading, 'tree'>): Opened {
  const documents = tree.map(plainValue).map(withoutKind);
  const keys = keysIn(documents).filter((key) => !COMMON.has(key));
  return { path, text: secret(emit(tree)), values: secretsIn(documents), keys };
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
