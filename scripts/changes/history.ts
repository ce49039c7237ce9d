/** The instances as they were rendered last and as they are now. */
import type { Artifact, Derived, Model } from '../types.ts';
import type { Danger } from './danger.ts';
import { dangersOf } from './dangers.ts';
import type { Manifest } from './manifest.ts';
import { movesAfter, renamesOf } from './renames.ts';
import { snapshotOf } from './snapshot.ts';

type Instances = Manifest['instances'];

export interface Past {
  /** By directory; from the manifest, or from the variables of a project that has none. */
  readonly instances: Instances;
  /** Directories of which machines may exist. */
  readonly applied: ReadonlySet<string>;
}

/** The model, and in it which of its machines had another name. @param drop forget those that were told before */
export function withMoves({ model, origins }: Derived, past: Instances, drop: boolean): Derived {
  const instances = model.instances.map((instance) => {
    const before = past.get(instance.directory);
    if (before === undefined) return instance;
    const { machines } = snapshotOf(model, instance, []);
    const moved = drop ? new Map<string, string>() : before.moved;
    const moves = movesAfter(moved, renamesOf(before.machines, machines), new Set(machines.keys()));
    const sorted = [...moves].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([from, to]) => Object.freeze({ from, to }));
    return Object.freeze({ ...instance, moved: Object.freeze(sorted) });
  });
  return { model: Object.freeze({ ...model, instances: Object.freeze(instances) }), origins };
}

/** What the manifest keeps: of an instance that is no longer made what it was, as long as its machines may exist. */
export function presentOf(past: Past, model: Model, artifacts: readonly Artifact[]): Instances {
  const former = [...past.instances].filter(([directory]) => past.applied.has(directory));
  const present = model.instances.map((instance) => {
    const moved = new Map(instance.moved.map(({ from, to }) => [from, to]));
    return [instance.directory, { ...snapshotOf(model, instance, artifacts), moved }] as const;
  });
  return new Map([...former, ...present]);
}

/** What happens to machines that exist, over all instances. */
export function dangersIn(
  { instances, applied }: Past,
  model: Model,
  present: Instances,
  { allowQuorumLoss }: { readonly allowQuorumLoss: boolean },
): readonly Danger[] {
  const made = new Set(model.instances.map(({ directory }) => directory));
  return [...instances].flatMap(([directory, before]) =>
    dangersOf(before, made.has(directory) ? (present.get(directory) ?? null) : null, {
      applied: applied.has(directory),
      allowQuorumLoss,
    }),
  );
}
