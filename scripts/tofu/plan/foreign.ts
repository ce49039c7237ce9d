/**
 * Nothing foreign is touched. bpg/proxmox 0.112.0 takes a VM whose id is taken for the one that it meant to make: the apply
 * says "added", and the next destroy deletes somebody else's machine. So whoever is there is asked for before an apply.
 */
import type { Problem } from '../../problem.ts';
import type { Guest, StoredFile } from '../../proxmox/answers.ts';
import type { Mapping } from '../../config/mapping.ts';
import { instancesIn } from '../state.ts';
import { isMade, type Plan } from './read.ts';
import { DOWNLOADS } from './summary.ts';

/**
 * @param toMake from `idsToMake`
 * @param guests all that the token may see
 * @param taken ids that are taken by whoever the token may not see
 */
export function foreignGuests(
  toMake: ReadonlyMap<number, string>,
  guests: readonly Guest[],
  taken: ReadonlySet<number>,
): readonly Problem[] {
  const seen = new Map(guests.map((guest) => [guest.id, guest]));
  return [...toMake].flatMap(([id, address]) => {
    const guest = seen.get(id);
    if (guest !== undefined) return [idTaken(id, address, `${guest.name ?? 'without a name'} on ${guest.node}`)];
    return taken.has(id) ? [idTaken(id, address, 'a guest that this token may not see')] : [];
  });
}

const idTaken = (id: number, address: string, who: string): Problem => ({
  code: 'vm-id-taken',
  severity: 'error',
  message: `${address} wants the VM id ${id}, which belongs to ${who}`,
  hint: `nothing was touched. Give the node another vm_id in nodes.yaml, or none; if that guest is this machine: \`nigari infra adopt\``,
});

/** A file that is downloaded, and where. */
export interface Download {
  readonly address: string;
  readonly node: string;
  readonly storage: string;
  /** `local:iso/talos.iso` */
  readonly volume: string;
  readonly content: string;
}

export function filesToMake({ resources }: Plan): readonly Download[] {
  return resources
    .filter((resource) => DOWNLOADS.includes(resource.type) && isMade(resource))
    .map(({ address, after }) => downloadOf(address, after));
}

function downloadOf(address: string, attributes: Mapping): Download {
  const text = (key: string): string => String(attributes[key]);
  const [storage, content] = [text('datastore_id'), text('content_type')];
  return { address, node: text('node_name'), storage, content, volume: `${storage}:${content}/${text('file_name')}` };
}

/**
 * Files that the state knows and the plan did not find: bpg/proxmox 0.112.0 takes one that it cannot look at, for whatever
 * reason, for one that is gone.
 * @param state as `tofu state pull` prints it
 */
export function filesForgotten({ present, resources }: Plan, state: string): readonly Download[] {
  // The state has the address from before a move.
  const found = new Set([...present, ...resources.flatMap(({ from }) => from ?? [])]);
  return instancesIn(state)
    .filter(({ type, address }) => DOWNLOADS.includes(type) && !found.has(address))
    .map(({ address, attributes }) => downloadOf(address, attributes));
}

/** @param stored what lies there: whoever is gone in truth is none of these */
export const stillThere = (forgotten: readonly Download[], stored: readonly StoredFile[]): readonly Problem[] =>
  thoseThere(forgotten, stored).map(fileForgotten);

const fileForgotten = ({ volume, node, address }: Download): Problem => ({
  code: 'image-forgotten',
  severity: 'error',
  message: `${volume} is still on ${node}, but the provider could not look at it, and this apply would leave it there for ever: ${address} would be gone from the state`,
  hint: 'nothing was touched. Plan and apply again; where it stays so, see that the token may look into that storage: `nigari doctor --online`',
});

export const foreignFiles = (toMake: readonly Download[], stored: readonly StoredFile[]): readonly Problem[] =>
  thoseThere(toMake, stored).map(fileTaken);

function thoseThere(files: readonly Download[], stored: readonly StoredFile[]): readonly Download[] {
  const there = new Set(stored.map(({ node, volume }) => `${node} ${volume}`));
  return files.filter(({ node, volume }) => there.has(`${node} ${volume}`));
}

const fileTaken = ({ volume, node, address }: Download): Problem => ({
  code: 'image-there',
  severity: 'error',
  message: `${address} would replace ${volume} on ${node}, which this project did not make`,
  hint: 'nothing was touched. Another cluster may boot from it: use another proxmox_iso_storage; if nobody else needs it: `--take-images`',
});
