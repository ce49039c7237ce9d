/** The instances: which directories OpenTofu works in, and where each keeps its state. */
import type { ClusterModel, Instance, NodeModel } from '../types.ts';
import { builtIn, computed, type Field, type FieldTree } from './fields.ts';
import { imageFields } from './images.ts';

/** None for bare metal: `proxmox_api_url` and `proxmox_node` together switch the infrastructure on. */
export function instanceFields(cluster: ClusterModel, nodes: readonly NodeModel[]): readonly FieldTree<Instance>[] {
  if (cluster.proxmox_api_url === null || cluster.proxmox_node === null) return [];
  return [
    {
      stack: fact('stack', 'proxmox'),
      kind: fact('kind', 'talos-vms'),
      engine: fact('engine', 'tofu'),
      directory: fact('directory', 'infrastructure/tofu'),
      secrets_file: fact('secrets_file', 'infrastructure/secrets.sops.yaml'),
      backend: backend(cluster),
      state_encryption: computed(cluster.state_encryption_passphrase !== null, 'cluster.state_encryption_passphrase'),
      images: imageFields(nodes, cluster.talos_version),
      moved: fact('moved', []),
    },
  ];
}

/** What the short form of cluster.yaml says of its one stack, without a key for it. */
function fact<K extends keyof Instance & string>(key: K, value: Instance[K]): Field<Instance[K]> {
  return builtIn(value, `instances[].${key}`);
}

/** `tfstate_url` is also set where only `cloudflare_domain` was written. */
function backend({ tfstate_url: url, tfstate_name: name }: ClusterModel): FieldTree<Instance['backend']> {
  const urlPath = 'cluster.tfstate_url';
  const kind = <T extends string>(value: T): Field<T> => computed(value, urlPath);
  const ofUrl = computed(null, urlPath);
  if (url === null) return { kind: kind('local'), address: ofUrl, lock_address: ofUrl };
  const address = `${url.replace(/\/+$/, '')}/${name}`;
  const at = (value: string): Field<string> => computed(value, urlPath, 'cluster.tfstate_name');
  return { kind: kind('http'), address: at(address), lock_address: at(`${address}/lock`) };
}
