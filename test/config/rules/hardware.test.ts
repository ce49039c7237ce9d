import { describe, expect, test } from 'vitest';
import { CPU_TYPES, isBelowV2 } from '../../../scripts/config/rules/cpu-types.ts';
import { BARE, codes, controller, hints, nodes, PROXMOX, said, withLines, worker } from '../../support/rule-inputs.ts';

const advanced = (text: string): string => withLines(`proxmox_vm_advanced: {${text}}`);
const one = (more: string): string => nodes(controller('a', 2, more));
const METAL = `, disk: /dev/sda, mac_addr: "02:00:00:00:00:01", schematic_id: "${'a'.repeat(64)}"`;

describe('CPU types', () => {
  test('there are 77 of the provider, 17 of them too old, none twice', () => {
    expect([CPU_TYPES.length, CPU_TYPES.filter(isBelowV2).length, new Set(CPU_TYPES).size]).toEqual([77, 17, 77]);
  });

  test.each([
    ['host', []],
    ['EPYC-Rome-v4', []],
    ['custom-mine', []],
    ['custom-', ['unknown-cpu-type']],
    ['x86-64', ['unknown-cpu-type']],
    ['HOST', ['unknown-cpu-type']],
    ['"486"', ['old-cpu-type']],
    ['qemu64', ['old-cpu-type']],
    ['host,flags=+aes', ['unknown-cpu-type']],
  ])('%s: %j', (type, expected) => {
    expect(codes(withLines(`proxmox_vm_advanced: {cpu_type: "${type.replaceAll('"', '')}"}`))).toEqual(expected);
  });

  test('the nearest one is offered', () => {
    expect(hints(advanced('cpu_type: x86-64-v2-aes'))).toEqual(['unknown-cpu-type: did you mean x86-64-v2-AES?']);
    expect(hints(advanced('cpu_type: something-else-entirely'))).toEqual([
      'unknown-cpu-type: for example host, or x86-64-v2-AES where VMs move between hosts',
    ]);
  });
});

describe('firmware', () => {
  const both = one(', secureboot: true, encrypt_disk: true');

  test('seabios has neither secure boot nor what the disk key is sealed with', () => {
    expect(said(advanced('bios: seabios'), both)).toEqual([
      '2 uefi-needed: secureboot of nodes[0] (a) needs UEFI, but bios is seabios at cluster.yaml:1:29',
      '2 uefi-needed: encrypt_disk of nodes[0] (a) needs UEFI, but bios is seabios at cluster.yaml:1:29',
    ]);
  });

  test('i440fx has no secure boot', () => {
    expect(said(advanced('machine: i440fx'), both)).toEqual([
      '2 secureboot-needs-q35: secureboot of nodes[0] (a) needs machine q35, but it is i440fx at cluster.yaml:1:32',
    ]);
  });

  test.each([
    ['the defaults', PROXMOX, both, []],
    ['no node that asks', advanced('bios: seabios, machine: i440fx'), one(', secureboot: false'), []],
    [
      'a machine that is there already',
      `${BARE}proxmox_vm_advanced: {bios: seabios, machine: i440fx}\n`,
      one(`, secureboot: true${METAL}`),
      [],
    ],
    ['a firmware that cannot be told', advanced('bios: x, machine: y'), both, ['not-one-of', 'not-one-of']],
  ])('nothing is wrong with %s', (_, cluster, list, expected) => {
    expect(codes(cluster, list)).toEqual(expected);
  });
});

describe('disk encryption', () => {
  test.each([
    [', encrypt_disk: true', ['encryption-without-secureboot']],
    [', encrypt_disk: true, secureboot: false', ['encryption-without-secureboot']],
    [', encrypt_disk: true, secureboot: true', []],
    [', encrypt_disk: true, secureboot: yes', ['wrong-type']],
    [', encrypt_disk: false', []],
  ])('%s: %j', (more, expected) => {
    expect(codes(PROXMOX, one(more))).toEqual(expected);
  });
});

describe('the network', () => {
  test.each([
    ['proxmox_vlan_mode: true', ['vlan-mode-without-tag']],
    ['proxmox_vlan_mode: true\nnode_vlan_tag: 20', []],
    ['proxmox_vlan_mode: true\nnode_vlan_tag: 0', ['out-of-range']],
    ['proxmox_vlan_mode: false', []],
    ['proxmox_vm_advanced: {balloon: 1}', ['memory-ballooning']],
    ['proxmox_vm_advanced: {balloon: 0, scsi_hw: lsi}', []],
    ['proxmox_vm_advanced: {scsi_hw: virtio-scsi-single}', ['virtio-scsi-single']],
  ])('%s: %j', (lines, expected) => {
    expect(codes(withLines(...lines.split('\n')))).toEqual(expected);
  });

  test('of each node with a larger MTU there is a note', () => {
    const list = nodes(controller('a', 2, ', mtu: 1500'), worker('b', 3, ', mtu: 1501'), worker('c', 4, ', mtu: 9000'));
    expect(said(PROXMOX, list).map((line) => line.slice(0, 18))).toEqual(['3 mtu-above-1500: ', '4 mtu-above-1500: ']);
  });
});

describe('disks', () => {
  test.each([
    ['/dev/sda', []],
    ['/dev/disk/by-id/wwn-0x5000c500a0b1c2d3', []],
    ['naa.5000c500a0b1c2d3', []],
    ['S4EWNX0R123456', []],
    ['sdcard-42', []],
    ['/sda', ['disk-path: did you mean /dev/sda?']],
    ['/dev', ['disk-path: for example /dev/sda']],
    ['/dev/', ['disk-path: for example /dev/sda']],
    ['/dev//sda', ['disk-path: for example /dev/sda']],
    ['/mnt/disk', ['disk-path: for example /dev/sda']],
    ['sda', ['disk-name-without-path: did you mean /dev/sda?']],
    ['dev/vdb', ['disk-name-without-path: did you mean /dev/vdb?']],
    ['nvme0n1', ['disk-name-without-path: did you mean /dev/nvme0n1?']],
  ])('%s: %j', (disk, expected) => {
    expect(hints(PROXMOX, one(`, disk: ${disk}`))).toEqual(expected);
  });
});
