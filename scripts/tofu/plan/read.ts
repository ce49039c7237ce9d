/**
 * `tofu show -json` of a saved plan → what it will do. Source: OpenTofu's documentation, "JSON Output Format"
 * (format_version 1.x). Values that OpenTofu marks as sensitive are in clear in that JSON: none of them leaves this file.
 */
import { isMapping, type Mapping } from '../../config/mapping.ts';
import { checked, refused, type Checked, type Problem } from '../../problem.ts';
import { attributeChanges, partOf, type AttributeChange } from './attributes.ts';

/** What happens to one resource. */
export type Action = 'destroy' | 'replace' | 'create' | 'update' | 'read' | 'forget' | 'keep';

export interface ResourceChange {
  /** `proxmox_virtual_environment_vm.talos_node["k8s-cp-1"]` */
  readonly address: string;
  readonly type: string;
  /** Key of `for_each`, index of `count`, or null. */
  readonly index: string | null;
  /** The address that it has in the state, where a `moved` block gives it another. */
  readonly from: string | null;
  readonly action: Action;
  /** Whether a replacement is made before the old one goes. */
  readonly isNewFirst: boolean;
  readonly imported: boolean;
  /** Why it is destroyed or replaced, in OpenTofu's word: `delete_because_each_key`; null where it tells none. */
  readonly reason: string | null;
  readonly attributes: readonly AttributeChange[];
  /** Plain values before and after, for rules: what is sensitive or unknown is left out. */
  readonly before: Mapping;
  readonly after: Mapping;
}

/** Whether an apply makes it anew, and does not take over what is there. */
export const isMade = ({ action, imported }: ResourceChange): boolean =>
  (action === 'create' || action === 'replace') && !imported;

export interface Plan {
  /** In OpenTofu's order; what stays as it is is among them. */
  readonly resources: readonly ResourceChange[];
  /** Names of the outputs that change. */
  readonly outputs: readonly string[];
  /** Addresses of what was changed outside of OpenTofu since the last run. */
  readonly drifted: readonly string[];
  /**
   * Whether an apply writes into the state what was changed, and does nothing else, as after `-refresh-only`: any other plan
   * lists what it leaves as it is, too.
   */
  readonly isOfStateAlone: boolean;
  /** Addresses of all that was there when it was made, also of what a plan for some resources alone says nothing of. */
  readonly present: readonly string[];
}

/** @param text as `tofu show -json` prints it @returns `plan-unreadable` for anything else */
export function readPlan(text: string): Checked<Plan> {
  const json = parsed(text);
  if (!isMapping(json) || !String(json['format_version']).startsWith('1.')) return refused(unreadable);
  const [resources, drift] = [listOf(json['resource_changes']), listOf(json['resource_drift'])];
  return checked({
    resources: resources.map(resourceChange),
    outputs: Object.entries(mappingOf(json['output_changes']))
      .filter(isChanged)
      .map(([name]) => name),
    drifted: drift.filter(isDrift).map((resource) => String(resource['address'])),
    isOfStateAlone: resources.length === 0 && drift.length > 0,
    present: addressesIn(mappingOf(mappingOf(mappingOf(json['prior_state'])['values'])['root_module'])),
  });
}

/** @param module of the state as the plan found it */
function addressesIn(module: Mapping): readonly string[] {
  const own = listOf(module['resources']).map(({ address }) => String(address));
  return [...own, ...listOf(module['child_modules']).flatMap(addressesIn)];
}

/** What the provider reads of a machine that runs, and nobody sets. */
const OBSERVED = /^(ipv[46]_addresses|mac_addresses|network_interface_names)\b/;

/** OpenTofu also tells of what a machine got by being made, and of one that a moved block renames. */
function isDrift(resource: Mapping): boolean {
  const change = mappingOf(resource['change']);
  if (actionsOf(change) === 'delete') return true;
  return attributeChanges(change).some(({ path }) => !OBSERVED.test(path));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

const listOf = (value: unknown): readonly Mapping[] => (Array.isArray(value) ? value.filter(isMapping) : []);
const mappingOf = (value: unknown): Mapping => (isMapping(value) ? value : {});
const actionsOf = (change: unknown): string =>
  (mappingOf(change)['actions'] as string[] | undefined)?.join() ?? 'no-op';
const isChanged = ([, change]: [string, unknown]): boolean => actionsOf(change) !== 'no-op';

/** By OpenTofu's list of actions, joined. */
const ACTIONS: Readonly<Record<string, Action>> = {
  'no-op': 'keep',
  create: 'create',
  read: 'read',
  update: 'update',
  delete: 'destroy',
  forget: 'forget',
  'delete,create': 'replace',
  'create,delete': 'replace',
};

function resourceChange(resource: Mapping): ResourceChange {
  const change = mappingOf(resource['change']);
  const action = ACTIONS[actionsOf(change)] ?? 'update';
  const index = resource['index'];
  return {
    address: String(resource['address']),
    type: String(resource['type']),
    index: typeof index === 'string' || typeof index === 'number' ? String(index) : null,
    from: typeof resource['previous_address'] === 'string' ? resource['previous_address'] : null,
    action,
    isNewFirst: actionsOf(change) === 'create,delete',
    imported: isMapping(change['importing']),
    reason: typeof resource['action_reason'] === 'string' ? resource['action_reason'] : null,
    attributes: action === 'update' || action === 'replace' ? attributeChanges(change) : [],
    before: mappingOf(visible(change['before'], change['before_sensitive'])),
    after: mappingOf(visible(change['after'], change['after_sensitive'])),
  };
}

/** Without what is sensitive: OpenTofu marks it by `true` at the same place of a value of the same shape. */
function visible(value: unknown, sensitive: unknown): unknown {
  if (sensitive === true) return undefined;
  if (Array.isArray(value)) return value.map((item, index) => visible(item, partOf(sensitive, index)));
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, visible(item, partOf(sensitive, key))]));
}

const unreadable: Problem = {
  code: 'plan-unreadable',
  severity: 'error',
  message: '`tofu show -json` did not print a plan that nigari can read',
  hint: 'is this OpenTofu of a version that nigari knows? `nigari doctor` says',
};
