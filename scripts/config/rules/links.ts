/** How a node is connected: VLAN and MTU. */
import {
  CLUSTER_FILE,
  clusterValue,
  infrastructure,
  nodeLabel,
  nodePath,
  NOTE,
  WARNING,
  type Finding,
  type Rule,
  type RuleInput,
} from './rule.ts';

function* proxmoxIsGivenTheTagThatItAdds({ cluster, isWritten }: RuleInput): Generator<Finding> {
  if (cluster?.proxmox_vlan_mode !== true || isWritten([CLUSTER_FILE, 'node_vlan_tag'])) return;
  yield {
    path: [CLUSTER_FILE, 'proxmox_vlan_mode'],
    message: 'proxmox_vlan_mode says that Proxmox adds the VLAN tag, but there is no node_vlan_tag',
    hint: 'add node_vlan_tag, or remove proxmox_vlan_mode',
  };
}

/** The cloud-init drive of a VM gives its address to the network device itself, not to a VLAN on it. */
function* aStaticFirstBootIsInTheNetwork(input: RuleInput): Generator<Finding> {
  const tag = input.cluster?.node_vlan_tag;
  if (infrastructure(input) !== 'on' || tag === undefined) return;
  if (clusterValue(input, 'proxmox_vlan_mode')?.value !== false) return;
  if (clusterValue(input, 'node_first_boot')?.value !== 'static') return;
  yield {
    path: [CLUSTER_FILE, 'node_vlan_tag'],
    message: `a VM has no VLAN ${tag} when it boots for the first time: its address is then on untagged frames`,
    hint: 'set proxmox_vlan_mode: true, or node_first_boot: dhcp',
  };
}

/** What every bridge and switch passes on. */
const USUAL_MTU = 1500;

function* anMtuAbove1500IsThatOfTheWholeNetwork({ nodes }: RuleInput): Generator<Finding> {
  for (const [index, node] of nodes.entries()) {
    if (node.mtu === undefined || node.mtu <= USUAL_MTU) continue;
    yield {
      path: nodePath(index, 'mtu'),
      message: `mtu ${node.mtu} of ${nodeLabel(node, index)} works only where bridge, switches and the other nodes have it too`,
      hint: `see to it that they have, or leave it at ${USUAL_MTU}`,
    };
  }
}

export const LINK_RULES: readonly Rule[] = [
  {
    code: 'vlan-mode-without-tag',
    ...WARNING,
    why: 'The frames stay untagged, though somebody wanted a tag on them.',
    check: proxmoxIsGivenTheTagThatItAdds,
  },
  {
    code: 'first-boot-untagged',
    ...WARNING,
    why: 'The VM cannot be reached from its network, and keeps the address on the untagged one, too.',
    check: aStaticFirstBootIsInTheNetwork,
  },
  {
    code: 'mtu-above-1500',
    ...NOTE,
    why: 'Where one device on the way has a smaller MTU, small packets pass and large ones vanish.',
    check: anMtuAbove1500IsThatOfTheWholeNetwork,
  },
];
