/** How a node is connected: VLAN and MTU. */
import { CLUSTER_FILE, nodeLabel, nodePath, NOTE, WARNING, type Finding, type Rule, type RuleInput } from './rule.ts';

function* proxmoxIsGivenTheTagThatItAdds({ cluster, isWritten }: RuleInput): Generator<Finding> {
  if (cluster?.proxmox_vlan_mode !== true || isWritten([CLUSTER_FILE, 'node_vlan_tag'])) return;
  yield {
    path: [CLUSTER_FILE, 'proxmox_vlan_mode'],
    message: 'proxmox_vlan_mode says that Proxmox adds the VLAN tag, but there is no node_vlan_tag',
    hint: 'add node_vlan_tag, or remove proxmox_vlan_mode',
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
    code: 'mtu-above-1500',
    ...NOTE,
    why: 'Where one device on the way has a smaller MTU, small packets pass and large ones vanish.',
    check: anMtuAbove1500IsThatOfTheWholeNetwork,
  },
];
