/** cluster.yaml with every value filled in: what was written, else what follows from another value or is built in. */
import type { ClusterModel, SecretKey } from '../types.ts';
import { firstHost, formatAddress, parseCidr } from './address.ts';
import { clusterDefault, groupDefault } from './defaults.ts';
import { builtIn, computed, firstOf, mapField, unset, written, type Field, type FieldTree } from './fields.ts';
import { secret, type Secret } from './secret.ts';
import { defaultKubernetesVersion } from './talos-versions.ts';
import type { ClusterYaml, NodeYaml } from './written.gen.ts';

const FILE = 'cluster.yaml';

type Key = keyof ClusterYaml & string;
type Present<K extends Key> = Exclude<ClusterYaml[K], undefined>;
type Advanced = ClusterModel['proxmox_vm_advanced'];
type Sizes = ClusterModel['proxmox_vm_defaults'];
type SizeGroup = 'proxmox_vm_defaults' | 'proxmox_vm_controller_defaults' | 'proxmox_vm_worker_defaults';

/** Every key of cluster.yaml, in the order of its schema. */
export function clusterFields(cluster: ClusterYaml, nodes: readonly NodeYaml[]): FieldTree<ClusterModel> {
  const filled = filledFrom(cluster);
  const orNull = <K extends Key>(key: K) => firstOf<Present<K> | null>(asWritten(cluster, key), unset(key));
  const marked = (key: SecretKey) => mapField(orNull(key), secretOrNull);
  return {
    node_cidr: required(cluster, 'node_cidr'),
    node_default_gateway: defaultGateway(cluster),
    node_dns_servers: filled('node_dns_servers'),
    node_ntp_servers: filled('node_ntp_servers'),
    node_vlan_tag: mapField(orNull('node_vlan_tag'), (tag) => (tag === null ? null : Number(tag))),
    proxmox_vlan_mode: filled('proxmox_vlan_mode'),
    node_first_boot: filled('node_first_boot'),
    cluster_name: filled('cluster_name'),
    cluster_api_addr: required(cluster, 'cluster_api_addr'),
    cluster_api_tls_sans: filled('cluster_api_tls_sans'),
    cluster_pod_cidr: filled('cluster_pod_cidr'),
    cluster_svc_cidr: filled('cluster_svc_cidr'),
    ...kubernetesFields(cluster, nodes),
    proxmox_api_url: mapField(orNull('proxmox_api_url'), (url) => (url === null ? null : endpoint(url))),
    proxmox_node: orNull('proxmox_node'),
    proxmox_insecure: filled('proxmox_insecure'),
    proxmox_iso_storage: filled('proxmox_iso_storage'),
    proxmox_disk_storage: filled('proxmox_disk_storage'),
    proxmox_vm_defaults: sizes(cluster, 'proxmox_vm_defaults'),
    proxmox_vm_controller_defaults: sizes(cluster, 'proxmox_vm_controller_defaults'),
    proxmox_vm_worker_defaults: sizes(cluster, 'proxmox_vm_worker_defaults'),
    proxmox_vm_advanced: advanced(cluster),
    proxmox_api_token_id: marked('proxmox_api_token_id'),
    proxmox_api_token_secret: marked('proxmox_api_token_secret'),
    cloudflare_domain: orNull('cloudflare_domain'),
    cf_account_id: marked('cf_account_id'),
    tfstate_url: firstOf<string | null>(asWritten(cluster, 'tfstate_url'), workerUrl(cluster), unset('tfstate_url')),
    tfstate_name: filled('tfstate_name'),
    tfstate_username: stateUser(cluster),
    tfstate_password: marked('tfstate_password'),
    state_encryption_passphrase: marked('state_encryption_passphrase'),
    tofu_lock_platforms: filled('tofu_lock_platforms'),
    vars: filled('vars'),
  };
}

/** What runs on the machines. */
function kubernetesFields(cluster: ClusterYaml, nodes: readonly NodeYaml[]) {
  const filled = filledFrom(cluster);
  const talosVersion = filled('talos_version');
  return {
    cluster_cni: filled('cluster_cni'),
    cluster_kube_proxy: filled('cluster_kube_proxy'),
    cluster_allow_scheduling: allowScheduling(cluster, nodes),
    cluster_discovery: filled('cluster_discovery'),
    talos_version: talosVersion,
    kubernetes_version: kubernetesVersion(cluster, talosVersion.value),
    talos_schematic: firstOf<Present<'talos_schematic'> | null>(
      asWritten(cluster, 'talos_schematic'),
      unset('talos_schematic'),
    ),
    talos_patches: filled('talos_patches'),
    talos_driver: filled('talos_driver'),
  };
}

