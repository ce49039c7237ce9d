/** A cluster with just what a model asks for, so that a wrong name is found out. */
import type { Model } from '../../../scripts/types.ts';
import type { ProxmoxOptions, ProxmoxToken } from './seeds.ts';

export function clusterFor({ cluster }: Model, token: ProxmoxToken): ProxmoxOptions {
  const { proxmox_node, proxmox_iso_storage, proxmox_disk_storage, proxmox_vm_advanced } = cluster;
  return {
    nodes: [{ name: proxmox_node ?? '', bridges: [proxmox_vm_advanced.network_bridge] }],
    storages: [
      { storage: proxmox_iso_storage, type: 'dir', content: ['iso'] },
      { storage: proxmox_disk_storage, type: 'lvmthin', content: ['images'] },
    ],
    token,
  };
}
