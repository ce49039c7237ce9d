/** Machines that exist, and that no state knows: which are the project's, how OpenTofu takes them over, and when it must not. */
import type { Problem } from '../../problem.ts';
import { hclLiteral } from '../../render/languages/hcl.ts';
import type { RenderedMachine } from '../rendered-instance.ts';
import type { Existing } from './made.ts';
import type { Plan, ResourceChange } from './read.ts';
import { VM } from './summary.ts';

export interface Adoption {
  readonly name: string;
  readonly guest: Existing;
  readonly by: 'MAC address' | 'VM id';
}

/** By MAC address first: ids are given anew, and a machine that another VM's id was meant for is none of ours. */
export function adoptions(
  wanted: readonly Pick<RenderedMachine, 'name' | 'id' | 'mac'>[],
  existing: readonly Existing[],
): readonly Adoption[] {
  return wanted.flatMap(({ name, id, mac }): readonly Adoption[] => {
    const byMac = mac === null ? undefined : existing.find(({ macs }) => macs.some((one) => isSame(one, mac)));
    if (byMac !== undefined) return [{ name, guest: byMac, by: 'MAC address' }];
    const byId = id === null ? undefined : existing.find((guest) => guest.id === id);
    return byId === undefined ? [] : [{ name, guest: byId, by: 'VM id' }];
  });
}

const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** @returns one `adopt-ambiguous` for each machine that would be taken over twice */
export function takenTwice(found: readonly Adoption[]): readonly Problem[] {
  const guests = new Set(found.map(({ guest }) => guest));
  return [...guests].flatMap((guest) => {
    const claims = found.filter((one) => one.guest === guest);
    return claims.length > 1 ? [ambiguous(guest, claims)] : [];
  });
}

const ambiguous = (guest: Existing, claims: readonly Adoption[]): Problem => ({
  code: 'adopt-ambiguous',
  severity: 'error',
  message: `${guestText(guest)} would be ${claims.map(({ name, by }) => `${name}, by its ${by}`).join(', and ')}`,
  hint: 'nothing was touched. Give one of them another vm_id or mac_addr in nodes.yaml, then `nigari configure` and try again',
});

/** `VM 500 (by-hand) on pve` */
export const guestText = ({ id, name, node }: Existing): string => `VM ${id} (${name ?? 'without a name'}) on ${node}`;

/** `import` blocks; an id of the provider is `<node>/<VM id>`. */
export function importText(found: readonly Adoption[]): string {
  const blocks = found.map(
    ({ name, guest }) =>
      `import {\n  to = ${VM}.talos_node[${hclLiteral(name)}]\n  id = ${hclLiteral(`${guest.node}/${guest.id}`)}\n}\n`,
  );
  return [HEADER, ...blocks].join('\n');
}

const HEADER =
  '# Written by `nigari infra adopt` for one run, and removed at its end. Left behind by one that was killed: remove it.\n';

/** @returns one `adopt-not-in-place` for each machine that would not stay as it is, or whose disk would shrink */
export function notInPlace({ resources }: Plan): readonly Problem[] {
  return resources
    .filter(({ type, imported }) => type === VM && imported)
    .flatMap((resource) => {
      const why = resource.action === 'replace' ? forcing(resource) : shrinking(resource);
      return why.length === 0 ? [] : [refusal(resource, why)];
    });
}

function forcing({ attributes }: ResourceChange): readonly string[] {
  const found = attributes.filter(({ forces }) => forces);
  return (found.length > 0 ? found : attributes).map(({ path, before, after }) => `${path}: ${before} → ${after}`);
}

function shrinking({ attributes }: ResourceChange): readonly string[] {
  return attributes
    .filter(({ path, before, after }) => /^disk\[\d+\]\.size$/.test(path) && Number(after) < Number(before))
    .map(({ path, before, after }) => `${path}: ${before} → ${after}`);
}

const refusal = ({ address, action }: ResourceChange, why: readonly string[]): Problem => ({
  code: 'adopt-not-in-place',
  severity: 'error',
  message: `${address} cannot be taken over as it is: ${action === 'replace' ? 'it would be replaced' : 'its disk would shrink'} (${why.join(', ')})`,
  hint: 'nothing was touched. Write into cluster.yaml and nodes.yaml what the machine has, then `nigari configure` and try again',
});
