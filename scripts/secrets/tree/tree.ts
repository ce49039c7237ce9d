/**
 * The value tree of a SOPS file: documents → mappings, lists, scalars, comments, in order.
 *
 * A scalar is its type and the text whose UTF-8 bytes SOPS encrypts and hashes, so that two scalars are the same
 * exactly when SOPS cannot tell them apart.
 */

/** SOPS' names of types, as in `ENC[…,type:str]`; `null` is never encrypted. */
export type ScalarKind = 'str' | 'int' | 'float' | 'bool' | 'time' | 'null';

/**
 * A leaf. `text` by kind: str as it is; int decimal within int64; float in digits without exponent (`0.0000001`, `-0`,
 * `+Inf`, `NaN`); bool `True` or `False`; time RFC 3339 with as many digits of a second as are needed; null empty.
 */
export interface Scalar {
  readonly kind: ScalarKind;
  readonly text: string;
}

/** One line of comment: what follows the `#`, leading space included. */
export interface Comment {
  readonly kind: 'comment';
  readonly text: string;
  /** True when it stands on the line of the item that follows it in `items`. */
  readonly inline: boolean;
}

export interface Entry {
  readonly kind: 'entry';
  readonly key: string;
  readonly value: Value;
}

export interface Mapping {
  readonly kind: 'mapping';
  readonly items: readonly (Entry | Comment)[];
}

export interface List {
  readonly kind: 'list';
  readonly items: readonly (Value | Comment)[];
}

export type Value = Scalar | Mapping | List;

/** The documents of a file. SOPS wants a mapping in each. */
export type Tree = readonly Mapping[];

export function isScalar(node: Value | Entry | Comment): node is Scalar {
  return node.kind !== 'mapping' && node.kind !== 'list' && node.kind !== 'entry' && node.kind !== 'comment';
}

/** What is left of a value when it is no scalar and holds something: in YAML, a block of lines of its own. */
export function isBlock(node: Value | Entry | Comment): node is Mapping | List {
  return 'items' in node && node.items.length > 0;
}

export function isComment(node: Value | Entry | Comment): node is Comment {
  return node.kind === 'comment';
}

/** Takes the comments above the first item of a block from it. */
export function splitHead(value: Value): readonly [head: readonly Comment[], rest: Value] {
  const start = isBlock(value) ? value.items.findIndex((item) => !isComment(item) || item.inline) : 0;
  if (!isBlock(value) || start <= 0) return [[], value];
  return [value.items.slice(0, start).filter(isComment), { ...value, items: value.items.slice(start) } as Value];
}

/** The value of a key, or null. */
export function valueOf(mapping: Mapping, key: string): Value | null {
  for (const item of mapping.items) if (item.kind === 'entry' && item.key === key) return item.value;
  return null;
}

/** The key–value pairs of a mapping without its comments. */
export function entriesOf(mapping: Mapping): readonly Entry[] {
  return mapping.items.filter((item) => !isComment(item));
}

/** An entry with the comments that speak of it: those above it and on its line. */
export interface Section {
  readonly comments: readonly Comment[];
  readonly entry: Entry;
}

/** A mapping as sections by their keys, and the comments behind the last one. */
export function sectionsOf(mapping: Mapping): {
  readonly sections: ReadonlyMap<string, Section>;
  readonly end: readonly Comment[];
} {
  const sections = new Map<string, Section>();
  let comments: Comment[] = [];
  for (const item of mapping.items) {
    if (isComment(item)) comments.push(item);
    else {
      sections.set(item.key, { comments, entry: item });
      comments = [];
    }
  }
  return { sections, end: comments };
}

/** The items of a list without its comments. */
export function valuesOf(list: List): readonly Value[] {
  return list.items.filter((item) => !isComment(item));
}

/**
 * Whether two trees say the same: keys, order, values, types and comments. Where on its line a comment stands does
 * not count: sops 3.13 itself puts an inline comment on a line of its own when it decrypts.
 */
export function sameTree(one: Tree, other: Tree): boolean {
  return sameAll(one, other);
}

/** As `sameTree`, for what belongs to a key. */
export function sameValue(one: Value, other: Value): boolean {
  return sameNode(one, other);
}

export function sameComments(one: readonly Comment[], other: readonly Comment[]): boolean {
  return sameAll(one, other);
}

type Node = Value | Entry | Comment;

function sameAll(one: readonly Node[], other: readonly Node[]): boolean {
  return one.length === other.length && one.every((node, index) => sameNode(node, other[index]));
}

function sameNode(one: Node, other: Node | undefined): boolean {
  if (other === undefined || one.kind !== other.kind) return false;
  if ('items' in one) return 'items' in other && sameAll(one.items, other.items);
  if (one.kind === 'entry') return other.kind === 'entry' && one.key === other.key && sameNode(one.value, other.value);
  return 'text' in other && one.text === other.text;
}
