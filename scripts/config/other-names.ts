/** Names that other tools and older files have for our keys: too far from them to be a typing error. */
import type { InputKind } from './key-schema.ts';
import type { ClusterYaml, NodeYaml } from './written.gen.ts';

type Names<T> = Readonly<Partial<Record<keyof T, readonly string[]>>>;

/** By our key; compared without case, `-` and `_`, so that talhelper's `ipAddress` is `ip_address`. */
const OTHER_NAMES: { readonly cluster: Names<ClusterYaml>; readonly nodes: Names<NodeYaml> } = {
  cluster: {
    node_cidr: ['network', 'network_cidr', 'subnet'],
    node_default_gateway: ['gateway', 'default_gateway'],
    node_dns_servers: ['dns', 'dns_servers', 'nameservers'],
    node_ntp_servers: ['ntp', 'ntp_servers', 'time_servers'],
    node_vlan_tag: ['vlan', 'vlan_id', 'vlan_tag'],
    cluster_api_addr: ['api_addr', 'endpoint', 'cluster_endpoint', 'vip', 'cluster_vip', 'control_plane_endpoint'],
    cluster_api_tls_sans: ['tls_sans', 'cert_sans', 'additional_api_server_cert_sans'],
    cluster_pod_cidr: ['pod_cidr', 'pod_subnet', 'cluster_pod_nets'],
    cluster_svc_cidr: ['svc_cidr', 'service_cidr', 'service_subnet', 'cluster_svc_nets'],
    cluster_cni: ['cni', 'cni_config', 'cni_name'],
    cluster_kube_proxy: ['kube_proxy', 'proxy'],
    cluster_allow_scheduling: ['allow_scheduling_on_control_planes', 'allow_scheduling_on_masters', 'allow_scheduling'],
    cluster_discovery: ['discovery', 'with_cluster_discovery'],
    kubernetes_version: ['k8s_version', 'kube_version'],
    proxmox_api_url: ['api_url', 'proxmox_url', 'proxmox_host', 'proxmox_ve_endpoint', 'pm_api_url'],
    proxmox_node: ['node_name', 'target_node', 'pve_node', 'proxmox_node_name'],
    proxmox_insecure: ['insecure', 'tls_insecure', 'pm_tls_insecure'],
    proxmox_api_token_id: ['api_token', 'token_id', 'api_token_id', 'proxmox_token', 'proxmox_token_id'],
    proxmox_api_token_secret: ['token_secret', 'api_token_secret', 'proxmox_token_secret'],
    proxmox_disk_storage: ['storage', 'datastore', 'datastore_id', 'proxmox_storage'],
    cf_account_id: ['account_id', 'cloudflare_account_id'],
    state_encryption_passphrase: ['passphrase', 'encryption_passphrase'],
  },
  nodes: {
    name: ['hostname', 'host', 'node_name'],
    address: ['ip', 'ip_address', 'ip_addr', 'addr'],
    controller: ['control_plane', 'is_controller', 'master', 'role'],
    disk: ['install_disk', 'disk_path'],
    disk_selector: ['install_disk_selector'],
    mac_addr: ['mac', 'hwaddr', 'hardware_addr'],
    schematic_id: ['talos_schematic_id'],
    schematic: ['image_schematic'],
    encrypt_disk: ['disk_encryption', 'encryption', 'encrypted'],
    kernel_modules: ['modules'],
    labels: ['node_labels'],
    vm_cores: ['cores', 'cpu', 'cpus', 'cpu_cores'],
    vm_sockets: ['sockets'],
    vm_memory: ['memory', 'ram'],
    vm_disk_size: ['disk_size', 'size'],
    vm_startup_order: ['order'],
  },
};

const normalise = (name: string): string => name.toLowerCase().replaceAll(/[-_]/g, '');

/** Our key for a name that is used elsewhere; null for one that is not known. */
export function keyElsewhereCalled(name: string, kind: InputKind): string | null {
  const wanted = normalise(name);
  const found = Object.entries(OTHER_NAMES[kind]).find(([, names]) =>
    names.some((other) => normalise(other) === wanted),
  );
  return found?.[0] ?? null;
}
