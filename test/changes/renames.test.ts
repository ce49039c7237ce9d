import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { movesAfter, renamesOf, reused, type Moves } from '../../scripts/changes/renames.ts';
import type { Values } from '../../scripts/changes/snapshot.ts';

const moves = (written: string): Moves =>
  new Map(written.split(' ').flatMap((move) => (move === '' ? [] : [move.split('>') as [string, string]])));
const written = (map: Moves): string =>
  [...map].map((move) => move.join('>')).toSorted().join(' '); // prettier-ignore

describe('renamesOf', () => {
  const machines = (all: Readonly<Record<string, Values>>): ReadonlyMap<string, Values> => new Map(Object.entries(all));

  test.each([
    ['the same MAC', { a: { mac_addr: 'm' } }, { b: { mac_addr: 'm' } }, 'a>b'],
    ['the same VM id', { a: { mac_addr: 'm', vm_id: 1 } }, { b: { mac_addr: 'n', vm_id: 1 } }, 'a>b'],
    ['nothing the same', { a: { mac_addr: 'm', vm_id: 1 } }, { b: { mac_addr: 'n', vm_id: 2 } }, ''],
    ['automatic ids', { a: { mac_addr: 'm', vm_id: null } }, { b: { mac_addr: 'n', vm_id: null } }, ''],
    ['nothing known', { a: {} }, { b: {} }, ''],
    ['the old name still there', { a: { vm_id: 1 } }, { a: { vm_id: 2 }, b: { vm_id: 1 } }, ''],
    ['the new name there before', { a: { vm_id: 1 }, b: { vm_id: 2 } }, { b: { vm_id: 1 } }, ''],
    ['swapped names', { a: { vm_id: 1 }, b: { vm_id: 2 } }, { a: { vm_id: 2 }, b: { vm_id: 1 } }, ''],
    [
      'a MAC before an id',
      { a: { mac_addr: 'm', vm_id: 1 } },
      { b: { mac_addr: 'n', vm_id: 1 }, c: { mac_addr: 'm', vm_id: 2 } },
      'a>c',
    ],
    [
      'two that would become one',
      { a: { mac_addr: 'm', vm_id: 1 }, b: { mac_addr: 'x', vm_id: 2 } },
      { c: { mac_addr: 'm', vm_id: 2 } },
      'a>c',
    ],
  ])('with %s', (_, before, after, expected) => {
    expect(written(renamesOf(machines(before as never), machines(after as never)))).toBe(expected);
  });
});

describe('movesAfter', () => {
  test.each([
    ['a first rename', '', 'a>b', 'b', 'a>b'],
    ['a chain', 'a>b', 'b>c', 'c', 'a>b b>c'],
    ['a name that comes back', 'a>b', 'b>a', 'a', 'b>a'],
    ['a longer way back', 'z>a a>b', 'b>a', 'a', 'b>a z>b'],
    ['a new machine with an old name', 'a>b', '', 'a b', ''],
    ['a new machine in the middle of a chain', 'a>b b>c', '', 'b c', 'a>c'],
    ['a machine that is gone', 'a>b', '', 'c', ''],
    ['what two branches made', 'a>c b>c', '', 'c', 'b>c'],
    ['a ring that two branches made', 'a>b b>a', '', 'c', ''],
  ])('of %s', (_, before, renames, names, expected) => {
    expect(written(movesAfter(moves(before), moves(renames), new Set(names.split(' '))))).toBe(expected);
  });

  const name = fc.constantFrom(...'abcdef');
  const someMoves = fc.uniqueArray(fc.tuple(name, name), { selector: ([from]) => from }).map((all) => new Map(all));

  test('is what OpenTofu takes, whatever was remembered', () => {
    fc.assert(
      fc.property(someMoves, fc.uniqueArray(name), (moved, list) => {
        const names = new Set(list);
        const after = movesAfter(moved, new Map(), names);
        expectTaken(after, names);
        expect(movesAfter(after, new Map(), names)).toEqual(after);
      }),
    );
  });

  /** Each edit renames, adds or removes machines; a machine is its number. */
  const edit = fc.dictionary(name, fc.nat({ max: 5 }), { noNullPrototype: true });

  test('brings every machine to its name of today, from any state that was applied on the way', () => {
    let followed = 0;
    fc.assert(
      fc.property(fc.array(edit, { minLength: 2, maxLength: 6 }), (edits) => {
        const history = edits.map(unique);
        let moved: Moves = new Map();
        history.slice(1).forEach((after, index) => {
          const names = new Set(after.keys());
          moved = movesAfter(moved, renamesOf(history[index]!, after), names);
          expectTaken(moved, names);
        });
        const found = arrivals(history, moved);
        followed += found.length;
        expect(found.map(([, arrived]) => arrived)).toEqual(found.map(([, , today]) => today));
      }),
      { numRuns: 1000 },
    );
    expect(followed).toBeGreaterThan(100);
  });
});

