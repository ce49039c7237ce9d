/** What all machine configurations of the cluster say, as Talos wants it: how it is written, and what follows from the network. */
import type { ClusterModel, TalosModel } from '../types.ts';
import { contains, parseAddress, parseCidr } from './address.ts';
import { computed, type Field, type FieldTree } from './fields.ts';
import { dialectOf } from './talos-versions.ts';

/** Port of the Kubernetes API. */
const API_PORT = 6443;

/** Alias of the network device that has the node's MAC address. */
const LINK = 'net0';

export function talosFields(cluster: ClusterModel): FieldTree<TalosModel> {
  const tag = cluster.proxmox_vlan_mode ? null : cluster.node_vlan_tag;
  const tagged = ['cluster.node_vlan_tag', 'cluster.proxmox_vlan_mode'] as const;
  return {
    dialect: computed(dialectOf(cluster.talos_version), 'cluster.talos_version'),
    endpoint: computed(`https://${cluster.cluster_api_addr}:${API_PORT}`, 'cluster.cluster_api_addr'),
    cert_sans: computed(
      [...new Set(['127.0.0.1', cluster.cluster_api_addr, ...cluster.cluster_api_tls_sans])],
      'cluster.cluster_api_addr',
      'cluster.cluster_api_tls_sans',
    ),
    vip: sharedAddress(cluster),
    vlan_tag: computed(tag, ...tagged),
    address_link: computed(tag === null ? LINK : `${LINK}.${tag}`, ...tagged),
    gateway_route: gatewayRoute(cluster),
  };
}

/** An address elsewhere is somebody else's, such as a load balancer's: no controller can take it. */
function sharedAddress({ cluster_api_addr: address, node_cidr: network }: ClusterModel): Field<string | null> {
  const shared = isInside(network, address) ? address : null;
  return computed(shared, 'cluster.cluster_api_addr', 'cluster.node_cidr');
}

/** Linux takes no gateway that it has no way to. */
function gatewayRoute({ node_default_gateway: gateway, node_cidr: network }: ClusterModel): Field<string | null> {
  const route = isInside(network, gateway) ? null : `${gateway}/32`;
  return computed(route, 'cluster.node_default_gateway', 'cluster.node_cidr');
}

const isInside = (network: string, address: string): boolean => contains(parseCidr(network), parseAddress(address));
