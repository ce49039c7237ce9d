/** What follows from the inputs for the machine configurations of Talos. */
import { describe, expect, test } from 'vitest';
import { derive } from '../../scripts/config/derive.ts';
import { dialectOf } from '../../scripts/config/talos-versions.ts';
import type { ClusterYaml, NodeYaml } from '../../scripts/config/written.gen.ts';

const NETWORK: ClusterYaml = {
  node_cidr: '10.0.0.0/24',
  cluster_api_addr: '10.0.0.10',
};
const PROXMOX = {
  proxmox_api_url: 'https://pve.example.com:8006',
  proxmox_node: 'pve',
};
const CONTROLLER: NodeYaml = {
  name: 'cp-1',
  address: '10.0.0.11',
  controller: true,
};
const WORKER: NodeYaml = {
  name: 'wk-1',
  address: '10.0.0.21',
  controller: false,
};

const derived = (cluster: Partial<ClusterYaml>, nodes: NodeYaml[] = [CONTROLLER]) =>
  derive({ cluster: { ...NETWORK, ...cluster }, nodes }).model;
const talosOf = (cluster: Partial<ClusterYaml>) => derived(cluster).talos;
const nodeOf = (node: Partial<NodeYaml>, cluster: Partial<ClusterYaml> = {}) =>
  derived(cluster, [{ ...CONTROLLER, ...node }]).nodes[0]!;

test.each([
  ['1.9.0', 'legacy'],
  ['1.11.99', 'legacy'],
  ['1.12.0', 'multi-document'],
  ['1.13.9', 'multi-document'],
  ['1.14.0', 'experimental'],
])('a machine configuration of Talos %s is %s', (version, dialect) => {
  expect(dialectOf(version)).toBe(dialect);
});

describe('the network', () => {
  test('of a cluster without anything special', () => {
    expect(talosOf({})).toEqual({
      dialect: 'multi-document',
      endpoint: 'https://10.0.0.10:6443',
      cert_sans: ['127.0.0.1', '10.0.0.10'],
      vip: '10.0.0.10',
      vlan_tag: null,
      address_link: 'net0',
      gateway_route: null,
    });
  });

  test('has a VLAN device where Talos adds the tag, never where Proxmox does', () => {
    const tagged = (proxmox_vlan_mode: boolean) => talosOf({ node_vlan_tag: '20', proxmox_vlan_mode });
    expect(tagged(false)).toMatchObject({
      vlan_tag: 20,
      address_link: 'net0.20',
    });
    expect(tagged(true)).toMatchObject({
      vlan_tag: null,
      address_link: 'net0',
    });
  });

  test('has no shared address where that of the API is elsewhere, as that of a load balancer', () => {
    expect(talosOf({ cluster_api_addr: '192.168.1.10' })).toMatchObject({
      vip: null,
      endpoint: 'https://192.168.1.10:6443',
    });
  });

  test('has a route to a gateway that lies outside', () => {
    expect(talosOf({ node_default_gateway: '10.0.1.1' }).gateway_route).toBe('10.0.1.1/32');
  });

  test('names each address and name of the API once in its certificates', () => {
    expect(talosOf({ cluster_api_tls_sans: ['k8s.example.com', '10.0.0.10'] }).cert_sans).toEqual([
      '127.0.0.1',
      '10.0.0.10',
      'k8s.example.com',
    ]);
  });
});

describe('controllers run pods of every kind', () => {
  const allowed = (nodes: NodeYaml[], cluster_allow_scheduling?: boolean) =>
    derived(cluster_allow_scheduling === undefined ? {} : { cluster_allow_scheduling }, nodes).cluster
      .cluster_allow_scheduling;

  test('where there are no workers', () => {
    expect([allowed([CONTROLLER]), allowed([CONTROLLER, WORKER])]).toEqual([true, false]);
  });

  test('or where the inputs say so', () => {
    expect([allowed([CONTROLLER], false), allowed([CONTROLLER, WORKER], true)]).toEqual([false, true]);
  });

  test('of which the first worker is the reason, or all controllers', () => {
    const of = (nodes: NodeYaml[]) =>
      derive({ cluster: NETWORK, nodes }).origins.get('cluster.cluster_allow_scheduling');
    expect(of([CONTROLLER, WORKER, WORKER])).toMatchObject({
      of: ['nodes[1].controller'],
    });
    expect(of([CONTROLLER, CONTROLLER])).toMatchObject({
      of: ['nodes[0].controller', 'nodes[1].controller'],
    });
  });
});

describe('the installer', () => {
  const schematic_id = 'a'.repeat(64);

  test.each([
    [PROXMOX, false, 'nocloud-installer'],
    [PROXMOX, true, 'nocloud-installer-secureboot'],
    [{}, false, 'metal-installer'],
    [{}, true, 'metal-installer-secureboot'],
  ])('with %j and secure boot %s is %s', (cluster, secureboot, name) => {
    expect(nodeOf({ schematic_id, secureboot }, { ...cluster, talos_version: '1.13.9' }).install_image).toBe(
      `factory.talos.dev/${name}/${schematic_id}:v1.13.9`,
    );
  });

  test('has no platform before Talos 1.10', () => {
    const image = (talos_version: string) => nodeOf({ schematic_id }, { ...PROXMOX, talos_version }).install_image;
    expect(image('1.9.5')).toBe(`factory.talos.dev/installer/${schematic_id}:v1.9.5`);
    expect(image('1.10.0')).toBe(`factory.talos.dev/nocloud-installer/${schematic_id}:v1.10.0`);
  });
});

describe('the disk', () => {
  const OF_ANY = 'disk.transport != "" && !disk.readonly && !disk.cdrom';

  test.each<[Partial<NodeYaml>, Pick<ReturnType<typeof nodeOf>, 'disk' | 'disk_selector' | 'disk_match'>]>([
    [
      {},
      {
        disk: '/dev/sda',
        disk_selector: null,
        disk_match: 'disk.dev_path == "/dev/sda"',
      },
    ],
    [
      { disk: '/dev/disk/by-id/ata-x' },
      {
        disk: '/dev/disk/by-id/ata-x',
        disk_selector: null,
        disk_match: '"/dev/disk/by-id/ata-x" in disk.symlinks',
      },
    ],
    [
      { disk: 'S4EVNF0M' },
      {
        disk: 'S4EVNF0M',
        disk_selector: { serial: 'S4EVNF0M' },
        disk_match: `glob("S4EVNF0M", disk.serial) && ${OF_ANY}`,
      },
    ],
    [
      { disk: 'naa.5002' },
      {
        disk: 'naa.5002',
        disk_selector: { wwid: 'naa.5002' },
        disk_match: `glob("naa.5002", disk.wwid) && ${OF_ANY}`,
      },
    ],
    [
      { disk_selector: { size: '>= 100GB', type: 'ssd', model: 'a"b*' } },
      {
        disk: null,
        disk_selector: { size: '>= 100GB', type: 'ssd', model: 'a"b*' },
        disk_match: `disk.size >= 100u * GB && !disk.rotational && glob("a\\"b*", disk.model) && ${OF_ANY}`,
      },
    ],
    [
      { disk_selector: { size: '500GiB', type: 'nvme' } },
      {
        disk: null,
        disk_selector: { size: '500GiB', type: 'nvme' },
        disk_match: `disk.size == 500u * GiB && disk.transport == "nvme" && ${OF_ANY}`,
      },
    ],
  ])('%j', (node, expected) => {
    expect(nodeOf(node)).toMatchObject(expected);
  });
});
