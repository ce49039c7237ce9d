/**
 * A kubeconfig or talosconfig of one cluster, taken into that of a user. Everything else in it stays, comments too. Sources:
 * https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/, and talosctl's own file.
 */
import { isMap, isScalar, isSeq, parseDocument, type Document } from 'yaml';
import { checked, refused, type Checked, type Problem } from '../problem.ts';

/** `kube`: lists of named entries; `talos`: a mapping of contexts. */
export type ConfigKind = 'kube' | 'talos';

/**
 * @param file where the user's is, for messages
 * @param own the user's as it is, empty where there is none
 * @param added what talosctl made: one cluster, one user, one context
 * @returns the whole; entries of the same names are replaced, and the cluster's context is the current one
 */
export function mergeConfig(kind: ConfigKind, file: string, own: string, added: string): Checked<string> {
  if (own.trim() === '') return checked(added);
  const [into, from] = [parseDocument(own), parseDocument(added)];
  if (into.errors.length > 0 || !isMap(into.contents)) return refused(unreadable(file));
  if (kind === 'kube') for (const key of ['clusters', 'users', 'contexts']) mergeNamed(into, from, key);
  else mergeContexts(into, from);
  const current = kind === 'kube' ? 'current-context' : 'context';
  into.set(current, from.get(current));
  return checked(into.toString({ lineWidth: 0 }));
}

function mergeNamed(into: Document, from: Document, key: string): void {
  const added = from.get(key);
  const list = into.get(key);
  if (!isSeq(added)) return;
  if (!isSeq(list)) return into.set(key, added);
  const names = new Set(added.items.map(nameOf));
  list.items = [...list.items.filter((item) => !names.has(nameOf(item))), ...added.items];
}

const nameOf = (item: unknown): unknown => (isMap(item) ? item.get('name') : null);

function mergeContexts(into: Document, from: Document): void {
  const added = from.get('contexts');
  if (!isMap(added)) return;
  const contexts = into.get('contexts');
  if (!isMap(contexts)) return into.set('contexts', added);
  for (const { key, value } of added.items) contexts.set(isScalar(key) ? key.value : key, value);
}

const unreadable = (file: string): Problem => ({
  code: 'user-config-unreadable',
  severity: 'error',
  message: `${file} is no YAML mapping: nothing was changed`,
  hint: 'mend it; or have the new one printed: `--stdout`',
});
