/** What was rendered last × what is rendered now → what the next apply does to machines that exist, told before it is written. */
import { danger, rank, type Danger } from './danger.ts';
import type { Rendered } from './manifest-instances.ts';
import { OF_CLUSTER, OF_INSTANCE, OF_NODE, type Effect, type Row, type Value } from './effects.ts';
import { quorumLoss } from './quorum.ts';
import { renamesOf, reused, type Moves } from './renames.ts';
import type { Snapshot, Values } from './snapshot.ts';
import { swaps } from './swaps.ts';

export interface DangerOptions {
  /** False where nothing was ever applied from here, as far as can be seen: then all of it is only told. */
  readonly applied: boolean;
  readonly allowQuorumLoss: boolean;
}

/**
 * @param before with the moves that are remembered
 * @param after null where the instance is no longer made
 * @returns what must be agreed to first; errors (`disk-shrinks`, `quorum-loss`) among them
 */
export function dangersOf(before: Rendered, after: Snapshot | null, options: DangerOptions): readonly Danger[] {
  if (after === null) return before.machines.size === 0 ? [] : weighed([switchedOff(before)], options);
  const renames = renamesOf(before.machines, after.machines);
  const gone = [...before.machines].filter(([name]) => !after.machines.has(name) && !renames.has(name));
  const changes = changed(before, after, renames);
  const found = [
    ...destroyed(gone, before, after),
    ...changes,
    ...growsAtOnce(before, after, renames, changes),
    ...[...renames].map(([from, to]) => renamed(from, to)),
    ...[...reused(before.moved, renames, before.machines, after.machines)].map(([from, to]) => nameReused(from, to)),
    ...clusterChanges(before.shared, after.shared),
  ];
  const lost = quorumLoss(before, after, renames, found, options.allowQuorumLoss);
  return weighed([...lost, ...swaps(before.machines, after.machines), ...found], options);
}

/** The worst first. Without anything that exists they are notes, and what would do no harm is not worth one. */
function weighed(found: readonly Danger[], { applied }: DangerOptions): readonly Danger[] {
  const sorted = found.toSorted((a, b) => rank(a) - rank(b));
  if (applied) return sorted;
  const told = sorted.filter(({ severity, code }) => severity !== 'note' || code === 'renames-vm');
  return told.map((danger) => ({ ...danger, severity: 'note', consent: false, hint: NEVER_APPLIED }));
}

const NEVER_APPLIED =
  'nothing was applied from this folder, as far as can be seen: it counts where that was done elsewhere';

/** `VM k8s-wk-2 (id 115)` */
const vm = (name: string, { vm_id: id = null }: Values): string =>
  id === null ? `VM ${name}` : `VM ${name} (id ${id})`;

/** What has the address of a machine that is gone may be that machine under another name. */
function destroyed(gone: readonly (readonly [string, Values])[], before: Snapshot, after: Snapshot): readonly Danger[] {
  const host = before.shared['proxmox_node'];
  const fresh = [...after.machines].filter(([name]) => !before.machines.has(name));
  const heirs = new Map(fresh.map(([name, { address }]) => [address ?? null, name]));
  return gone.map(([name, values]) => {
    const message = `destroys ${vm(name, values)}${host === undefined ? '' : ` on ${host}`}, with its disk`;
    const { address = null, mac_addr: mac } = values;
    const heir = address === null ? undefined : heirs.get(address);
    if (heir === undefined || typeof mac !== 'string') return danger('destroys-vm', [name], message);
    const hint = `is it called ${heir} now? then give that one its MAC address: mac_addr: ${mac}`;
    return danger('destroys-vm', [name], message, hint);
  });
}

const renamed = (from: string, to: string): Danger =>
  danger(
    'renames-vm',
    [to],
    `renames ${from} to ${to}, nothing is destroyed`,
    'moved.tf says so to OpenTofu; `nigari configure --drop-moved` takes it away once that was applied everywhere',
  );

const nameReused = (from: string, to: string): Danger =>
  danger(
    'name-reused',
    [from],
    `${from} is a machine again, though one of that name became ${to}`,
    `right only where that rename was applied everywhere; otherwise the old one becomes it: apply the rename first`,
  );

const switchedOff = ({ machines }: Snapshot): Danger =>
  danger(
    'infrastructure-off',
    [...machines.keys()],
    `the infrastructure is switched off, and ${counted(machines.size)} made: they stay, as do the files by which they can be destroyed`,
    'to destroy them: `tofu destroy` in their directory, before its files are removed',
  );

const counted = (count: number): string => (count === 1 ? '1 machine was' : `${count} machines were`);

function clusterChanges(before: Values, after: Values): readonly Danger[] {
  return Object.entries(OF_CLUSTER).flatMap(([key, breaks]) => {
    const change = changeOf(key, before, after);
    return change === null
      ? []
      : [danger('cluster-changed', [], `${key} ${arrow(change)}, though the cluster was made with the first`, breaks)];
  });
}

