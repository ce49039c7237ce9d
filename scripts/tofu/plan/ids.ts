/**
 * VM ids that a plan takes and frees. bpg/proxmox 0.112.0 takes a VM whose id is taken for the one that it meant to make, and
 * a machine that it deletes counts as gone only when its id answers no more: whoever is given that id in between is waited for,
 * up to half an hour, and has its VM destroyed by the next apply.
 */
import type { Problem } from '../../problem.ts';
import { isMade, type Plan, type ResourceChange } from './read.ts';
import { VM } from './summary.ts';

const GUESTS = [VM, 'proxmox_virtual_environment_container'];

const isGuest = ({ type }: ResourceChange): boolean => GUESTS.includes(type);
const isGoing = ({ action }: ResourceChange): boolean => action === 'destroy' || action === 'replace';

/** Ids of guests that an apply would make; what Proxmox VE picks an id for is safe, and so is who is made anew in its place. */
export function idsToMake({ resources }: Plan): ReadonlyMap<number, string> {
  const made = resources.filter((resource) => isGuest(resource) && isMade(resource));
  return new Map(
    made.flatMap(({ before, after, address }) => {
      const id = after['vm_id'];
      return typeof id === 'number' && id !== before['vm_id'] ? [[id, address]] : [];
    }),
  );
}

/** Whether a guest that Proxmox VE picks an id for could be given the one of a guest that goes at the same time. */
export function mayReuseIds({ resources }: Plan): boolean {
  const guests = resources.filter(isGuest);
  const waiting = guests.filter((guest) => isMade(guest) && typeof guest.after['vm_id'] !== 'number');
  return guests.filter(isGoing).some((gone) => waiting.some(({ address }) => address !== gone.address));
}

/** A guest that goes although its id is another one's, that stays. */
export interface Ghost {
  readonly address: string;
  readonly id: number;
  /** Address of the one that stays. */
  readonly owner: string;
}

/** What an apply leaves in the state that was interrupted while it waited for an id that had been given away. */
export function ghosts({ resources }: Plan): readonly Ghost[] {
  const guests = resources.filter(isGuest);
  const staying = new Map(
    guests.filter((guest) => !isGoing(guest)).map((guest) => [guest.before['vm_id'], guest.address]),
  );
  return guests.filter(isGoing).flatMap(({ address, before: { vm_id: id } }) => {
    const owner = staying.get(id);
    return typeof id === 'number' && owner !== undefined ? [{ address, id, owner }] : [];
  });
}

/** @param isOut whether the state knows the one that goes no more */
export const ghostFound = ({ address, id, owner }: Ghost, isOut: boolean): Problem => ({
  code: 'vm-of-two',
  severity: 'error',
  message: `the state has VM ${id} twice: this apply would destroy it as ${address}, although it is ${owner}${isOut ? `; ${address} is out of the state now` : ''}`,
  hint: isOut
    ? 'no machine was touched: plan and apply again'
    : `no machine was touched. Take it out of the state: \`tofu state rm '${address}'\`; then plan and apply again`,
});
