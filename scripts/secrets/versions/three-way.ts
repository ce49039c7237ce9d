/**
 * Two versions of a tree that go back to one, merged key by key. What one side alone changed is taken from there; what
 * both changed, each in its way, is a conflict. A list counts as one value: which of its items is which, nobody knows.
 */
import { formatPath, type KeyPath } from '../../config/path.ts';
import {
  sameComments,
  sameTree,
  sameValue,
  sectionsOf,
  type Comment,
  type Mapping,
  type Section,
  type Tree,
  type Value,
} from '../tree/tree.ts';

export type Side = 'ours' | 'theirs';

/** The state that both sides started from, and what each made of it. */
export interface Versions<T> {
  readonly base: T;
  readonly ours: T;
  readonly theirs: T;
}

/** A value that both sides changed; what each did to it. */
export interface Conflict {
  /** As `formatPath` writes it, below `[1]` in the second document; empty where the documents as such are meant. */
  readonly name: string;
  readonly ours: 'changed' | 'removed';
  readonly theirs: 'changed' | 'removed';
}

/** Whose value counts where both changed it; null leaves the conflict. */
export type Choose = (name: string) => Side | null;

/** What was merged; where there is a conflict it has ours. */
export interface Merge {
  readonly tree: Tree;
  readonly conflicts: readonly Conflict[];
}

interface Context {
  readonly choose: Choose;
  readonly conflicts: Conflict[];
}

/** @param versions of one file; an empty base for one that both sides made */
export function mergeTrees(versions: Versions<Tree>, choose: Choose = () => null): Merge {
  const context: Context = { choose, conflicts: [] };
  return { tree: mergeDocuments(context, versions), conflicts: context.conflicts };
}

function mergeDocuments(context: Context, versions: Versions<Tree>): Tree {
  const changed = changedAlone(versions, sameTree);
  if (changed !== undefined) return changed;
  const { base, ours, theirs } = versions;
  const isAligned = ours.length === theirs.length && (base.length === ours.length || base.length === 0);
  if (!isAligned) return decide(context, versions, []) ?? ours;
  return ours.map((document, index) => {
    const version = { base: base[index] ?? EMPTY, ours: document, theirs: theirs[index] ?? EMPTY };
    return mergeMapping(context, version, index === 0 ? [] : [index]);
  });
}

const EMPTY: Mapping = { kind: 'mapping', items: [] };

/** What only one side changed, or both in the same way; undefined where each has its own. */
export function changedAlone<T>({ base, ours, theirs }: Versions<T>, same: (one: T, other: T) => boolean) {
  if (same(ours, theirs) || same(theirs, base)) return ours;
  return same(ours, base) ? theirs : undefined;
}

/** Takes the side that was chosen, or ours and remembers the conflict. */
function decide<T>({ choose, conflicts }: Context, versions: Versions<T | null>, path: KeyPath): T | null {
  const name = formatPath(path);
  const side = choose(name);
  const did = (version: T | null) => (version === null ? 'removed' : 'changed');
  if (side === null) conflicts.push({ name, ours: did(versions.ours), theirs: did(versions.theirs) });
  return versions[side ?? 'ours'];
}

/** A mapping that lost its last key keeps no comments: YAML has no place for them. */
function mergeMapping(context: Context, { base, ours, theirs }: Versions<Mapping>, path: KeyPath): Mapping {
  const parts = { base: sectionsOf(base), ours: sectionsOf(ours), theirs: sectionsOf(theirs) };
  const keys = interleave([...parts.ours.sections.keys()], [...parts.theirs.sections.keys()]);
  const items = keys.flatMap((key) => {
    const sections = eachVersion(parts, ({ sections }) => sections.get(key) ?? null);
    return mergeSection(context, sections, [...path, key]);
  });
  const end = items.length === 0 ? [] : mergeComments(eachVersion(parts, ({ end }) => end));
  return { kind: 'mapping', items: [...items, ...end] };
}

export function eachVersion<T, R>({ base, ours, theirs }: Versions<T>, of: (version: T) => R): Versions<R> {
  return { base: of(base), ours: of(ours), theirs: of(theirs) };
}

/** The keys of two lists in the order of the first; what only the second has stands behind what it stands behind there. */
export function interleave(first: readonly string[], second: readonly string[]): readonly string[] {
  const known = new Set(first);
  const behind = new Map<string | null, string[]>([[null, []]]);
  let group = behind.get(null) ?? [];
  for (const key of second) {
    if (!known.has(key)) group.push(key);
    else behind.set(key, (group = []));
  }
  return [...(behind.get(null) ?? []), ...first.flatMap((key) => [key, ...(behind.get(key) ?? [])])];
}

function mergeSection(context: Context, versions: Versions<Section | null>, path: KeyPath): Mapping['items'] {
  const { base, ours, theirs } = versions;
  const value = mergeValue(
    context,
    eachVersion(versions, (section) => section?.entry.value ?? null),
    path,
  );
  if (value === null) return [];
  const comments =
    ours === null || theirs === null
      ? (ours ?? theirs)?.comments
      : mergeComments({ base: base?.comments ?? [], ours: ours.comments, theirs: theirs.comments });
  return [...(comments ?? []), { kind: 'entry', key: String(path.at(-1)), value }];
}

function mergeValue(context: Context, versions: Versions<Value | null>, path: KeyPath): Value | null {
  const changed = changedAlone(versions, sameOrMissing);
  if (changed !== undefined) return changed;
  const { base, ours, theirs } = versions;
  if (ours?.kind !== 'mapping' || theirs?.kind !== 'mapping') return decide(context, versions, path);
  return mergeMapping(context, { base: base?.kind === 'mapping' ? base : EMPTY, ours, theirs }, path);
}

function sameOrMissing(one: Value | null, other: Value | null): boolean {
  return one === null || other === null ? one === other : sameValue(one, other);
}

/** Comments never conflict. */
function mergeComments(versions: Versions<readonly Comment[]>): readonly Comment[] {
  return changedAlone(versions, sameComments) ?? mergeSets(versions, ({ text }) => text);
}

/** Those of ours stay that theirs did not remove, and those come that theirs added. */
export function mergeSets<T>({ base, ours, theirs }: Versions<readonly T[]>, id: (item: T) => string): readonly T[] {
  const [before, here, there] = [new Set(base.map(id)), new Set(ours.map(id)), new Set(theirs.map(id))];
  const stay = ours.filter((item) => !before.has(id(item)) || there.has(id(item)));
  const come = theirs.filter((item) => !before.has(id(item)) && !here.has(id(item)));
  return [...stay, ...come];
}