function expectTaken(after: Moves, names: ReadonlySet<string>): void {
  expect([...after.keys()].filter((from) => names.has(from))).toEqual([]);
  expect(new Set(after.values()).size).toBe(after.size);
  for (const from of after.keys()) expect(names).toContain(end(after, from));
}

/** Throws for a ring. */
function end(map: Moves, from: string, steps = 0): string {
  const to = map.get(from);
  if (steps > map.size) throw new Error('a ring');
  return to === undefined ? from : end(map, to, steps + 1);
}

/** No machine twice. */
function unique(names: Readonly<Record<string, number>>): ReadonlyMap<string, Values> {
  const seen = new Set<number>();
  const first = Object.entries(names).filter(([, id]) => !seen.has(id) && seen.add(id));
  return new Map(first.map(([name, vm_id]) => [name, { vm_id }]));
}

type History = readonly ReadonlyMap<string, Values>[];

/**
 * Of machines that were there all the time and never more than renamed: names that nobody else had since, where the moves
 * bring them, and their names of today.
 */
function arrivals(
  history: History,
  moved: Moves,
): readonly (readonly [name: string, arrived: string, today: string])[] {
  const today = history.at(-1)!;
  return history.flatMap((then, at) =>
    [...then].flatMap(([name, { vm_id: id }]) => {
      const since = history.slice(at);
      const names = since.map((state) => [...state].find(([, { vm_id }]) => vm_id === id)?.[0]);
      const isReused = since.some((state) => state.has(name) && state.get(name)?.['vm_id'] !== id);
      if (!isFollowed(since, names) || isReused || today.has(name)) return [];
      return [[name, end(moved, name), names.at(-1)!] as const];
    }),
  );
}

/** Whether each step from name to name is one that counts as a rename. */
function isFollowed(states: History, names: readonly (string | undefined)[]): boolean {
  return names.every((name, index) => {
    const [last, before] = [names[index - 1], states[index - 1]];
    if (name === undefined || last === undefined || before === undefined || name === last) return name !== undefined;
    return !before.has(name) && !states[index]!.has(last);
  });
}

test.each([
  ['a new machine with an old name', 'a>b', '', 'b', 'a b', 'a>b'],
  ['the machine itself', 'a>b', 'b>a', 'b', 'a', ''],
  ['the machine itself, by a longer way', 'a>b b>c', 'c>a', 'c', 'a', ''],
  ['another one that is renamed', 'a>b', 'c>a', 'b c', 'a b', 'a>b'],
  ['one of a ring that two branches made', 'a>b b>a', '', 'c', 'a', 'a>b'],
  ['one that was told of before', 'a>b', '', 'a b', 'a b', ''],
])('a name is reused by %s', (_, moved, renames, before, after, expected) => {
  const named = (names: string): ReadonlyMap<string, Values> => new Map(names.split(' ').map((name) => [name, {}]));
  expect(written(reused(moves(moved), moves(renames), named(before), named(after)))).toBe(expected);
});
