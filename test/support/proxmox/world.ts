/** What a simulated Proxmox VE cluster consists of. The functions beside this file change it; nothing else does. */
import type { Access } from './permissions.ts';
import { failed, Refused } from './refused.ts';

export interface Node {
  readonly name: string;
  /** A host that is off: whatever is asked of it ends in "No route to host". */
  online: boolean;
  /** By name; VMs start only on bridges that are here. */
  readonly interfaces: Map<string, Entry>;
  readonly settings: Record<'dns' | 'hosts' | 'time', Entry>;
}

/** What is kept as it was sent. */
export type Entry = Record<string, string | number | readonly string[]>;

export interface Firewall {
  options: Entry;
  readonly rules: Entry[];
}

export interface Storage {
  readonly storage: string;
  /** `dir`, `nfs`, `lvmthin`, …: whether volumes are files, and so their names, depends on it. */
  readonly type: string;
  /** iso, vztmpl, import, images, rootdir, snippets, backup */
  readonly content: readonly string[];
  readonly shared: boolean;
  /** Bytes. */
  readonly total: number;
  /** Hosts that have it; undefined: all. */
  readonly nodes?: readonly string[];
  /** Nothing more fits. */
  full: boolean;
}

export interface Volume {
  readonly volid: string;
  readonly storage: string;
  /** Empty for a shared storage: then it is the same on every host. */
  node: string;
  readonly content: string;
  readonly format: string;
  /** Bytes. */
  size: number;
  /** The guest that owns it. */
  readonly vmid?: number;
}

export type Setting = string | number;

export interface Guest {
  readonly kind: 'qemu' | 'lxc';
  readonly vmid: number;
  node: string;
  status: 'running' | 'stopped';
  config: Record<string, Setting>;
  /** The configuration that it runs with; null when it is off. */
  startedWith: Readonly<Record<string, Setting>> | null;
  /** What a task holds it for, such as `create`. */
  lock: string | null;
  pool: string | null;
  /** Its guest agent answers. */
  agent: boolean;
  /** A polite shutdown is not answered. */
  deaf: boolean;
}

export interface Pool {
  comment: string;
  /** Guests say themselves which pool they are in. */
  readonly storages: Set<string>;
}

export interface Task {
  readonly upid: string;
  readonly node: string;
  readonly number: number;
  readonly type: string;
  readonly id: string;
  readonly user: string;
  /** Null while it runs. */
  exitstatus: string | null;
  readonly log: string[];
}

/** What happened to a guest, in order: `created`, `started`, `stopped`, `rebooted`, `set cores`, `resized scsi0`, `deleted`, … */
export interface GuestEvent {
  readonly vmid: number;
  readonly event: string;
}

/** What can be downloaded: bytes by URL; a key that ends in `*` stands for all that begin so. */
export type Images = Readonly<Record<string, number>>;

export interface World {
  /** Version of Proxmox VE, such as 9.0.3: privileges differ from 8 to 9. */
  readonly version: string;
  readonly nodes: Map<string, Node>;
  readonly storages: Map<string, Storage>;
  readonly volumes: Volume[];
  readonly guests: Map<number, Guest>;
  readonly pools: Map<string, Pool>;
  /** By id of the guest, name of the host, or `cluster`. */
  readonly firewalls: Map<string, Firewall>;
  /** By path, such as `cluster/ha/rules`, and name. */
  readonly collections: Map<string, Map<string, Entry>>;
  readonly tasks: Map<string, Task>;
  readonly events: GuestEvent[];
  readonly access: Access;
  readonly images: Images;
  /** How many MAC addresses were made up. */
  macs: number;
  /** How long each task takes. */
  taskMilliseconds: number;
}

/**
 * @returns a host that answers
 * @throws as Proxmox VE does when it cannot pass a call on to that host
 */
export function nodeOf(world: World, name: string): Node {
  const node = world.nodes.get(name);
  if (!node)
    throw failed(
      `hostname lookup '${name}' failed - failed to get address info for: ${name}: Name or service not known`,
    );
  if (!node.online) throw new Refused(595, 'No route to host');
  return node;
}

/** Where the configuration of a guest lies, as it stands in messages. */
const configFile = ({ node, kind, vmid }: Pick<Guest, 'node' | 'kind' | 'vmid'>): string =>
  `nodes/${node}/${kind === 'qemu' ? 'qemu-server' : 'lxc'}/${vmid}.conf`;

/** @throws when there is no such guest on that host */
export function guestOf(world: World, kind: Guest['kind'], node: string, vmid: number): Guest {
  const guest = world.guests.get(vmid);
  if (guest?.kind === kind && guest.node === node) return guest;
  throw failed(`Configuration file '${configFile({ node, kind, vmid })}' does not exist`);
}

export function record(world: World, { vmid }: Pick<Guest, 'vmid'>, event: string): void {
  world.events.push({ vmid, event });
}
