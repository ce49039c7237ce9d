/**
 * The machines that an apply makes, and whether a VM is one of them. Ids do not tell: they are given to whoever asks first,
 * and bpg/proxmox 0.112.0 takes whoever has the id for what it made.
 */
import type { Problem } from '../../problem.ts';
import type { Guest } from '../../proxmox/answers.ts';
import type { KnownMachine } from '../state.ts';
import { isMade, type Plan } from './read.ts';
import { VM } from './summary.ts';

/** A VM that exists, with its MAC addresses. */
export interface Existing extends Guest {
  readonly macs: readonly string[];
}

/** A machine as the plan has it. */
export interface Machine {
  readonly address: string;
  /** Null where Proxmox VE picks one. */
  readonly id: number | null;
  readonly name: unknown;
  readonly node: unknown;
  readonly macs: readonly string[];
}

export function machinesToMake({ resources }: Plan): readonly Machine[] {
  return resources
    .filter((resource) => resource.type === VM && isMade(resource))
    .map(({ address, after }) => ({
      address,
      id: typeof after['vm_id'] === 'number' ? after['vm_id'] : null,
      name: after['name'],
      node: after['node_name'],
      macs: macsIn(after['network_device']),
    }));
}

function macsIn(devices: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(devices) ? devices : [];
  return list
    .map((device) => (device as { readonly mac_address?: unknown } | null)?.mac_address)
    .filter((mac) => typeof mac === 'string');
}

/** Surely one: name, host and every MAC address are the plan's. One without a MAC address in the plan is never known so. */
export function isSame({ name, node, macs }: Machine, guest: Existing): boolean {
  return guest.name === name && guest.node === node && macs.length > 0 && macs.every((mac) => hasMac(guest, mac));
}

/** Surely none: one of them differs. What the plan does not say, or Proxmox VE does not tell us, proves nothing. */
function isAnother({ name, node, macs }: Machine, guest: Existing): boolean {
  if (typeof name === 'string' && guest.name !== null && guest.name !== name) return true;
  if (typeof node === 'string' && guest.node !== node) return true;
  return macs.length > 0 && guest.macs.length > 0 && !macs.some((mac) => hasMac(guest, mac));
}

const hasMac = ({ macs }: Existing, mac: string): boolean =>
  macs.some((one) => one.toLowerCase() === mac.toLowerCase());

/**
 * Machines to make that exist already under another id, and that no state knows, as an apply leaves them whose id Proxmox VE
 * picked and whose answer was lost: another one would be made beside each, with the same MAC address.
 * @param existing those that have the id or the name of one of them
 */
export function twins(
  made: readonly Machine[],
  existing: readonly Existing[],
  { resources }: Plan,
): readonly Problem[] {
  const inState = new Set(resources.map(({ before }) => before['vm_id']));
  return made.flatMap((machine) => {
    const twin = existing.find((guest) => guest.id !== machine.id && !inState.has(guest.id) && isSame(machine, guest));
    return twin === undefined ? [] : [machineThere(machine, twin)];
  });
}

const machineThere = ({ address }: Machine, { id, node }: Existing): Problem => ({
  code: 'machine-there',
  severity: 'error',
  message: `${address} exists already, but in no state: by its name and MAC address it is VM ${id} on ${node}`,
  hint: 'nothing was touched. Take it over: `nigari infra adopt`; or remove it in Proxmox VE, and another one is made',
});

/** What an apply took for a machine of its own, and is none. */
export interface Stranger {
  readonly address: string;
  readonly guest: Existing;
}

/**
 * @param made by the apply
 * @param known to the state after it
 * @param existing of all that these ids belong to
 */
export function strangers(
  made: readonly Machine[],
  known: readonly KnownMachine[],
  existing: readonly Existing[],
): readonly Stranger[] {
  const ids = new Map(known.map(({ address, id }) => [address, id]));
  return made.flatMap((machine) => {
    const guest = existing.find(({ id }) => id === ids.get(machine.address));
    return guest !== undefined && isAnother(machine, guest) ? [{ address: machine.address, guest }] : [];
  });
}

/** @param isOut whether the state knows it no more */
export function strangerTaken({ address, guest }: Stranger, isOut: boolean): Problem {
  const who = `${guest.name ?? 'a guest without a name'} on ${guest.node}`;
  const way = isOut
    ? 'look at that VM, which may have been started'
    : `take it out of the state before anything else: \`tofu state rm '${address}'\`; look at that VM, which may have been started`;
  return {
    code: 'vm-of-another',
    severity: 'error',
    message: `the VM id ${guest.id} was given to ${who} while this apply ran, and OpenTofu took that for ${address}${isOut ? '; it is out of the state again' : ''}`,
    hint: `${way}. Then give the node another vm_id in nodes.yaml, run \`nigari configure\` and apply again`,
  };
}