/** The value of a key, or its default. */
const filledFrom =
  (cluster: ClusterYaml) =>
  <K extends Key>(key: K) =>
    firstOf<Present<K>>(asWritten(cluster, key), builtIn(clusterDefault(key), key));

/**
 * Where the size of a VM of this role may come from: what a user wrote, for the role or for all, always beats what is
 * built in.
 */
export function sizeCandidates(
  cluster: ClusterYaml,
  group: SizeGroup,
  key: keyof Sizes,
): readonly (Field<number> | null)[] {
  const groups = group === 'proxmox_vm_defaults' ? [group] : [group, 'proxmox_vm_defaults' as const];
  return [
    ...groups.map((name) => written(cluster[name]?.[key], [FILE, name, key])),
    ...groups.map((name) => builtIn(groupDefault(name, key), `${name}.${key}`)),
  ];
}

function sizes(cluster: ClusterYaml, group: SizeGroup): FieldTree<Sizes> {
  const size = (key: keyof Sizes) => firstOf(...sizeCandidates(cluster, group, key));
  return { cores: size('cores'), sockets: size('sockets'), memory: size('memory'), disk_size: size('disk_size') };
}

function advanced(cluster: ClusterYaml): FieldTree<Advanced> {
  const group = 'proxmox_vm_advanced';
  const filled = <K extends keyof Advanced>(key: K) =>
    firstOf<Advanced[K]>(
      written(cluster[group]?.[key] as Advanced[K] | undefined, [FILE, group, key]),
      builtIn(groupDefault(group, key) as Advanced[K], `${group}.${key}`),
    );
  return {
    bios: filled('bios'),
    machine: filled('machine'),
    cpu_type: filled('cpu_type'),
    scsi_hw: filled('scsi_hw'),
    balloon: filled('balloon'),
    numa: filled('numa'),
    qemu_agent: filled('qemu_agent'),
    net_queues: filled('net_queues'),
    disk_discard: filled('disk_discard'),
    disk_ssd: filled('disk_ssd'),
    tags: filled('tags'),
    network_bridge: filled('network_bridge'),
    ostype: filled('ostype'),
    disk_backup: filled('disk_backup'),
    disk_replicate: filled('disk_replicate'),
  };
}

function asWritten<K extends Key>(cluster: ClusterYaml, key: K): Field<Present<K>> | null {
  return written<ClusterYaml[K]>(cluster[key], [FILE, key]);
}

/** Validation has seen that it is there. */
function required<K extends Key>(cluster: ClusterYaml, key: K): Field<Present<K>> {
  return asWritten(cluster, key) as Field<Present<K>>;
}

function defaultGateway(cluster: ClusterYaml): Field<string> {
  const gateway = formatAddress(firstHost(parseCidr(cluster.node_cidr)));
  return firstOf(asWritten(cluster, 'node_default_gateway'), computed(gateway, 'cluster.node_cidr'));
}

function kubernetesVersion(cluster: ClusterYaml, talosVersion: string): Field<string> {
  return firstOf(
    asWritten(cluster, 'kubernetes_version'),
    computed(defaultKubernetesVersion(talosVersion), 'cluster.talos_version'),
  );
}

/** Where there are no workers, nobody else would run a pod. One worker says that there are some. */
function allowScheduling(cluster: ClusterYaml, nodes: readonly NodeYaml[]): Field<boolean> {
  const worker = nodes.findIndex(({ controller }) => !controller);
  const asked = worker < 0 ? nodes.map((_, index) => index) : [worker];
  const paths = asked.map((index) => `nodes[${index}].controller`);
  return firstOf(asWritten(cluster, 'cluster_allow_scheduling'), computed(worker < 0, ...paths));
}

/** The provider adds `/api2/json` itself. */
function endpoint(url: string): string {
  return url.replace(/\/?(api2\/json\/?)?$/, '');
}

/** The address that MatherlyNet's state worker has. */
function workerUrl({ cloudflare_domain: domain }: ClusterYaml): Field<string> | null {
  return domain === undefined ? null : computed(`https://tfstate.${domain}/states`, 'cluster.cloudflare_domain');
}

/** A local state asks for no user. */
function stateUser(cluster: ClusterYaml): Field<Secret | null> {
  const key = 'tfstate_username';
  const remote = cluster.tfstate_url !== undefined || cluster.cloudflare_domain !== undefined;
  const name = firstOf<string | null>(
    asWritten(cluster, key),
    remote ? builtIn(clusterDefault(key), key) : computed(null, 'cluster.tfstate_url'),
  );
  return mapField(name, secretOrNull);
}

function secretOrNull(text: string | null): Secret | null {
  return text === null ? null : secret(text);
}
