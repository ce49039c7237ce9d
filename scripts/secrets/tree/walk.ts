/** Walking a tree as sops walks it: each leaf and comment with all that decides whether and how it is encrypted. */
import type { Comment, List, Mapping, Scalar, Tree, Value } from './tree.ts';

/** Where a leaf or a comment stands. */
export interface Place {
  /** Keys from the root, list indexes left out. A comment has those of its container. */
  readonly keys: readonly string[];
  /** Tells places of one file apart: document, keys and list indexes. A comment has that of its container. */
  readonly slot: string;
  /**
   * For each container from the root inwards, the comments read there since its last item: those that speak of this
   * place. A comment is the last one of its own container.
   */
  readonly comments: readonly (readonly string[])[];
  readonly inList: boolean;
}

/** What becomes of a leaf or a comment. Only in a list may a leaf become a comment. */
export type Change = (node: Scalar | Comment, place: Place) => Scalar | Comment;

/** The tree with every leaf (null too) and comment replaced by what `change` makes of it, in document order. */
export function mapLeaves(tree: Tree, change: Change): Tree {
  return tree.map((document, index) =>
    mapMapping(document, { keys: [], slot: JSON.stringify(index), comments: [], inList: false }, change),
  );
}

function inner(place: Place, part: string | number, keys: readonly string[], pending: readonly string[]): Place {
  return {
    keys,
    slot: `${place.slot}/${JSON.stringify(part)}`,
    comments: [...place.comments, pending],
    inList: typeof part === 'number',
  };
}

function mapMapping(mapping: Mapping, place: Place, change: Change): Mapping {
  let pending: string[] = [];
  const items = mapping.items.map((item) => {
    if (item.kind === 'comment') {
      pending.push(item.text);
      return asComment(item, change(item, { ...place, comments: [...place.comments, pending], inList: false }));
    }
    const value = mapValue(item.value, inner(place, item.key, [...place.keys, item.key], pending), change);
    pending = [];
    if (value.kind === 'comment') throw new TypeError('a value cannot become a comment');
    return { ...item, value };
  });
  return { ...mapping, items };
}

function mapList(list: List, place: Place, change: Change): List {
  let pending: string[] = [];
  const items = list.items.map((item, index) => {
    if (item.kind === 'comment') {
      pending.push(item.text);
      return asComment(item, change(item, { ...place, comments: [...place.comments, pending], inList: true }));
    }
    const value = mapValue(item, inner(place, index, place.keys, pending), change);
    pending = [];
    return value;
  });
  return { ...list, items };
}

function asComment(old: Comment, made: Scalar | Comment): Comment {
  if (made.kind !== 'comment') throw new TypeError('a comment cannot become a value');
  return { ...made, inline: old.inline };
}

function mapValue(value: Value, place: Place, change: Change): Value | Comment {
  if (value.kind === 'mapping') return mapMapping(value, place, change);
  return value.kind === 'list' ? mapList(value, place, change) : change(value, place);
}
