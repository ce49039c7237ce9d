import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { nodeDefault } from '../../../scripts/config/defaults.ts';
import { SCHEMATIC_EXTENSIONS } from '../../../scripts/config/rules/known-schematics.ts';
import { BARE, codes, controller, nodes, PROXMOX, withLines } from '../../support/rule-inputs.ts';

const VANILLA = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba';
const WITH_AGENT = '88d1f7a5c4f1d3aba7df787c448c1d3d008ed29cfb34af53fa0df4336a56040b';
const DRBD_AND_ZFS = '98442b5bb4e8d050f30978ce3e6ec22e7bf534d57cafcd51313235128057e612';
const UNKNOWN = '0'.repeat(64);

const one = (more: string): string => nodes(controller('a', 2, more));
const schematic = (id: string): string => `, schematic_id: "${id}"`;

/** The id of a schematic that only has extensions, as the Image Factory computes it. */
function idOf(extensions: readonly string[]): string {
  const lines = extensions.map((name) => `            - siderolabs/${name}\n`).join('');
  const text =
    lines === ''
      ? 'customization: {}\n'
      : `customization:\n    systemExtensions:\n        officialExtensions:\n${lines}`;
  return createHash('sha256').update(text).digest('hex');
}

test('the ids of schematics that only have extensions follow from these', () => {
  const computed = [...SCHEMATIC_EXTENSIONS].filter(([id, extensions]) => idOf(extensions) === id);
  expect(computed.map(([, extensions]) => extensions.join())).toEqual([
    '',
    'qemu-guest-agent',
    'iscsi-tools,util-linux-tools',
    'iscsi-tools,qemu-guest-agent,util-linux-tools',
    'drbd,zfs',
  ]);
  expect(SCHEMATIC_EXTENSIONS.get(nodeDefault('schematic_id'))).toEqual(['qemu-guest-agent']);
});

describe('the guest agent', () => {
  test.each([
    ['one without it', PROXMOX, schematic(VANILLA), ['schematic-lacks-agent']],
    ['one with it', PROXMOX, schematic(WITH_AGENT), []],
    ['one that is not known', PROXMOX, schematic(UNKNOWN), []],
    ['the default', PROXMOX, '', []],
    ['one of a wrong shape', PROXMOX, schematic('x'), ['bad-format']],
    ['one without it, the agent off', withLines('proxmox_vm_advanced: {qemu_agent: false}'), schematic(VANILLA), []],
    [
      'one without it, and who knows',
      withLines('proxmox_vm_advanced: {qemu_agent: 1}'),
      schematic(VANILLA),
      ['wrong-type'],
    ],
    ['one without it, and who knows', withLines('proxmox_vm_advanced: 1'), schematic(VANILLA), ['wrong-type']],
    ['one without it, on bare metal', BARE, `${schematic(VANILLA)}, disk: /dev/sda, mac_addr: "02:00:00:00:00:01"`, []],
  ])('of %s', (_, cluster, more, expected) => {
    expect(codes(cluster, one(more))).toEqual(expected);
  });
});

describe('kernel modules', () => {
  test.each([
    ['of the default', ', kernel_modules: [nbd, drbd]', ['schematic-lacks-module']],
    [
      'of another one',
      `, kernel_modules: [drbd, zfs, nvidia]${schematic(WITH_AGENT)}`,
      Array(3).fill('schematic-lacks-module'),
    ],
    [
      'of one that has them',
      `, kernel_modules: [drbd, drbd_transport_tcp, zfs]${schematic(DRBD_AND_ZFS)}`,
      ['schematic-lacks-agent'],
    ],
    ['of one that is not known', `, kernel_modules: [drbd, zfs, nvidia]${schematic(UNKNOWN)}`, []],
    ['of one of a wrong shape', `, kernel_modules: [drbd]${schematic('x')}`, ['bad-format']],
    ['one of a wrong shape', ', kernel_modules: [a b, drbd]', ['bad-format', 'schematic-lacks-module']],
  ])('%s', (_, more, expected) => {
    expect(codes(PROXMOX, one(more))).toEqual(expected);
  });
});
