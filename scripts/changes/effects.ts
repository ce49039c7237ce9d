/**
 * What a changed value does to a machine that exists, as our templates and the pinned provider have it. A row here is also
 * what the manifest keeps of a machine, so that the next run can tell.
 *
 * Source: bpg/terraform-provider-proxmox 0.112.0, proxmoxtf/resource/vm/vm.go: `CustomizeDiff` (what forces a replacement),
 * `vmUpdate` (what sets `rebootRequired`, what wants the VM stopped), `vmPlanDiskLocationAndSizeChanges` (no disk shrinks);
 * and `lifecycle.ignore_changes` of templates/kinds/talos-vms/main.tf.njk.
 */

/** The provider that the tables were read from; `versions.tf` pins the same. */
export const PROVIDER_VERSION = '0.112.0';

/**
 * - `not-applied`: no apply does anything to the machine
 * - `in-place`, `needs-reboot`: an apply changes the VM; the second counts from its next start, which an apply does not cause
 * - `needs-power-off`: an apply fails while the VM runs
 * - `replaces-vm`: destroyed and made anew;  `loses-disk`: the VM stays, what is on its disk does not
 * - `disk-shrinks`: Proxmox VE refuses
 */
export type Effect =
  | 'not-applied'
  | 'in-place'
  | 'needs-reboot'
  | 'needs-power-off'
  | 'replaces-vm'
  | 'loses-disk'
  | 'disk-shrinks';

export type Value = string | number | boolean | null;

export interface Row {
  readonly effect: (before: Value, after: Value) => Effect | null;
  /** What to know, beyond what the effect says. */
  readonly hint?: string;
}

const always =
  (effect: Effect): Row['effect'] =>
  () =>
    effect;

/** An id that Proxmox VE picked is not known here; left out once it was written, it stays. */
const vmId: Row['effect'] = (_, after) => (after === null ? null : 'replaces-vm');

const diskSize: Row['effect'] = (before, after) => (Number(after) < Number(before) ? 'disk-shrinks' : 'in-place');

const ISO = 'that is the ISO in its drive: an installed machine boots from its disk, and is upgraded with talosctl';

/** Of one node: names of nodes.yaml, and what follows from them. */
export const OF_NODE: Readonly<Record<string, Row>> = {
  vm_id: { effect: vmId, hint: 'write the id that it has to keep it' },
  mac_addr: {
    effect: always('in-place'),
    hint: 'its network is away for a moment; DHCP reservations and what selects it by its address must change too',
  },
  address: {
    effect: always('not-applied'),
    hint: 'OpenTofu sets it only when a machine is made: change the Talos machine configuration, and DHCP where that is used',
  },
  controller: {
    effect: always('not-applied'),
    hint: 'OpenTofu changes no more than a tag: reset the machine with talosctl, and apply the configuration of its new role',
  },
  vm_disk_size: { effect: diskSize },
  vm_cores: { effect: always('needs-reboot') },
  vm_sockets: { effect: always('needs-reboot') },
  vm_memory: { effect: always('needs-reboot') },
  mtu: { effect: always('in-place') },
  tags: { effect: always('in-place') },
  description: { effect: always('in-place') },
  vm_startup_order: {
    effect: always('in-place'),
    hint: 'it follows from the place in nodes.yaml: Proxmox VE starts machines in this order when the host boots',
  },
  vm_startup_delay: { effect: always('in-place') },
  vm_shutdown_delay: { effect: always('in-place') },
  tpm: {
    effect: always('not-applied'),
    hint: 'a TPM is added or removed only while the machine is off: one node at a time, never by an apply. To get one, replace the machine',
  },
  image: { effect: always('in-place'), hint: ISO },
};

/** Of the whole instance: paths in cluster.yaml, and the place of the disk as `main.tf` has it. */
export const OF_INSTANCE: Readonly<Record<string, Row>> = {
  proxmox_node: {
    effect: always('replaces-vm'),
    hint: 'migrate the machines in Proxmox VE first, or leave it as it was',
  },
  proxmox_disk_storage: {
    effect: always('needs-power-off'),
    hint: 'their disks are moved: stop and apply one node at a time',
  },
  proxmox_iso_storage: { effect: always('in-place'), hint: 'the images are downloaded again' },
  talos_version: { effect: always('in-place'), hint: ISO },
  disk_interface: { effect: always('loses-disk') },
  'proxmox_vm_advanced.bios': {
    effect: always('needs-reboot'),
    hint: 'a system that was installed for one firmware may not boot with the other',
  },
  'proxmox_vm_advanced.machine': { effect: always('needs-reboot') },
  'proxmox_vm_advanced.cpu_type': { effect: always('needs-reboot') },
  'proxmox_vm_advanced.scsi_hw': { effect: always('needs-reboot') },
  'proxmox_vm_advanced.numa': { effect: always('needs-reboot') },
  'proxmox_vm_advanced.balloon': { effect: always('needs-reboot') },
  'proxmox_vm_advanced.ostype': { effect: always('needs-reboot') },
  'proxmox_vm_advanced.qemu_agent': { effect: always('needs-reboot') },
  'proxmox_vm_advanced.net_queues': { effect: always('in-place') },
  'proxmox_vm_advanced.network_bridge': { effect: always('in-place') },
  proxmox_vlan_mode: { effect: always('in-place') },
  node_vlan_tag: { effect: always('in-place') },
};

/** What the cluster is known by: OpenTofu changes nothing of it, and something breaks. Paths in cluster.yaml. */
export const OF_CLUSTER: Readonly<Record<string, string>> = {
  cluster_name:
    'certificates, kubeconfig and talosconfig keep the old name; MAC addresses that nigari made from it change: write them into nodes.yaml to keep them',
  cluster_api_addr:
    'kubeconfig, talosconfig and every machine still ask the old address: its certificate and the Talos machine configurations must change first',
  cluster_pod_cidr:
    'pods keep their addresses, and new ones are not reached by them: Kubernetes cannot change it later',
  cluster_svc_cidr: 'services keep their addresses, DNS among them: Kubernetes cannot change it later',
  node_cidr: 'the machines keep their addresses until their Talos machine configurations change',
};
