/**
 * Machines that took each other's names in one edit. No `moved` block can say that: OpenTofu refuses one whose old name is
 * still declared ("Moved object still exists"), through whatever third name it leads.
 */
import { shellQuoted } from '../completion/quote.ts';
import { danger, type Danger } from './danger.ts';
import { addressOf } from './moved-file.ts';
import { sameMachines } from './renames.ts';
import type { Values } from './snapshot.ts';

type Machines = ReadonlyMap<string, Values>;

/** The id is what Proxmox VE knows a machine by; two may have swapped their MAC addresses and nothing else. */
const IDENTITIES = ['vm_id', 'mac_addr'];

/** One `names-swapped` for each ring or row of them. */
export function swaps(before: Machines, after: Machines): readonly Danger[] {
  const taken = new Set([...before.keys(), ...after.keys()]);
  return pathsOf(before, after).map((path) =>
    danger('names-swapped', [...new Set(path)], messageOf(path), hintOf(stepsOf(path, spareName(taken)))),
  );
}

/** `a b c`: the machine a is now called b, and b is called c. A ring ends with the name that it begins with. */
type Path = readonly string[];

function pathsOf(before: Machines, after: Machines): readonly Path[] {
  const went = new Map([...sameMachines(before, after, IDENTITIES)].filter(([from, to]) => from !== to));
  const targets = new Set(went.values());
  // A row is read from its beginning, a ring from anywhere.
  const starts = [...went.keys()].toSorted((a, b) => Number(targets.has(a)) - Number(targets.has(b)));
  return starts.map((start) => follow(went, start)).filter(({ length }) => length > 2);
}

/** Takes out of `went` what it follows. */
function follow(went: Map<string, string>, start: string): Path {
  const path = [start];
  for (let from = start, to = went.get(from); to !== undefined; from = to, to = went.get(from)) {
    went.delete(from);
    path.push(to);
  }
  return path;
}

const isRing = (path: Path): boolean => path[0] === path.at(-1);

function messageOf(path: Path): string {
  const [a, b, c] = path;
  const what =
    path.length === 3 && a === c ? `${a} and ${b} swap names` : `machines take each other's names, ${path.join(' → ')}`;
  return `${what}: OpenTofu cannot move a machine to a name that is in use, and takes each for the one that had its name`;
}

type Step = readonly [from: string, to: string];

/** One after the other, the name that each goes to is free. */
function stepsOf(path: Path, spare: string): readonly Step[] {
  const steps = path.slice(1).map((to, index): Step => [path[index] ?? to, to]);
  const [last, ...others] = steps.toReversed();
  if (last === undefined || !isRing(path)) return steps.toReversed();
  return [[last[0], spare], ...others, [spare, last[1]]];
}

/** A name that no machine has or had. */
function spareName(taken: ReadonlySet<string>): string {
  const names = Array.from({ length: taken.size + 1 }, (_, index) => `spare-${index + 1}`);
  return names.find((name) => !taken.has(name)) ?? '';
}

function hintOf(steps: readonly Step[]): string {
  return [
    `rename them in steps, each applied before the next: ${steps.map(([from, to]) => `${from} → ${to}`).join(', ')}`,
    'or write this with `nigari configure --yes`, and before the next apply move them in the state by hand:',
    ...steps.map((step) => `  tofu state mv ${step.map((name) => shellQuoted(addressOf(name))).join(' ')}`),
  ].join('\n');
}
