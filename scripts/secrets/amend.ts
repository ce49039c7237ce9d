/** One value of a file set: all else in its tree stays where and what it is. */
import { quoted, type KeyPath } from '../config/path.ts';
import { checked, refused, type Checked, type Problem } from '../problem.ts';
import { METADATA_KEY } from './sops/metadata.ts';
import { findLeaf, namesBelow, pathOf } from './sops/names.ts';
import {
  entriesOf,
  isComment,
  isScalar,
  valueOf,
  type Comment,
  type Entry,
  type Mapping,
  type Scalar,
  type Tree,
  type Value,
} from './tree/tree.ts';
import { scalarText } from './guards/variables.ts';
import { otherText } from './yaml/emit.ts';

/** A tree with a value set. */
export interface Amended {
  readonly tree: Tree;
  /** The value and the keys that are new; null when the tree said so before. */
  readonly added: ReadonlySet<Entry | Value> | null;
}

/** The text of a value as people see it; where it is no text, as sops prints it. */
export const shownText = (scalar: Scalar): string => scalarText(scalar) ?? otherText(scalar);

/**
 * Sets a value, and makes the keys that lead to it. A new key comes last in its mapping, before comments at the end.
 * @param name as `namedLeaves` gives it, or of a key that is to be
 * @returns problems: `bad-secret-name`, `reserved-key`, `secret-not-a-value` where the name, or what it leads through, is
 *   something else
 */
export function amend(tree: Tree, name: string, text: string): Checked<Amended> {
  const leaf: Scalar = { kind: 'str', text };
  const found = findLeaf(tree, name);
  if (found === null) return insert(tree, name, leaf);
  if (found.leaf.kind !== 'null' && shownText(found.leaf) === text) return checked({ tree, added: null });
  const replaced = (document: Mapping): Mapping => replaceAt(document, found.path, leaf) as Mapping;
  const amended = tree.map((document, index) => (index === found.document ? replaced(document) : document));
  return checked({ tree: amended, added: new Set([leaf]) });
}

/** By its path, not by what it is: of a value that an alias repeats one is set, not all. */
function replaceAt(value: Value, [step, ...rest]: KeyPath, leaf: Scalar): Value {
  if (step === undefined || isScalar(value)) return leaf;
  let index = -1;
  const items = (value.items as readonly (Entry | Value | Comment)[]).map((item) => {
    if (isComment(item)) return item;
    index += 1;
    if (item.kind === 'entry') return item.key === step ? { ...item, value: replaceAt(item.value, rest, leaf) } : item;
    return index === step ? replaceAt(item, rest, leaf) : item;
  });
  return { ...value, items } as Value;
}

/** Control characters, line breaks of any kind, and halves of characters. */
const NOT_IN_NAMES = /[\p{Cc}\p{Cs}\u2028\u2029]/u;

function insert(tree: Tree, name: string, leaf: Scalar): Checked<Amended> {
  const path = pathOf(name);
  const keys = path.filter((step) => typeof step === 'string');
  if (path.length === 0 || keys.some((key) => key === '' || NOT_IN_NAMES.test(key))) return refused(badName(name));
  if (path[0] === METADATA_KEY) return refused(reserved());
  const below = namesBelow(tree, name);
  if (below.length > 0) return refused(notAValue(name, `it holds ${below.slice(0, 5).join(', ')}`));
  if (keys.length < path.length) return refused(notAValue(name, 'only an item that a list has can be set'));
  const added = new Set<Entry | Value>();
  const at = tree.findIndex((document) => valueOf(document, keys[0] ?? '') !== null);
  const documents = tree.length === 0 ? [{ kind: 'mapping', items: [] } as const] : tree;
  const made = put(documents[Math.max(at, 0)] as Mapping, keys, leaf, added);
  if (made === null) return refused(notAValue(name, 'a key on the way to it has a value, or a list'));
  return checked({ tree: documents.map((document, index) => (index === Math.max(at, 0) ? made : document)), added });
}

/** @returns null where something else than a mapping is in the way */
function put(
  mapping: Mapping,
  [key = '', ...rest]: readonly string[],
  leaf: Scalar,
  added: Set<Entry | Value>,
): Mapping | null {
  const old = entriesOf(mapping).find((entry) => entry.key === key);
  const inner = old?.value ?? { kind: 'null', text: '' };
  const room: Mapping | null = inner.kind === 'null' ? { kind: 'mapping', items: [] } : asMapping(inner);
  const value = rest.length === 0 ? (old === undefined ? leaf : null) : room && put(room, rest, leaf, added);
  if (value === null) return null;
  const entry: Entry = { kind: 'entry', key, value };
  added.add(entry).add(value);
  if (old !== undefined) return { ...mapping, items: mapping.items.map((item) => (item === old ? entry : item)) };
  const end = mapping.items.findLastIndex((item) => !isComment(item)) + 1;
  return { ...mapping, items: mapping.items.toSpliced(end, 0, entry) };
}

const asMapping = (value: Value): Mapping | null => (value.kind === 'mapping' ? value : null);

function badName(name: string): Problem {
  const message = `${quoted(name)} is no name that a secret can have`;
  const hint = 'write a key, or keys with dots between them: registry.password';
  return { code: 'bad-secret-name', severity: 'error', message, hint };
}

function reserved(): Problem {
  const message = `sops keeps the top-level key ${METADATA_KEY} for itself`;
  return { code: 'reserved-key', severity: 'error', message, hint: 'take another name' };
}

function notAValue(name: string, why: string): Problem {
  const message = `${quoted(name)} cannot be set: ${why}`;
  return { code: 'secret-not-a-value', severity: 'error', message, hint: 'name one value: `nigari secrets list` does' };
}
