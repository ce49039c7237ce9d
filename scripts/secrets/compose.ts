/** Tree and key material → the bytes of a sealed file. */
import { checked, type Checked } from '../problem.ts';
import type { SourceFile } from '../types.ts';
import { commentClash, decryptTree, encryptTree, sealMac, type Ivs } from './sops/encryption.ts';
import type { AgeBlock } from './sops/metadata.ts';
import { readSealed, sealedBytes, type SealedFile } from './sops/sealed.ts';
import { sameTree, type Tree } from './tree/tree.ts';
import type { Wanted } from './wanted.ts';

export interface Material {
  readonly dataKey: Uint8Array;
  /** The data key, wrapped for each recipient. */
  readonly blocks: readonly AgeBlock[];
  /** Of the file as it is, when its data key is used on. */
  readonly ivs: Ivs;
  /** The file whose metadata is carried on, if there is one. */
  readonly old: SealedFile | null;
}

/** Randomness and time. */
export interface Chance {
  readonly random: (bytes: number) => Uint8Array;
  readonly now: () => Date;
}

/**
 * Encrypts, and opens the result again before anyone else sees it.
 * @throws Error when it does not open to what went in: a fault of ours, and nothing is written
 */
export function compose(
  { path, tree, rule }: Wanted,
  material: Material,
  { random, now }: Chance,
): Checked<Uint8Array> {
  const { dataKey, blocks, ivs, old } = material;
  const { selector, macOnlyEncrypted, shamirThreshold, indent } = rule;
  const encrypted = encryptTree(tree, { selector, macOnlyEncrypted, dataKey, ivs, random });
  const clashes = commentClash(encrypted.tree, selector, path);
  if (clashes.length > 0) return { ok: false, problems: clashes };
  const lastModified = `${now().toISOString().slice(0, 19)}Z`;
  const mac = sealMac(encrypted.hash, lastModified, dataKey, random);
  const metadata = { blocks, selector, macOnlyEncrypted, shamirThreshold, lastModified, mac };
  const bytes = sealedBytes(encrypted.tree, metadata, old?.metadata.raw ?? null, indent);
  proveOpens({ path, bytes }, tree, dataKey);
  return checked(bytes);
}

function proveOpens(file: SourceFile, tree: Tree, dataKey: Uint8Array): void {
  const sealed = readSealed(file);
  const opened = sealed.ok ? decryptTree(sealed.value, dataKey) : sealed;
  if (!opened.ok) throw new Error(`${file.path} would not open again: ${opened.problems[0]?.message}`);
  if (!sameTree(opened.value.tree, tree)) throw new Error(`${file.path} would open to something else`);
}