interface Change {
  readonly before: Value;
  readonly after: Value;
}

/** What is not known on one side is no change. */
function changeOf(key: string, { [key]: before }: Values, { [key]: after }: Values): Change | null {
  return before === undefined || after === undefined || before === after ? null : { before, after };
}

const said = (value: Value): string => (value === null ? '(none)' : String(value));
const arrow = ({ before, after }: Change): string => `${said(before)} → ${said(after)}`;

/** One danger for each key and effect, over all the machines that it meets. */
function changed(before: Snapshot, after: Snapshot, renames: Moves): readonly Danger[] {
  const stay = [...before.machines].flatMap(([from, was]): readonly Pair[] => {
    const name = renames.get(from) ?? from;
    const is = after.machines.get(name);
    return is === undefined ? [] : [{ name, was, is }];
  });
  const all = stay.map(({ name }) => ({ name, was: before.shared, is: after.shared }));
  return [
    ...Object.entries(OF_INSTANCE).flatMap(([key, row]) => effectsOf(key, row, all, stay)),
    ...Object.entries(OF_NODE).flatMap(([key, row]) => effectsOf(key, row, stay, stay)),
  ];
}

/**
 * A disk grows while its machine runs, but not in one apply with what counts from the next start: then the provider wants it
 * off (bpg/terraform-provider-proxmox 0.112.0, `vmUpdateDiskLocationAndSize` with `rebootRequired`).
 */
function growsAtOnce(before: Snapshot, after: Snapshot, renames: Moves, changes: readonly Danger[]): readonly Danger[] {
  const waiting = new Set(changes.filter(({ code }) => code === 'needs-reboot').flatMap(({ machines }) => machines));
  const grown = [...before.machines].map(([from, { vm_disk_size: was }]) => {
    const name = renames.get(from) ?? from;
    return Number(after.machines.get(name)?.['vm_disk_size']) > Number(was) && waiting.has(name) ? name : null;
  });
  const names = grown.filter((name) => name !== null);
  return names.length === 0
    ? []
    : [
        danger(
          'needs-power-off',
          names,
          `cannot grow the disk of ${list(names)} in one apply with a change that counts from the next start`,
          'apply one of the two first; or shut the machine down for the apply',
        ),
      ];
}

interface Pair {
  readonly name: string;
  readonly was: Values;
  readonly is: Values;
}

/** One danger for each effect that a change of the key has. */
function effectsOf(key: string, row: Row, pairs: readonly Pair[], machines: readonly Pair[]): readonly Danger[] {
  const groups = new Map<Effect, Hit[]>();
  pairs.forEach(({ name, was, is }, index) => {
    const change = changeOf(key, was, is);
    const effect = change && row.effect(change.before, change.after);
    if (!effect) return;
    const title = effect === 'replaces-vm' ? vm(name, machines[index]?.was ?? {}) : name;
    const hits = groups.get(effect) ?? [];
    groups.set(effect, hits);
    hits.push({ name, title, change: arrow(change) });
  });
  return [...groups].map(([effect, hits]) => {
    const names = hits.map(({ name }) => name);
    const message = `${SENTENCES[effect](list(hits.map(({ title }) => title)))}: ${key} ${changesText(hits)}`;
    return danger(effect, names, message, row.hint ?? HINTS[effect]);
  });
}

interface Hit {
  readonly name: string;
  readonly title: string;
  readonly change: string;
}

/** `2 → 4` where it is the same for all, `a 2 → 4, b 2 → 8` where it is not. */
function changesText(hits: readonly Hit[]): string {
  const [first, ...others] = hits.map(({ change }) => change);
  if (others.every((change) => change === first)) return first ?? '';
  return list(hits.map(({ name, change }) => `${name} ${change}`));
}

const SHOWN = 8;
function list(names: readonly string[]): string {
  return names.length <= SHOWN
    ? names.join(', ')
    : `${names.slice(0, SHOWN - 1).join(', ')} and ${names.length - SHOWN + 1} more`;
}

const SENTENCES: Readonly<Record<Effect, (who: string) => string>> = {
  'not-applied': (who) => `an apply does not change ${who}`,
  'in-place': (who) => `changes ${who} in place`,
  'needs-reboot': (who) => `changes ${who} from the next start on`,
  'needs-power-off': (who) => `cannot change ${who} but while it is off`,
  'replaces-vm': (who) => `replaces ${who}, destroyed and made anew`,
  'loses-disk': (who) => `loses this disk's data on ${who}`,
  'disk-shrinks': (who) => `a disk cannot shrink, Proxmox VE refuses it, on ${who}`,
};

const HINTS: Partial<Readonly<Record<Effect, string>>> = {
  'needs-reboot': 'an apply does not restart a machine: restart them one at a time',
  'disk-shrinks': 'write the old size, or replace the machine: under another name, which destroys the old one',
};
