/**
 * Nothing foreign is touched. bpg/proxmox 0.112.0 takes a VM whose id is taken for the one that it meant to make: the apply
 * says "added", and the next destroy deletes somebody else's machine. So whoever is there is asked for before an apply.
 */
import type { Problem } from '../../problem.ts';
import type { Guest, StoredFile } from '../../proxmox/answers.ts';
import type { Mapping } from '../../config/mapping.ts';
import { instancesIn } from '../state.ts';
import { isMade, type Plan, type ResourceChange } from './read.ts';
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

const downloads = ({ resources }: Plan): readonly ResourceChange[] =>
  resources.filter(({ type }) => DOWNLOADS.includes(type));

/** What the state has of a file, and what it will have. */
const before = ({ address, before: attributes }: ResourceChange): Download => downloadOf(address, attributes);
const after = ({ address, after: attributes }: ResourceChange): Download => downloadOf(address, attributes);
const placeOf = ({ node, volume }: Pick<Download, 'node' | 'volume'>): string => `${node} ${volume}`;

export const filesToMake = (plan: Plan): readonly Download[] => downloads(plan).filter(isMade).map(after);

/** Of these, those that are none of ours yet: what lies there is somebody else's. */
export function filesToTake(plan: Plan): readonly Download[] {
  const ours = new Set(downloads(plan).map(before).map(placeOf));
  return filesToMake(plan).filter((file) => !ours.has(placeOf(file)));
}

/**
 * Files that an apply would leave none of: one resource has it afterwards, and as the old one of a resource it is deleted last.
 * bpg/proxmox 0.112.0 knows a file by its name alone.
 * @returns one `image-lost` for each
 */
export function filesLost(plan: Plan): readonly Problem[] {
  const all = downloads(plan);
  const staying = all.filter(({ action }) => action !== 'destroy' && action !== 'forget').map(after);
  const going = all.filter(({ action, isNewFirst }) => action === 'destroy' || isNewFirst).map(before);
  return going.flatMap((old) => {
    const lost = staying.find((file) => placeOf(file) === placeOf(old));
    return lost === undefined ? [] : [fileLost(lost, old)];
  });
}

const fileLost = ({ volume, node, address }: Download, old: Download): Problem => ({
  code: 'image-lost',
  severity: 'error',
  message: `this apply would end without ${volume} on ${node}, which ${address} needs: as the old file of ${old.address} it is deleted last`,
  hint: 'nothing was touched. To download it anew, delete that file in Proxmox VE, and plan again without -replace',
});

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
  const there = new Set(stored.map(placeOf));
  return files.filter((file) => there.has(placeOf(file)));
}

const fileTaken = ({ volume, node, address }: Download): Problem => ({
  code: 'image-there',
  severity: 'error',
  message: `${address} would replace ${volume} on ${node}, which this project did not make`,
  hint: 'nothing was touched. Another cluster may boot from it: use another proxmox_iso_storage; if nobody else needs it: `--take-images`',
});
