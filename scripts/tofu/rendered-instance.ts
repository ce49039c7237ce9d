/**
 * An instance as its rendered files have it: what a run of OpenTofu has to know of it. So it needs no inputs: in CI there are
 * only `infrastructure/` and a key.
 */
import { isMapping, type Mapping } from '../config/mapping.ts';
import type { Runnable } from './environment.ts';

export interface RenderedInstance extends Runnable {
  readonly backend: { readonly kind: string; readonly settings: Mapping };
  /** The block that encrypts state and plans, as parsed; null where there is none. */
  readonly encryption: Mapping | null;
  /** Of `terraform.tfvars`. */
  readonly variables: Mapping;
  /** In the order of nodes.yaml. */
  readonly machines: readonly RenderedMachine[];
  /** Null where none of its providers is that of Proxmox VE. */
  readonly proxmox: ProxmoxEndpoint | null;
}

/** A machine as the variables have it. */
export interface RenderedMachine {
  readonly name: string;
  /** Null where Proxmox VE picks one. */
  readonly id: number | null;
  /** In any case; null in variables of somebody's own. */
  readonly mac: string | null;
  readonly address: string;
  /** Of its disk. */
  readonly gigabytes: number;
}

export interface ProxmoxEndpoint {
  /** `https://pve.example.com:8006` */
  readonly url: string;
  readonly insecure: boolean;
}

/** @param files by name, as parsed: attributes and blocks, a block as a list by its labels */
export function renderedInstance(
  place: Pick<Runnable, 'directory' | 'secrets_file' | 'kind'>,
  files: ReadonlyMap<string, unknown>,
): RenderedInstance {
  const configuration = [...files].filter(([name]) => !isVariables(name)).map(([, parsed]) => parsed);
  const settings = configuration.flatMap((file) => blocks(file, 'terraform'));
  const [encryption = null] = settings.flatMap((block) => blocks(block, 'encryption'));
  const variables = merged([...files].filter(([name]) => isVariables(name)).map(([, parsed]) => parsed));
  return {
    ...place,
    backend: backendOf(settings),
    encryption,
    state_encryption: encryption !== null,
    variables,
    machines: machinesOf(variables),
    proxmox: proxmoxOf(configuration, variables),
  };
}

function machinesOf({ nodes }: Mapping): readonly RenderedMachine[] {
  const list = Array.isArray(nodes) ? (nodes as readonly Mapping[]) : [];
  return list.map(({ name, vm_id: id, mac_addr: mac, address, vm_disk_size: gigabytes }) => ({
    name: String(name),
    id: typeof id === 'number' ? id : null,
    mac: typeof mac === 'string' ? mac : null,
    address: String(address),
    gigabytes: Number(gigabytes),
  }));
}

const isVariables = (name: string): boolean => name.endsWith('.tfvars');

/** The later ones count. */
const merged = (files: readonly unknown[]): Mapping => Object.assign({}, ...files.filter(isMapping)) as Mapping;

function blocks(parsed: unknown, ...names: readonly string[]): readonly Mapping[] {
  const [name, ...rest] = names;
  if (name === undefined) return (Array.isArray(parsed) ? parsed : [parsed]).filter(isMapping);
  const inside = (Array.isArray(parsed) ? parsed : [parsed]).filter(isMapping).map((one) => one[name]);
  return inside.flatMap((one) => blocks(one, ...rest));
}

/** Without a backend block OpenTofu keeps the state in the directory. */
function backendOf(settings: readonly Mapping[]): RenderedInstance['backend'] {
  const [backend = {}] = settings.flatMap((block) => blocks(block, 'backend'));
  const [kind = 'local'] = Object.keys(backend);
  const [found = {}] = blocks(backend, kind);
  return { kind, settings: found };
}

/** Its endpoint is a variable in nigari's templates, a literal in somebody's own. */
function proxmoxOf(configuration: readonly unknown[], variables: Mapping): ProxmoxEndpoint | null {
  const [provider] = configuration.flatMap((file) => blocks(file, 'provider', 'proxmox'));
  if (provider === undefined) return null;
  const name = /^\$\{var\.(\w+)\}$/.exec(String(provider['endpoint']))?.[1];
  const url = name === undefined ? provider['endpoint'] : variables[name];
  return typeof url === 'string' ? { url, insecure: provider['insecure'] === true } : null;
}

/** Where a local state is, from the directory; null where another backend keeps it. */
export function localState({ backend: { kind, settings } }: RenderedInstance): string | null {
  const { path } = settings;
  return kind === 'local' ? (typeof path === 'string' ? path : 'terraform.tfstate') : null;
}
