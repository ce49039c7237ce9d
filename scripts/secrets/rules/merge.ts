/** Merge keys of YAML 1.1, which people use in `.sops.yaml` to say common things once. In a sealed file they are refused. */
import { entriesOf, valuesOf, type Entry, type Mapping } from '../tree/tree.ts';

const MERGE_KEY = '<<';

/** The mapping with what its `<<` names put in its place; its own keys win, then what was named first. */
export function merged(mapping: Mapping): Mapping {
  const entries = entriesOf(mapping);
  if (!entries.some(({ key }) => key === MERGE_KEY)) return mapping;
  const own = entries.filter(({ key }) => key !== MERGE_KEY);
  const byKey = new Map<string, Entry>();
  for (const entry of [...own, ...entries.flatMap(mergedBy)]) if (!byKey.has(entry.key)) byKey.set(entry.key, entry);
  return { kind: 'mapping', items: [...byKey.values()] };
}

/** What one `<<` brings in: a mapping, or those of a list. */
function mergedBy({ key, value }: Entry): readonly Entry[] {
  if (key !== MERGE_KEY) return [];
  const named = value.kind === 'list' ? valuesOf(value) : [value];
  return named.flatMap((from) => (from.kind === 'mapping' ? entriesOf(merged(from)) : []));
}
