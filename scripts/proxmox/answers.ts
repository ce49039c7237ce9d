/** What the API of Proxmox VE answers, as far as we ask it. Source: its API viewer, https://pve.proxmox.com/pve-docs/api-viewer/ */
import { isMapping } from '../config/mapping.ts';

/** A VM or a container. */
export interface Guest {
  readonly id: number;
  readonly name: string | null;
  readonly node: string;
  readonly isContainer: boolean;
  readonly isRunning: boolean;
}

/** A volume of a storage of one node. */
export interface StoredFile {
  readonly node: string;
  /** `local:iso/talos.iso` */
  readonly volume: string;
}

/** @param data of `GET cluster/resources?type=vm` */
export function guestsOf(data: unknown): readonly Guest[] {
  return listOf(data).flatMap(({ vmid: id, name, node, type, status }) =>
    typeof id === 'number'
      ? [
          {
            id,
            name: textOf(name),
            node: textOf(node) ?? '',
            isContainer: type === 'lxc',
            isRunning: status === 'running',
          },
        ]
      : [],
  );
}

/**
 * The MAC addresses of a VM: `net0: virtio=BC:24:11:00:00:01,bridge=vmbr0`.
 * @param data of `GET nodes/N/qemu/ID/config`
 */
export function macsOf(data: unknown): readonly string[] {
  const settings = isMapping(data) ? Object.entries(data) : [];
  const nets = settings.filter(([key]) => /^net\d+$/.test(key)).map(([, value]) => String(value));
  return nets.flatMap((net) => /\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b/i.exec(net) ?? []);
}

/** @param data of `GET nodes/N/qemu/ID/config` */
export const nameIn = (data: unknown): string | null =>
  isMapping(data) && typeof data['name'] === 'string' ? data['name'] : null;

/**
 * Names of the settings that wait for the guest's next start.
 * @param data of `GET nodes/N/qemu/ID/pending`: a row for each setting, with `pending` or `delete` where it waits
 */
export function waitingOf(data: unknown): readonly string[] {
  return listOf(data).flatMap(({ key, pending, delete: gone }) =>
    typeof key === 'string' && (pending !== undefined || gone !== undefined) ? [key] : [],
  );
}

/** @param data of `GET nodes/N/storage/S/content` */
export function filesOf(data: unknown, node: string): readonly StoredFile[] {
  return listOf(data).flatMap(({ volid }) => (typeof volid === 'string' ? [{ node, volume: volid }] : []));
}

/** A list of mappings; what is none of them is left out. */
export function listOf(data: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(data) ? data.filter(isMapping) : [];
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
