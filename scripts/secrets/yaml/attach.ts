/** Which container go-yaml attaches a comment to, and on which side of an item. Seen in sops 3.13.3. */
import { isMap, isScalar, isSeq, type Node, type YAMLMap, type YAMLSeq } from 'yaml';
import { columnOf, endOf, isBlock, isEmpty, lineOf, startOf, type Context, type Frame } from './reading.ts';
import { splitHead, type Comment, type Value } from '../tree/tree.ts';

/** What stands behind the colon, or above a value on a line of its own, goes above the key; above a block it stays in it. */
export function betweenKeyAndValue(context: Context, key: unknown, value: Node): readonly Comment[] {
  if (isEmpty(value)) return [];
  if (!isBlock(value)) return context.comments.before(startOf(value));
  return context.comments.onLine(lineOf(context, startOf(key)), startOf(value)).map(ownLine);
}

/**
 * The comment on the line of a value. Where nothing is written, or an empty collection, it goes above: sops would move
 * or lose it.
 * @param until offset of what follows
 */
export function behind(context: Context, node: Node, until: number): readonly Comment[] {
  if (isEmpty(node)) {
    const inside = isScalar(node) ? [] : context.comments.before(endOf(node));
    return [...inside, ...context.comments.onLine(lineOf(context, endOf(node)), until)].map(ownLine);
  }
  if (isMap(node) || isSeq(node)) return [];
  const isLiteral = isScalar(node) && node.type?.startsWith('BLOCK_') === true;
  return context.comments.onLine(lineOf(context, isLiteral ? startOf(node) : endOf(node)), until);
}

/** Adds the comments behind the last item; one behind the bracket of a flow collection comes first. */
export function withEnd<T>(
  context: Context,
  node: YAMLMap | YAMLSeq,
  { next }: Frame,
  items: readonly T[],
): readonly (T | Comment)[] {
  if (items.length === 0) return [];
  if (isBlock(node)) return [...items, ...context.comments.endOfBlock(columnOf(node), next)];
  const inside = context.comments.before(endOf(node));
  return [...context.comments.onLine(lineOf(context, endOf(node)), next.offset).map(ownLine), ...items, ...inside];
}

/** Comments at the head of a block that is a list's item speak of the item: they belong to the list. */
export function withoutHead(
  context: Context,
  node: Node,
  value: Value,
): readonly [head: readonly Comment[], rest: Value] {
  const [head, rest] = isBlock(node) ? splitHead(value) : [[], value];
  context.places.set(rest, context.places.get(value) ?? { file: context.file });
  return [head, rest];
}

function ownLine(comment: Comment): Comment {
  return { ...comment, inline: false };
}
