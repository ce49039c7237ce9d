/** What no talosctl complains of, as far as the inputs can say it: `check` finds each, or the templates cannot say it. */
import { describe, expect, test } from 'vitest';
import { codes, controller, nodes, ONE, PROXMOX, withLines, worker } from '../support/rule-inputs.ts';

describe('talosctl validate passes over', () => {
  test.each<readonly [what: string, code: string, cluster: string, nodes: string]>([
    [
      'a disk beside a selector of disks',
      'disk-and-selector',
      PROXMOX,
      nodes(controller('a', 2, ', disk: /dev/sda, disk_selector: {type: ssd}')),
    ],
    ['a host name that is none', 'bad-format', PROXMOX, nodes(controller('UPPER_case!', 2))],
    ['a gateway outside of the network', 'address-outside-network', withLines('node_default_gateway: 10.0.9.1'), ONE],
    ['a MAC address that is none', 'bad-format', PROXMOX, nodes(controller('a', 2, ', mac_addr: "bc:24:11:zz"'))],
    ['a schematic that is none', 'bad-format', PROXMOX, nodes(controller('a', 2, ', schematic_id: latest'))],
    ['a version that is none', 'bad-format', withLines('talos_version: v1.13'), ONE],
    ['a network with a mask that is none', 'bad-format', withLines('cluster_pod_cidr: 10.42.0.0/99'), ONE],
    ['networks that overlap', 'network-overlap', withLines('cluster_svc_cidr: 10.42.0.0/20'), ONE],
    ['a Kubernetes that does not run', 'kubernetes-unsupported', withLines('kubernetes_version: "1.29.0"'), ONE],
    ['a Kubernetes that is no version', 'bad-format', withLines('kubernetes_version: foo'), ONE],
    [
      'a label that a worker cannot have',
      'label-reserved',
      PROXMOX,
      nodes(controller('a', 2), worker('w', 9, ', labels: {node-role.kubernetes.io/worker: ""}')),
    ],
    ['a time server that is no host', 'bad-format', withLines('node_ntp_servers: ["time server"]'), ONE],
    ['a name of the cluster that is none', 'bad-format', withLines('cluster_name: "Bad Name!"'), ONE],
    ['a Talos that is newer than itself', 'talos-version-unknown', withLines('talos_version: "1.99.0"'), ONE],
  ])('%s, and check does not: %s', (_, code, cluster, list) => {
    expect(codes(cluster, list)).toEqual([code]);
  });
});
