/** What we read of a state, version 4, as `tofu state pull` prints it. Source: OpenTofu's internal/states/statefile/version4.go */
import { VM } from './plan/summary.ts';

interface State {
  readonly resources?: readonly {
    readonly module?: string;
    readonly type: string;
    readonly name: string;
    readonly instances: readonly {
      readonly index_key?: string | number;
      readonly attributes?: Readonly<Record<string, unknown>> | null;
    }[];
  }[];
}

/** A machine that a state knows. */
export interface KnownMachine {
  /** `proxmox_virtual_environment_vm.talos_node["k8s-cp-1"]` */
  readonly address: string;
  /** Key of `for_each`. */
  readonly index: string | null;
  /** Null where none is known yet. */
  readonly id: number | null;
}

/** @param text empty where there is no state */
export function machinesIn(text: string): readonly KnownMachine[] {
  return instancesIn(text)
    .filter(({ type }) => type === VM)
    .map(({ address, index, attributes }) => ({
      address,
      index,
      id: idOf(attributes['vm_id']) ?? idOf(attributes['id']),
    }));
}

/** One resource that a state knows. */
interface KnownInstance {
  readonly address: string;
  readonly type: string;
  readonly index: string | null;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** @param text empty where there is no state */
export function instancesIn(text: string): readonly KnownInstance[] {
  if (text.trim() === '') return [];
  const { resources = [] } = JSON.parse(text) as State;
  return resources.flatMap(({ module, type, name, instances }) =>
    instances.map(({ index_key: key, attributes }) => ({
      address: `${module === undefined ? '' : `${module}.`}${type}.${name}${key === undefined ? '' : `[${JSON.stringify(key)}]`}`,
      type,
      index: key === undefined ? null : String(key),
      attributes: attributes ?? {},
    })),
  );
}

/** The provider's own id is a text; it has `vm_id` only once the machine was read. */
function idOf(value: unknown): number | null {
  return /^\d+$/.test(String(value)) && Number(value) > 0 ? Number(value) : null;
}
