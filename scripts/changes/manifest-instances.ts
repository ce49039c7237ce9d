/**
 * The instances in the manifest, in three parts: `instances` (directory → shared values), `machines` (`directory/name` →
 * values) and `moved` (`directory/old name` → new name).
 */
import { isMapping } from '../config/mapping.ts';
import { entriesOf, sectionText } from './manifest-section.ts';
import type { Moves } from './renames.ts';
import { isValue, type Snapshot, type Values } from './snapshot.ts';

/** An instance as it was rendered last, and which of its machines have moved. */
export interface Rendered extends Snapshot {
  readonly moved: Moves;
}

type Instances = ReadonlyMap<string, Rendered>;

export function renderedText(instances: Instances): Readonly<Record<'instances' | 'machines' | 'moved', string>> {
  const below = <T>(parts: (rendered: Rendered) => ReadonlyMap<string, T>): readonly (readonly [string, T])[] =>
    [...instances].flatMap(([directory, rendered]) =>
      [...parts(rendered)].map(([name, value]) => [`${directory}/${name}`, value] as const),
    );
  return {
    instances: sectionText([...instances].map(([directory, { shared }]) => [directory, shared])),
    machines: sectionText(below(({ machines }) => machines)),
    moved: sectionText(below(({ moved }) => moved)),
  };
}

/** @param manifest as parsed; parts that are missing are empty. @returns null for one that is damaged */
export function renderedIn(manifest: Readonly<Record<string, unknown>>): Instances | null {
  const { instances = {}, machines = {}, moved = {} } = manifest;
  const [ofInstances, ofMachines, ofMoved] = [instances, machines, moved].map(entriesOf);
  if (!ofInstances?.every(hasValues) || !ofMachines?.every(hasValues) || !ofMoved?.every(hasName)) return null;
  const [machinesOf, movedOf] = [byDirectory<Values>(ofMachines), byDirectory<string>(ofMoved)];
  return new Map(
    ofInstances.map(([directory, shared]) => [
      directory,
      { shared, machines: machinesOf.get(directory) ?? new Map(), moved: movedOf.get(directory) ?? new Map() },
    ]),
  );
}

const hasValues = (entry: [string, unknown]): entry is [string, Values] =>
  isMapping(entry[1]) && Object.values(entry[1]).every(isValue);

const hasName = (entry: [string, unknown]): entry is [string, string] => typeof entry[1] === 'string';

/** No name of a machine has a slash. */
function byDirectory<T>(entries: readonly (readonly [string, T])[]): ReadonlyMap<string, ReadonlyMap<string, T>> {
  const all = new Map<string, Map<string, T>>();
  for (const [path, value] of entries) {
    const at = path.lastIndexOf('/');
    const directory = path.slice(0, Math.max(at, 0));
    const inside = all.get(directory) ?? new Map<string, T>();
    all.set(directory, inside.set(path.slice(at + 1), value));
  }
  return all;
}
