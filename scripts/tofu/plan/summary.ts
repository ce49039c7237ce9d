/** What a plan comes to: how many of what, the worst first, in words of the project instead of attributes of a provider. */
import type { Masker } from '../../secrets/mask.ts';
import type { Plan, ResourceChange } from './read.ts';

/** The worst first; what stays as it is is not among them. */
export const TOLD = ['destroy', 'replace', 'forget', 'create', 'update', 'read', 'move'] as const;
export type Told = (typeof TOLD)[number];

export interface PlanLine {
  readonly what: Told;
  readonly address: string;
  /** `VM k8s-wk-2 (id 115)`, `image talos-v1.13.9-ce4c980550dd.iso`, or the address. */
  readonly title: string;
  /** Why, or what of it changes: each a piece like `cpu[0].cores: 2 → 4`. */
  readonly details: readonly string[];
  readonly imported: boolean;
  /** Whether it is a machine of the control plane. */
  readonly controller: boolean;
}

export interface PlanSummary {
  readonly lines: readonly PlanLine[];
  readonly counts: Readonly<Record<Told | 'import', number>>;
  readonly outputs: readonly string[];
  /** Addresses of what somebody changed outside of OpenTofu. */
  readonly drifted: readonly string[];
  /** Whether an apply writes what drifted into the state, and does nothing else. */
  readonly isOfStateAlone: boolean;
}

export const VM = 'proxmox_virtual_environment_vm';
/** A file that Proxmox VE downloads; the second is the older name. */
export const DOWNLOADS = ['proxmox_download_file', 'proxmox_virtual_environment_download_file'];

/** @param hide takes away every value that is a secret, wherever it turns up */
export function summaryOf({ resources, outputs, drifted, isOfStateAlone }: Plan, hide: Masker): PlanSummary {
  const told = resources.filter((resource) => whatOf(resource) !== null);
  const lines = told
    .map((resource) => lineOf(resource, hide))
    .toSorted((a, b) => TOLD.indexOf(a.what) - TOLD.indexOf(b.what));
  const count = (what: Told): number => lines.filter((line) => line.what === what).length;
  const counts = Object.fromEntries(TOLD.map((what) => [what, count(what)])) as Record<Told, number>;
  const imported = lines.filter((line) => line.imported).length;
  return { lines, counts: { ...counts, import: imported }, outputs, drifted, isOfStateAlone };
}

/** A resource that only gets another address is moved; one that changes as well is told as changed. */
function whatOf({ action, from, imported }: ResourceChange): Told | null {
  if (action !== 'keep') return action;
  return from === null && !imported ? null : imported ? 'update' : 'move';
}

function lineOf(resource: ResourceChange, hide: Masker): PlanLine {
  const { address, action, from, attributes, imported } = resource;
  const changes = attributes.map(({ path, before, after }) => `${path}: ${before} → ${after}`);
  const forcing = attributes
    .filter(({ forces }) => forces)
    .map(({ path, before, after }) => `${path}: ${before} → ${after}`);
  const reason = reasonOf(resource);
  const why = action === 'replace' && forcing.length > 0 ? forcing : changes;
  const moved = from === null ? [] : [`was ${from}`];
  return {
    what: whatOf(resource) ?? 'update',
    address,
    title: titleOf(resource),
    details: [...moved, ...(imported ? ['taken over as it is'] : []), ...(reason === null ? [] : [reason]), ...why].map(
      hide,
    ),
    imported,
    controller: isController(resource),
  };
}

/** Of a machine that goes, what it was counts. */
const valuesOf = ({ action, before, after }: ResourceChange) => (action === 'create' ? after : before);

function titleOf(resource: ResourceChange): string {
  const { type, address, index } = resource;
  const { name, vm_id: id, file_name: file } = valuesOf(resource);
  if (DOWNLOADS.includes(type) && typeof file === 'string') return `image ${file}`;
  if (type !== VM) return address;
  const title = `VM ${typeof name === 'string' ? name : (index ?? address)}`;
  return typeof id === 'number' ? `${title} (id ${id})` : title;
}

/** nigari's templates write the role of a machine among its tags. */
function isController(resource: ResourceChange): boolean {
  const { tags } = valuesOf(resource);
  return resource.type === VM && Array.isArray(tags) && tags.includes('controller');
}

/** OpenTofu's words for why; source: its documentation of the JSON format, `action_reason`. */
const REASONS: Readonly<Record<string, string>> = {
  replace_because_tainted: 'it was left half made by a run that failed',
  replace_because_cannot_update: 'it cannot be changed as it stands',
  replace_by_request: 'asked for by -replace',
  replace_by_triggers: 'something that it depends on is replaced',
  delete_because_no_resource_config: 'its block is gone from the files',
  delete_because_wrong_repetition: 'its block is repeated in another way now',
  delete_because_count_index: 'count is lower now',
  delete_because_each_key: 'it is no longer in the list',
  delete_because_no_module: 'its module is gone from the files',
  delete_because_no_move_target: 'the block that it was moved to does not exist',
};

const reasonOf = ({ reason }: ResourceChange): string | null => (reason === null ? null : (REASONS[reason] ?? null));

/** Whether a change takes a machine or its disk away. */
export function isLoss({ what, address }: PlanLine): boolean {
  return (what === 'destroy' || what === 'replace') && address.includes(`${VM}.`);
}

export const isEmpty = ({ lines, outputs, isOfStateAlone }: PlanSummary): boolean =>
  lines.length === 0 && outputs.length === 0 && !isOfStateAlone;

/** What each is called where it is counted and told. */
export const WORDS: Readonly<Record<Told, readonly [counted: string, told: string]>> = {
  destroy: ['to destroy', 'destroy'],
  replace: ['to replace', 'replace'],
  forget: ['to forget', 'forget'],
  create: ['to create', 'create'],
  update: ['to change', 'change'],
  read: ['to read', 'read'],
  move: ['renamed', 'rename'],
};

/** `1 to destroy, 2 to create`; what there is none of is left out. */
export function countsText({ counts, outputs, isOfStateAlone }: PlanSummary): string {
  const parts = TOLD.filter((what) => counts[what] > 0).map((what) => `${counts[what]} ${WORDS[what][0]}`);
  if (counts.import > 0) parts.push(`${counts.import} taken over`);
  if (parts.length > 0) return parts.join(', ');
  if (isOfStateAlone) return 'only the state changes';
  return outputs.length > 0 ? 'only outputs change' : 'nothing to change';
}
