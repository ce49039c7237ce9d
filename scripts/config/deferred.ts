/**
 * Values that the inputs do not say themselves: `secret://name` in cluster.yaml, and all that is sealed in
 * cluster.sops.yaml. `validate` passes over them until the resolve stage has found out what they are.
 */
import type { Problem } from '../problem.ts';
import { SECRET_KEYS, type Deferred } from '../types.ts';
import { formatPath, type KeyPath } from './path.ts';
import { isSecretName, referenceName } from './references.ts';
import { secret } from './secret.ts';
import { isApplicationKey } from './key-schema.ts';
import type { YamlFile } from './yaml.ts';
import type { Words } from './yaml-words.ts';

/** What the resolve stage found. */
export interface Resolution {
  /** The values of cluster.sops.yaml, opened; null when there is none. */
  readonly sealed: Readonly<Record<string, unknown>> | null;
  /** The secrets that cluster.yaml refers to, by name. */
  readonly references: ReadonlyMap<string, string>;
}

/** What may be kept elsewhere: credentials, and whatever templates of the user's own put into sealed files. */
export function mayBeSecret([key]: KeyPath): boolean {
  return key === 'vars' || (SECRET_KEYS as readonly unknown[]).includes(key);
}

/** What stands at the end of a path: a text, a number, true or false, null. */
type Leaf = string | number | boolean | null;
/** A leaf for a leaf; mappings and lists stay as they are. */
type Change = (leaf: Leaf, path: KeyPath) => unknown;

/** The value with each of its leaves changed. */
export function mapLeaves(value: unknown, change: Change, path: KeyPath = []): unknown {
  if (Array.isArray(value)) return value.map((item, index) => mapLeaves(item, change, [...path, index]));
  if (typeof value !== 'object' || value === null) return change(value as Leaf, path);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapLeaves(item, change, [...path, key])]));
}

/** The references of cluster.yaml that stand where a secret may. One without a proper name is left to the rules. */
export function referencesIn(value: unknown): readonly Deferred[] {
  const found: Deferred[] = [];
  mapLeaves(value, (leaf, path) => {
    const reference = mayBeSecret(path) ? referenceName(leaf) : null;
    if (reference !== null && isSecretName(reference)) found.push({ path, reference });
    return leaf;
  });
  return found;
}

/** One `reference-misplaced` for each reference of cluster.yaml where no secret may stand. */
export function referenceProblems({ value, places }: YamlFile): readonly Problem[] {
  const problems: Problem[] = [];
  mapLeaves(value, (leaf, path) => {
    const name = isApplicationKey(String(path[0])) ? null : referenceName(leaf);
    if (name === null || mayBeSecret(path)) return leaf;
    problems.push({ severity: 'error', ...misplaced(path), ...places.value(path), path: formatPath(path) });
    return leaf;
  });
  return problems;
}

const misplaced = (path: KeyPath): Words => ({
  code: 'reference-misplaced',
  message: `${formatPath(path)} is no secret: its value goes into files in clear`,
  hint: `write the value itself; secret:// may stand at ${SECRET_KEYS.join(', ')} and below vars`,
});

/** The leaves of cluster.sops.yaml. */
export function sealedIn(value: unknown): readonly Deferred[] {
  const found: Deferred[] = [];
  mapLeaves(value, (leaf, path) => {
    if (leaf !== null) found.push({ path, reference: null });
    return leaf;
  });
  return found;
}

/** cluster.yaml with the secrets that it refers to in their places. */
export function withReferences(value: unknown, references: Resolution['references']): unknown {
  return mapLeaves(value, (leaf, path) => {
    const name = mayBeSecret(path) ? referenceName(leaf) : null;
    return name === null ? leaf : (references.get(name) ?? leaf);
  });
}

/** `vars` of which every value that was kept elsewhere is a marked one: only a sealed file may print it. */
export function withMarks(vars: unknown, deferred: readonly Deferred[]): unknown {
  const marked = new Set(deferred.map(({ path }) => formatPath(path)));
  const mark: Change = (leaf, path) => (leaf !== null && marked.has(formatPath(path)) ? secret(String(leaf)) : leaf);
  return mapLeaves(vars, mark, ['vars']);
}
