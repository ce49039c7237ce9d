/** What was rendered last of an instance, as far as a later edit is measured by it. No secret, and nothing of what it took to get there. */
import { isMapping, type Mapping } from '../config/mapping.ts';
import { normalMac } from '../config/mac.ts';
import { valueAt } from '../config/path.ts';
import type { Artifact, Instance, Model } from '../types.ts';
import { OF_CLUSTER, OF_INSTANCE, OF_NODE, type Value } from './effects.ts';

export type Values = Readonly<Record<string, Value>>;

export interface Snapshot {
  /** By the keys of `OF_INSTANCE` and `OF_CLUSTER`; what is not known is absent. */
  readonly shared: Values;
  /** By name; by the keys of `OF_NODE`. */
  readonly machines: ReadonlyMap<string, Values>;
}

const SHARED_KEYS = [...Object.keys(OF_INSTANCE), ...Object.keys(OF_CLUSTER)];
const NODE_KEYS = Object.keys(OF_NODE);

/** @param artifacts rendered: where the disk of a machine is, only `main.tf` says */
export function snapshotOf(model: Model, { directory }: Instance, artifacts: readonly Artifact[]): Snapshot {
  const main = artifacts.find(({ path }) => path === `${directory}/main.tf`);
  const disk_interface = main === undefined ? undefined : diskInterface(new TextDecoder().decode(main.bytes));
  return {
    shared: picked({ ...model.cluster, disk_interface }, SHARED_KEYS),
    machines: new Map(model.nodes.map((node) => [node.name, picked(inOurForm({ ...node }), NODE_KEYS)])),
  };
}

/**
 * From the variables of a project that has no manifest yet, perhaps not made by nigari.
 * @param variables of `terraform.tfvars`, as parsed
 */
export function snapshotOfVariables(variables: unknown): Snapshot {
  const values = isMapping(variables) ? variables : {};
  const nodes = Array.isArray(values['nodes']) ? values['nodes'].filter(isMapping) : [];
  const named = nodes.filter((node) => typeof node['name'] === 'string');
  return {
    shared: picked(values, SHARED_KEYS),
    machines: new Map(named.map((node) => [String(node['name']), picked(inOurForm(node), NODE_KEYS)])),
  };
}

/**
 * Names of the machines of which nodes.yaml says something else than what was rendered last. What it leaves to cluster.yaml is
 * not known without that.
 * @param written nodes.yaml, as parsed
 */
export function machinesUnlike({ machines }: Snapshot, written: unknown): readonly string[] {
  const now = snapshotOfVariables(written).machines;
  const names = [...new Set([...machines.keys(), ...now.keys()])];
  return names.filter((name) => !isAsRendered(machines.get(name), now.get(name))).toSorted();
}

function isAsRendered(then?: Values, now?: Values): boolean {
  if (then === undefined || now === undefined) return false;
  return Object.entries(now).every(([key, value]) => !(key in then) || then[key] === value);
}

/** A plain value for each key: a list of words is one text. */
function inOurForm(node: Mapping): Mapping {
  const { mac_addr: mac, tags } = node;
  return {
    ...node,
    ...(typeof mac === 'string' && { mac_addr: normalMac(mac) }),
    ...(Array.isArray(tags) && { tags: tags.join(' ') }),
  };
}

/** Of the first `disk` block that a resource has. */
function diskInterface(text: string): string | undefined {
  return /^\s*disk\s*\{[^{}]*?^\s*interface\s*=\s*"(\w+)"/m.exec(text)?.[1];
}

/** What is there of these paths, as far as it is a plain value. */
function picked(values: Mapping, paths: readonly string[]): Values {
  const entries = paths.map((path) => [path, valueAt(values, path.split('.'))] as const);
  return Object.fromEntries(entries.filter((entry): entry is readonly [string, Value] => isValue(entry[1])));
}

export const isValue = (value: unknown): value is Value =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);
