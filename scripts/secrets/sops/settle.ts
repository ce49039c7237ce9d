/**
 * A tree as its sealed file will give it back. SOPS cannot hold every comment where it stands, nor every number in clear
 * as what it is; settled first, a tree can be compared with what a file holds.
 */
import { checked, type Checked, type Problem } from '../../problem.ts';
import { isSimpleKey, otherText } from '../yaml/emit.ts';
import { plainScalar } from '../yaml/resolve.ts';
import { byComments, type Selector, type Selects } from './selector.ts';
import {
  isBlock,
  isComment,
  sameTree,
  splitHead,
  type Comment,
  type Entry,
  type Mapping,
  type Scalar,
  type Tree,
  type Value,
} from '../tree/tree.ts';
import { mapLeaves } from '../tree/walk.ts';

/**
 * - A comment in a list that is to be encrypted moves above the key of the list: sops makes an item of it, which
 *   sops 3.13.2 cannot read.
 * - A comment at the end of a block moves into the last block inside, one at the head of a list's item into the list,
 *   one at the head of what belongs to a key of several lines above that key: there a reader finds it again.
 * - A number that stays in clear becomes what its printed form reads as: `1.0` is printed `1`.
 * @returns problems of code `list-comment` where a selector looks at comments, so that none may be moved
 */
export function settle(tree: Tree, selector: Selector, selects: Selects, file: string): Checked<Tree> {
  const numbers = mapLeaves(tree, (leaf, place) =>
    leaf.kind === 'comment' || selects(place, false) ? leaf : asPrinted(leaf),
  );
  const settled = settleComments(numbers, selects);
  if (byComments(selector) && !sameTree(settled, numbers)) return { ok: false, problems: [listComment(file)] };
  return checked(settled);
}

function listComment(file: string): Problem {
  return {
    code: 'list-comment',
    severity: 'error',
    message: `${file}: a comment inside a list cannot be kept where a comment decides what is encrypted`,
    hint: 'put it above the list, or take another selector in .sops.yaml',
    file,
  };
}

function asPrinted(scalar: Scalar): Scalar {
  if (scalar.kind !== 'float') return scalar;
  const printed = plainScalar(otherText(scalar));
  return printed === 'too-big' ? scalar : printed;
}

/** One move can make room for, or call for, another; each takes a comment upwards or to the end of a block inside: this ends. */
function settleComments(tree: Tree, selects: Selects): Tree {
  const hoisted = hoistFromLists(tree.map(lift), selects);
  const sunk = hoisted.map((document): Mapping => ({ ...document, items: document.items.map(sinkIn) }));
  return sameTree(sunk, tree) ? sunk : settleComments(sunk, selects);
}

function hoistFromLists(tree: Tree, selects: Selects): Tree {
  const marked = new Set<Comment>();
  mapLeaves(tree, (leaf, place) => {
    if (leaf.kind === 'comment' && place.inList && leaf.text !== '' && selects(place, true)) marked.add(leaf);
    return leaf;
  });
  return marked.size === 0 ? tree : tree.map((document) => hoistInMapping(document, marked));
}

function hoistInMapping(mapping: Mapping, marked: ReadonlySet<Comment>): Mapping {
  const items = mapping.items.flatMap((item) => {
    if (item.kind === 'comment') return [item];
    const [lifted, value] = hoistFrom(item.value, marked);
    return [...lifted, { ...item, value }];
  });
  return { ...mapping, items };
}

/** Takes the marked comments out of a list and of the lists in it. */
function hoistFrom(value: Value, marked: ReadonlySet<Comment>): readonly [lifted: readonly Comment[], rest: Value] {
  if (value.kind === 'mapping') return [[], hoistInMapping(value, marked)];
  if (value.kind !== 'list') return [[], value];
  const lifted: Comment[] = [];
  const items = value.items.flatMap((item) => {
    const [above, rest] = item.kind === 'comment' ? [[], item] : hoistFrom(item, marked);
    for (const comment of above) lifted.push(comment);
    if (rest.kind !== 'comment' || !marked.has(rest)) return [rest];
    lifted.push({ ...rest, inline: false });
    return [];
  });
  return [lifted, { ...value, items }];
}

type Item = Entry | Value | Comment;

/** Moves comments out of where no reader looks for them: see `settle`. */
function lift<T extends Value>(value: T): T {
  return isBlock(value) ? { ...value, items: value.items.flatMap(liftIn) } : value;
}

/** Lifts what an item holds once: twice would double the work at each level. */
function liftIn(item: Item): readonly Item[] {
  if (isComment(item)) return [item];
  const value = lift(item.kind === 'entry' ? item.value : item);
  if (item.kind === 'entry' && isSimpleKey(item.key)) return [{ ...item, value }];
  const [head, rest] = splitHead(value);
  return [...head, item.kind === 'entry' ? { ...item, value: rest } : rest];
}

function sinkIn<T extends Item>(item: T): T {
  if (item.kind === 'entry') return { ...item, value: sink(item.value) };
  return 'items' in item ? (sink(item) as T) : item;
}

/** Moves the comments at the end of a block into the innermost last block that has none of its own. */
function sink<T extends Value>(value: T): T {
  if (!isBlock(value)) return value;
  const items: readonly Item[] = value.items.map(sinkIn);
  const [rest, end] = splitEnd(items);
  const last = rest.at(-1);
  const filled = end.length === 0 || last === undefined ? null : fillLast(last, end);
  return { ...value, items: filled === null ? items : [...rest.slice(0, -1), filled] };
}

function splitEnd(items: readonly Item[]): readonly [rest: readonly Item[], end: readonly Comment[]] {
  const last = items.findLastIndex((item) => item.kind !== 'comment');
  return [items.slice(0, last + 1), items.slice(last + 1).filter((item) => item.kind === 'comment')];
}

/** @returns null when there is no room */
function fillLast(item: Item, comments: readonly Comment[]): Item | null {
  if (item.kind === 'comment') return null;
  if (item.kind !== 'entry') return fill(item, comments);
  const value = fill(item.value, comments);
  return value === null ? null : { ...item, value };
}

function fill(value: Value, comments: readonly Comment[]): Value | null {
  if (!isBlock(value)) return null;
  const [rest, end] = splitEnd(value.items);
  const last = rest.at(-1);
  const inner = last === undefined ? null : fillLast(last, comments);
  if (inner !== null) return { ...value, items: [...rest.slice(0, -1), inner, ...end] } as Value;
  return end.length === 0 ? ({ ...value, items: [...rest, ...comments] } as Value) : null;
}
