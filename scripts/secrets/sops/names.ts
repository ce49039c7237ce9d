/** What a file keeps, by name: `proxmox_api_token_secret`, `vars.registry.password`, `users[0].password`. */
import { formatPath, parsePath, type KeyPath } from '../../config/path.ts';
import { looksEncrypted } from './cipher.ts';
import { isScalar, type Entry, type Scalar, type Tree, type Value } from '../tree/tree.ts';

/** A value that is no mapping and no list. */
export interface Named {
  readonly name: string;
  /** Its place among the documents, from 0. */
  readonly document: number;
  readonly path: KeyPath;
  readonly leaf: Scalar;
}

/** Every scalar of a tree with its name, in the order of the file; where two documents have one name, the first counts. */
export function namedLeaves(tree: Tree): readonly Named[] {
  const byName = new Map<string, Named>();
  for (const [document, root] of tree.entries()) {
    for (const { path, leaf } of leavesBelow(root, [])) {
      const name = formatPath(path);
      if (!byName.has(name)) byName.set(name, { name, document, path, leaf });
    }
  }
  return [...byName.values()];
}

type Found = Pick<Named, 'path' | 'leaf'>;

function leavesBelow(value: Value, path: KeyPath): readonly Found[] {
  if (isScalar(value)) return [{ path, leaf: value }];
  if (value.kind === 'mapping') return value.items.flatMap((item) => (isEntry(item) ? inEntry(item, path) : []));
  return value.items
    .filter((item) => item.kind !== 'comment')
    .flatMap((item, index) => leavesBelow(item, [...path, index]));
}

const isEntry = (item: { readonly kind: string }): item is Entry => item.kind === 'entry';

const inEntry = ({ key, value }: Entry, path: KeyPath): readonly Found[] => leavesBelow(value, [...path, key]);

/** Whether a leaf of a file that was not opened is ciphertext. */
export const isCiphertext = ({ kind, text }: Scalar): boolean => kind === 'str' && looksEncrypted(text);

/** The scalar of that name: by its path, or by a top-level key that is no plain word (`a/b`, `a.b`). */
export function findLeaf(tree: Tree, name: string): Named | null {
  const leaves = namedLeaves(tree);
  const isKey = ({ path }: Named): boolean => path.length === 1 && path[0] === name;
  return leaves.find((leaf) => leaf.name === name) ?? leaves.find(isKey) ?? null;
}

/** The path that a new name stands for; what is none is one top-level key. */
export const pathOf = (name: string): KeyPath => parsePath(name) ?? [name];

/** The names below one that is no scalar itself. */
export function namesBelow(tree: Tree, name: string): readonly string[] {
  const names = namedLeaves(tree).map((leaf) => leaf.name);
  return names.filter((other) => other.startsWith(`${name}.`) || other.startsWith(`${name}[`));
}
