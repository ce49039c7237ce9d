/** The versions of a sealed file that meet in a merge: opened, merged, and what there is to say of it. */
import { Exit, must, type Problem } from '../../problem.ts';
import type { Metadata } from '../../secrets/sops/metadata.ts';
import { open } from '../../secrets/open.ts';
import { readSealed } from '../../secrets/sops/sealed.ts';
import { mergeTrees, type Choose, type Conflict, type Merge, type Versions } from '../../secrets/versions/three-way.ts';
import type { Tree } from '../../secrets/tree/tree.ts';
import type { Keys } from '../../secrets/unlock.ts';
import type { SourceFile } from '../../types.ts';

/** The files that meet; the base is null where both sides made the file. */
export interface Stages extends Versions<SourceFile | null> {
  readonly ours: SourceFile;
  readonly theirs: SourceFile;
}

/** What was merged, and what it comes from. */
export interface Merged extends Merge {
  readonly ours: Tree;
  readonly metadata: Versions<Metadata | null>;
}

/** @throws Refusal 2 when one of them is not sealed, no key opens it, or it was tampered with */
export async function mergeStages({ base, ours, theirs }: Stages, keys: Keys, choose: Choose): Promise<Merged> {
  const versions = {
    base: base === null ? { tree: [], metadata: null } : await opened(base, keys),
    ours: await opened(ours, keys),
    theirs: await opened(theirs, keys),
  };
  const trees = { base: versions.base.tree, ours: versions.ours.tree, theirs: versions.theirs.tree };
  const { metadata } = versions.base;
  return {
    ...mergeTrees(trees, choose),
    ours: trees.ours,
    metadata: { base: metadata, ours: versions.ours.metadata, theirs: versions.theirs.metadata },
  };
}

async function opened(file: SourceFile, keys: Keys): Promise<{ readonly tree: Tree; readonly metadata: Metadata }> {
  const { tree } = must(await open(file, keys), Exit.refusedInput);
  return { tree, metadata: must(readSealed(file), Exit.refusedInput).metadata };
}

const DID = { changed: 'changed it', removed: 'removed it' } as const;

/** @param call how a person calls nigari */
export function inConflict(path: string, { name, ours, theirs }: Conflict, call: string): Problem {
  const what = name === '' ? 'the number of documents' : name;
  const who = ours === theirs ? `both sides ${DID[ours]}` : `ours ${DID[ours]}, theirs ${DID[theirs]}`;
  const merge = `${call} secrets merge ${path}`;
  const hint =
    name === '' ? `${merge} --ours, or --theirs` : `${merge} --take-ours '${name}', or --take-theirs '${name}'`;
  return { code: 'merge-conflict', severity: 'error', message: `${what}: ${who}`, hint, file: path };
}
