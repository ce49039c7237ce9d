/** What two versions of a sealed file differ in, by name: never a value, nor how long one is. */
import { formatPath, type KeyPath } from '../../config/path.ts';
import type { Metadata } from '../sops/metadata.ts';
import { interleave } from './three-way.ts';
import {
  entriesOf,
  sameComments,
  sameValue,
  sectionsOf,
  type Comment,
  type Mapping,
  type Tree,
  type Value,
} from '../tree/tree.ts';

/** One difference. */
export interface Difference {
  readonly kind: 'added' | 'removed' | 'changed';
  readonly what: 'value' | 'comments' | 'recipient' | 'rule';
  /**
   * Of a value its path as `formatPath` writes it, below `[1]` in the second document; of comments that of what they
   * stand above, or of what they stand in when they are at its end; the recipient; the rule as it stands in the file.
   */
  readonly name: string;
}

/** In the order of the new tree; what is gone stands where it stood. Where keys have moved, there is no difference. */
export function differences(old: Tree, now: Tree): readonly Difference[] {
  const [before, after] = [leavesOf(old), leavesOf(now)];
  return interleave([...after.keys()], [...before.keys()]).flatMap((id): readonly Difference[] => {
    const [was, is] = [before.get(id), after.get(id)];
    const kind = was === undefined ? 'added' : is === undefined ? 'removed' : 'changed';
    const leaf = is ?? was;
    if (leaf === undefined || (was !== undefined && is !== undefined && sameLeaf(was, is))) return [];
    return [{ kind, what: leaf.what, name: leaf.name }];
  });
}

/** For whom a file is sealed, and by which rule; null for a file that is not there. */
export function metadataDifferences(old: Metadata | null, now: Metadata | null): readonly Difference[] {
  return [
    ...differing('recipient', recipientsOf(old), recipientsOf(now)),
    ...differing('rule', rulesOf(old), rulesOf(now)),
  ];
}

const recipientsOf = (metadata: Metadata | null) => metadata?.blocks.map(({ recipient }) => recipient) ?? [];

function rulesOf(metadata: Metadata | null): readonly string[] {
  if (metadata === null) return [];
  const { selector, macOnlyEncrypted } = metadata;
  return [`${selector.kind}: ${selector.text}`, ...(macOnlyEncrypted ? ['mac_only_encrypted: true'] : [])];
}

function differing(what: Difference['what'], old: readonly string[], now: readonly string[]): readonly Difference[] {
  const added = now.filter((name) => !old.includes(name)).map((name) => ({ kind: 'added', what, name }) as const);
  const removed = old.filter((name) => !now.includes(name)).map((name) => ({ kind: 'removed', what, name }) as const);
  return [...removed, ...added];
}

/** What a name stands for: a value that is no mapping with keys, or comments. A list counts as one value. */
type Leaf = { readonly name: string } & (
  | { readonly what: 'value'; readonly value: Value }
  | { readonly what: 'comments'; readonly comments: readonly Comment[]; readonly atEnd: boolean }
);

function leavesOf(tree: Tree): ReadonlyMap<string, Leaf> {
  const leaves = tree.flatMap((document, index) => leavesIn(document, index === 0 ? [] : [index]));
  return new Map(leaves.map((leaf) => [`${leaf.what}${'atEnd' in leaf && leaf.atEnd} ${leaf.name}`, leaf]));
}

function leavesIn(mapping: Mapping, path: KeyPath): readonly Leaf[] {
  const { sections, end } = sectionsOf(mapping);
  const inside = [...sections.values()].flatMap(({ comments, entry: { key, value } }) => {
    const below = [...path, key];
    return [...commentsOf(comments, below, false), ...leavesAt(value, below)];
  });
  return [...inside, ...commentsOf(end, path, true)];
}

function leavesAt(value: Value, path: KeyPath): readonly Leaf[] {
  const hasKeys = value.kind === 'mapping' && entriesOf(value).length > 0;
  return hasKeys ? leavesIn(value, path) : [{ what: 'value', value, name: formatPath(path) }];
}

function commentsOf(comments: readonly Comment[], path: KeyPath, atEnd: boolean): readonly Leaf[] {
  return comments.length === 0 ? [] : [{ what: 'comments', comments, atEnd, name: formatPath(path) }];
}

function sameLeaf(one: Leaf, other: Leaf): boolean {
  if (one.what === 'value') return other.what === 'value' && sameValue(one.value, other.value);
  return other.what === 'comments' && sameComments(one.comments, other.comments);
}
