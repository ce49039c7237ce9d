/** Machines under a new name: found by what they are, remembered until they are known to have moved. */
import type { Values } from './snapshot.ts';

type Machines = ReadonlyMap<string, Values>;

/** Old name → new name. A chain a → b → c is two entries. */
export type Moves = ReadonlyMap<string, string>;

/** What a renamed machine is known by, the surest first. */
const IDENTITIES = ['mac_addr', 'vm_id'];

/** Names that are gone, and the new ones that have their MAC address or VM id. */
export function renamesOf(before: Machines, after: Machines): Moves {
  const gone = [...before].filter(([name]) => !after.has(name));
  const fresh = [...after].filter(([name]) => !before.has(name));
  return sameMachines(new Map(gone), new Map(fresh), IDENTITIES);
}

/** Old and new name of each machine that is there before and after. @param identities what it is known by, the surest first */
export function sameMachines(before: Machines, after: Machines, identities: readonly string[]): Moves {
  const found = new Map<string, string>();
  for (const identity of identities) {
    const taken = new Set(found.values());
    const left = [...after].filter(([name]) => !taken.has(name));
    const names = new Map(left.map(([name, values]) => [values[identity] ?? null, name]));
    names.delete(null);
    for (const [from, values] of before) {
      const key = values[identity] ?? null;
      const to = names.get(key);
      if (to === undefined || found.has(from)) continue;
      found.set(from, to);
      names.delete(key);
    }
  }
  return found;
}

/**
 * The moves as OpenTofu takes them: nothing that still exists has moved, no two went to the same place, no chain is a ring,
 * and each ends at a name that is there.
 * @param moved those of before
 * @param renames to be added
 * @param names of the machines that there are now
 */
export function movesAfter(moved: Moves, renames: Moves, names: ReadonlySet<string>): Moves {
  const open = new Map([...passedBy(moved, names), ...renames]);
  const origins = new Map([...open].map(([from, to]) => [to, from]));
  const kept = new Map<string, string>();
  for (const name of names) {
    for (let to = name, from = origins.get(to); from !== undefined && !names.has(from); from = origins.get(to)) {
      kept.set(from, to);
      to = from;
    }
  }
  return kept;
}

/** Where a name came back, what had moved to it before has gone on with the machine that had it. */
function passedBy(moved: Moves, names: ReadonlySet<string>): Moves {
  const moves = new Map(moved);
  for (const [from, to] of moved) {
    if (!names.has(from)) continue;
    const next = moves.get(from) ?? to;
    moves.delete(from);
    for (const [earlier, target] of moves) if (target === from && earlier !== next) moves.set(earlier, next);
  }
  return moves;
}

/** Names that are in use again, for another machine than the one that moved away, perhaps not yet in the state. */
export function reused(moved: Moves, renames: Moves, before: Machines, after: Machines): Moves {
  const isItself = (name: string): boolean => renames.get(endOf(moved, name)) === name;
  return new Map([...moved].filter(([from]) => after.has(from) && !before.has(from) && !isItself(from)));
}

/** Where a machine of that name is now. Two branches may have made a ring, which has no end. */
function endOf(moved: Moves, name: string): string {
  let end = name;
  for (const _ of moved) end = moved.get(end) ?? end;
  return end;
}
