/** nodes.yaml with every value filled in, and what follows from it: the model's nodes. */
import type { ClusterModel, NodeModel } from '../types.ts';
import { parseCidr } from './address.ts';
import { sizeCandidates } from './cluster.ts';
import { nodeDefault } from './defaults.ts';
import { builtIn, computed, firstOf, mapField, unset, written, type Field, type FieldTree } from './fields.ts';
import { imageKey } from './images.ts';
import { normalMac, stableMac } from './mac.ts';
import { schematicFields } from './schematics.ts';
import type { ClusterYaml, NodeYaml } from './written.gen.ts';

const FILE = 'nodes.yaml';

/** Proxmox starts its guests in this order; the first three places are left to what the cluster needs, such as a router. */
const STARTS_BEFORE = 3;

type Key = keyof NodeYaml & string;
type Present<K extends Key> = Exclude<NodeYaml[K], undefined>;

/** @param model the cluster, filled in; `cluster` is as it was written, for the sources of a VM's size */
export function nodeFields(
  nodes: readonly NodeYaml[],
  cluster: ClusterYaml,
  model: ClusterModel,
): readonly FieldTree<NodeModel>[] {
  const macs = macFields(nodes, model.cluster_name);
  const tags = { controller: tagsOf(model, 'controller'), worker: tagsOf(model, 'worker') };
  const { prefix } = parseCidr(model.node_cidr);
  return nodes.map((node, index) => {
    const role = node.controller ? 'controller' : 'worker';
    const input = inputFields(node, index, cluster, macs[index]!);
    const own = (key: Key): string => `nodes[${index}].${key}`;
    const [controller, secureboot] = [own('controller'), own('secureboot')];
    return {
      ...input,
      role: computed(role, controller),
      address_cidr: computed(`${node.address}/${prefix}`, own('address'), 'cluster.node_cidr'),
      image: computed(
        imageKey({ schematic_id: input.schematic_id.value, secureboot: input.secureboot.value }),
        own('schematic_id'),
        secureboot,
      ),
      tpm: computed(input.secureboot.value || input.encrypt_disk.value, secureboot, own('encrypt_disk')),
      tags: computed(tags[role], 'cluster.proxmox_vm_advanced.tags', controller),
      description: computed(DESCRIPTIONS[role], controller),
    };
  });
}

const DESCRIPTIONS = {
  controller: 'Talos Linux control plane node',
  worker: 'Talos Linux worker node',
} as const satisfies Record<NodeModel['role'], string>;

/** The keys of nodes.yaml, in the order of its schema. */
function inputFields(node: NodeYaml, index: number, cluster: ClusterYaml, mac_addr: Field<string>) {
  const asWritten = <K extends Key>(key: K) => written<NodeYaml[K]>(node[key], [FILE, 'nodes', index, key]);
  const required = <K extends Key>(key: K) => asWritten(key) as Field<Present<K>>;
  const filled = <K extends Key>(key: K) =>
    firstOf<Present<K>>(asWritten(key), builtIn(nodeDefault(key), `nodes[].${key}`));
  const orNull = <K extends Key>(key: K) => firstOf<Present<K> | null>(asWritten(key), unset(`nodes[].${key}`));
  const group = node.controller ? 'proxmox_vm_controller_defaults' : 'proxmox_vm_worker_defaults';
  return {
    name: required('name'),
    address: required('address'),
    controller: required('controller'),
    disk: filled('disk'),
    mac_addr,
    ...schematicFields(node, index, cluster),
    mtu: orNull('mtu'),
    secureboot: filled('secureboot'),
    encrypt_disk: filled('encrypt_disk'),
    kernel_modules: filled('kernel_modules'),
    vm_id: orNull('vm_id'),
    vm_cores: firstOf(asWritten('vm_cores'), ...sizeCandidates(cluster, group, 'cores')),
    vm_sockets: firstOf(asWritten('vm_sockets'), ...sizeCandidates(cluster, group, 'sockets')),
    vm_memory: firstOf(asWritten('vm_memory'), ...sizeCandidates(cluster, group, 'memory')),
    vm_disk_size: firstOf(asWritten('vm_disk_size'), ...sizeCandidates(cluster, group, 'disk_size')),
    vm_startup_order: firstOf(asWritten('vm_startup_order'), computed(index + 1 + STARTS_BEFORE, `nodes[${index}]`)),
    vm_startup_delay: filled('vm_startup_delay'),
    vm_shutdown_delay: filled('vm_shutdown_delay'),
    vars: filled('vars'),
  };
}

/** The written ones are taken before any is made, so that a made one never meets a written one. */
function macFields(nodes: readonly NodeYaml[], clusterName: string): readonly Field<string>[] {
  const asWritten = nodes.map(({ mac_addr }, index) => {
    const field = written(mac_addr, [FILE, 'nodes', index, 'mac_addr']);
    return field && mapField(field, normalMac);
  });
  const taken = new Set(asWritten.flatMap((field) => field?.value ?? []));
  return nodes.map(({ name }, index) => {
    const field =
      asWritten[index] ?? computed(stableMac(clusterName, name, taken), 'cluster.cluster_name', `nodes[${index}].name`);
    taken.add(field.value);
    return field;
  });
}

/** Proxmox keeps tags in lower case, sorted and without repeats; in another form every plan would show a difference. */
function tagsOf(model: ClusterModel, role: NodeModel['role']): readonly string[] {
  const tags = [...model.proxmox_vm_advanced.tags, role].map((tag) => tag.toLowerCase());
  return [...new Set(tags)].toSorted();
}
