/** The instances: which directories OpenTofu works in, and where each keeps its state. */
import type { Backend, ClusterModel, Instance, NodeModel } from '../types.ts';
import { images } from './images.ts';

/** None for bare metal: `proxmox_api_url` and `proxmox_node` together switch the infrastructure on. */
export function instances(cluster: ClusterModel, nodes: readonly NodeModel[]): readonly Instance[] {
  if (cluster.proxmox_api_url === null || cluster.proxmox_node === null) return [];
  return [
    {
      stack: 'proxmox',
      kind: 'talos-vms',
      engine: 'tofu',
      directory: 'infrastructure/tofu',
      secrets_file: 'infrastructure/secrets.sops.yaml',
      backend: backend(cluster),
      state_encryption: cluster.state_encryption_passphrase !== null,
      images: images(nodes, cluster.talos_version),
    },
  ];
}

/** `tfstate_url` is also set where only `cloudflare_domain` was written. */
function backend({ tfstate_url: url, tfstate_name: name }: ClusterModel): Backend {
  if (url === null) return { kind: 'local', address: null, lock_address: null };
  const address = `${url.replace(/\/+$/, '')}/${name}`;
  return { kind: 'http', address, lock_address: `${address}/lock` };
}
