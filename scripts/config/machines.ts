/** nodes.yaml with every value filled in, and what follows from it: the model's nodes. */
import type { ClusterModel, InputPath, NodeModel } from '../types.ts';
import { parseCidr } from './address.ts';
import { sizeCandidates } from './cluster.ts';
import { nodeDefault } from './defaults.ts';
import { builtIn, computed, firstOf, mapField, unset, written, type Field, type FieldTree } from './fields.ts';
import { diskMatch } from './disk-match.ts';
import { imageKey, installImage } from './images.ts';
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
  const platform = model.proxmox_api_url === null ? 'metal' : 'nocloud';
  return nodes.map((node, index) => {
    const role = node.controller ? 'controller' : 'worker';
    const input = inputFields(node, index, cluster, macs[index]!);
    const own = (key: Key): string => `nodes[${index}].${key}`;
    const [controller, secureboot] = [own('controller'), own('secureboot')];
    const boots = { schematic_id: input.schematic_id.value, secureboot: input.secureboot.value };
    return {
      ...input,
      role: computed(role, controller),
      address_cidr: computed(`${node.address}/${prefix}`, own('address'), 'cluster.node_cidr'),
      image: computed(imageKey(boots), own('schematic_id'), secureboot),
      install_image: computed(
        installImage(boots, platform, model.talos_version),
        own('schematic_id'),
        secureboot,
        'cluster.talos_version',
        'cluster.proxmox_api_url',
      ),
      disk_match: computed(
        diskMatch({ disk: input.disk.value, disk_selector: input.disk_selector.value }),
        own('disk'),
        own('disk_selector'),
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
    ...installDisk(node, index),
    mac_addr,
    ...schematicFields(node, index, cluster),
    mtu: orNull('mtu'),
    secureboot: filled('secureboot'),
    encrypt_disk: filled('encrypt_disk'),
    kernel_modules: filled('kernel_modules'),
    labels: filled('labels'),
    talos_patches: filled('talos_patches'),
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

/** What the World Wide Identifier of a disk begins with, as Linux tells it in /sys/block/<disk>/device/wwid. */
const WWID = /^(naa|eui|t10|nvme|uuid)\./;

interface InstallDisk {
  readonly disk: Field<NodeModel['disk']>;
  readonly disk_selector: Field<NodeModel['disk_selector']>;
}

/** What the disk is called, and what it is like where that is what counts: `disk` may be a serial number or WWID, too. */
function installDisk(node: NodeYaml, index: number): InstallDisk {
  const own = (key: Key): InputPath => [FILE, 'nodes', index, key];
  const selector = written(node.disk_selector, own('disk_selector'));
  if (selector !== null) return { disk: computed(null, `nodes[${index}].disk_selector`), disk_selector: selector };
  const disk = firstOf<string>(written(node.disk, own('disk')), builtIn(nodeDefault('disk'), 'nodes[].disk'));
  return { disk, disk_selector: computed(selectorOf(disk.value), `nodes[${index}].disk`) };
}

function selectorOf(disk: string): NodeModel['disk_selector'] {
  return disk.startsWith('/') ? null : { [WWID.test(disk) ? 'wwid' : 'serial']: disk };
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
