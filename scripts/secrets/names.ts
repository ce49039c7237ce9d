/** What a file keeps, by name: `proxmox_api_token_secret`, `vars.registry.password`, `users[0].password`. */
import { formatPath, type KeyPath } from '../config/path.ts';
import { looksEncrypted } from './cipher.ts';
import { isScalar, type Entry, type Scalar, type Tree, type Value } from './tree.ts';

/** A value that is no mapping and no list. */
export interface Named {
  readonly name: string;
  readonly path: KeyPath;
  readonly leaf: Scalar;
}

/** Every scalar of a tree with its name, in the order of the file; where two documents have one name, the first counts. */
export function namedLeaves(tree: Tree): readonly Named[] {
  const byName = new Map<string, Named>();
  for (const named of tree.flatMap((document) => leavesBelow(document, [])))
    if (!byName.has(named.name)) byName.set(named.name, named);
  return [...byName.values()];
}

function leavesBelow(value: Value, path: KeyPath): readonly Named[] {
  if (isScalar(value)) return [{ name: formatPath(path), path, leaf: value }];
  if (value.kind === 'mapping') return value.items.flatMap((item) => (isEntry(item) ? inEntry(item, path) : []));
  return value.items
    .filter((item) => item.kind !== 'comment')
    .flatMap((item, index) => leavesBelow(item, [...path, index]));
}

const isEntry = (item: { readonly kind: string }): item is Entry => item.kind === 'entry';

const inEntry = ({ key, value }: Entry, path: KeyPath): readonly Named[] => leavesBelow(value, [...path, key]);

/** Whether a leaf of a file that was not opened is ciphertext. */
export const isCiphertext = ({ kind, text }: Scalar): boolean => kind === 'str' && looksEncrypted(text);
