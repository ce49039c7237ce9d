import { describe, expect, test } from 'vitest';
import { nodeDefault } from '../../../scripts/config/defaults.ts';
import { knownSchematic } from '../../../scripts/talos/known-schematics.ts';
import { GUEST_AGENT } from '../../../scripts/talos/extensions.ts';
import { BARE, codes, controller, hints, nodes, PROXMOX, said, withLines, worker } from '../../support/rule-inputs.ts';

const VANILLA = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba';
const WITH_AGENT = '88d1f7a5c4f1d3aba7df787c448c1d3d008ed29cfb34af53fa0df4336a56040b';
const DRBD_AND_ZFS = '98442b5bb4e8d050f30978ce3e6ec22e7bf534d57cafcd51313235128057e612';
const UNKNOWN = '0'.repeat(64);

const one = (more: string): string => nodes(controller('a', 2, more));
const schematic = (id: string): string => `, schematic_id: "${id}"`;

test('the built-in schematic is known, and has the guest agent', () => {
  expect(knownSchematic(nodeDefault('schematic_id'))).toEqual({
    customization: { systemExtensions: { officialExtensions: [GUEST_AGENT] } },
  });
});

test.each([
  VANILLA,
  WITH_AGENT,
  DRBD_AND_ZFS,
  '613e1592b2da41ae5e265e8789429f22e121aab91cb4deb6bc3c0b6262961245',
  '104c23dfe7c5bfeff6a4cc7e166d8b3bba0f371760592c7677c90c822bb1d109',
  '9cba8e32753f91a16c1837ab8abf356af021706ef284aef07380780177d9a06c',
  'd308a2a5ee2277bed5fbaa104fcbc8d59122abfa737df987a95b4ca763459a7f',
  'fa8e05f142a851d3ee568eb0a8e5841eaf6b0ebc8df9a63df16ac5ed2c04f3e6',
  '92833e9ddd9bb9e11b2464fa5525429f01866306d52ebd882ee08d7918f6d1ea',
  'ee21ef4a5ef808a9b7484cc0dda0f25075021691c8c09a276591eedb638ea1f9',
])('the schematic %s, which is published, is known', (id) => {
  expect(knownSchematic(id)).not.toBeNull();
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

/** A node's schematic in one line, and the cluster's. */
const holding = (...names: readonly string[]): string =>
  `{customization: {systemExtensions: {officialExtensions: [${names.map((name) => `siderolabs/${name}`).join(', ')}]}}}`;
const own = (...names: readonly string[]): string => `, schematic: ${holding(...names)}`;
const shared = (...names: readonly string[]): string => `talos_schematic: ${holding(...names)}`;

describe('what a schematic holds counts as its id does', () => {
  test.each([
    ['the agent is in it', PROXMOX, own('qemu-guest-agent'), []],
    ['the agent is not', PROXMOX, own('iscsi-tools'), ['schematic-lacks-agent']],
    ["the agent is in the cluster's", withLines(shared('qemu-guest-agent')), '', []],
    ["the agent is not in the cluster's", withLines(shared()), '', ['schematic-lacks-agent']],
    ["a node's own beats the cluster's", withLines(shared()), own('qemu-guest-agent'), []],
    ["a node's id beats the cluster's", withLines(shared()), schematic(WITH_AGENT), []],
    ['a module is in it', PROXMOX, `, kernel_modules: [drbd]${own('drbd', 'qemu-guest-agent')}`, []],
    ['a module is not', PROXMOX, `, kernel_modules: [drbd]${own('qemu-guest-agent')}`, ['schematic-lacks-module']],
    ['iSCSI without its programs', PROXMOX, ', kernel_modules: [iscsi_tcp]', ['schematic-lacks-module']],
    [
      'one of several drivers',
      PROXMOX,
      `, kernel_modules: [nvidia-drm]${own('nonfree-kmod-nvidia-lts', 'qemu-guest-agent')}`,
      [],
    ],
    [
      'it is broken',
      PROXMOX,
      ', schematic: {customization: {systemExtensions: {officialExtensions: [1]}}}',
      ['wrong-type'],
    ],
    [
      "the cluster's is broken",
      withLines('talos_schematic: {customization: 1}'),
      ', kernel_modules: [drbd]',
      ['wrong-type'],
    ],
  ])('%s', (_, cluster, more, expected) => {
    expect(codes(cluster, one(more))).toEqual(expected);
  });

  test("the cluster's is told of once, where it is written", () => {
    const list = nodes(controller('a', 2), worker('b', 3), worker('c', 4));
    expect(said(`${shared('drbd')}\n${PROXMOX}`, list)).toEqual([
      '1 schematic-lacks-agent: the schematic of nodes[0] (a) has no QEMU guest agent, but proxmox_vm_advanced.qemu_agent is on',
    ]);
  });

  test('says how an extension gets into it', () => {
    expect(hints(PROXMOX, one(`, kernel_modules: [zfs]${own('qemu-guest-agent')}`))).toEqual([
      'schematic-lacks-module: add siderolabs/zfs to it',
    ]);
    expect(hints(PROXMOX, one(`, kernel_modules: [zfs]${schematic(WITH_AGENT)}`))).toEqual([
      'schematic-lacks-module: write schematic, with siderolabs/zfs in it, in place of schematic_id',
    ]);
  });

  test('bare metal has enough of it', () => {
    const bare = ', disk: /dev/sda, mac_addr: "02:00:00:00:00:01"';
    expect(codes(BARE, one(`${bare}${own()}`))).toEqual([]);
    expect(codes(`${BARE}${shared()}\n`, one(bare))).toEqual([]);
    expect(codes(BARE, one(bare))).toEqual(['bare-metal-incomplete']);
  });
});

describe('the id', () => {
  test('is not certain, and it is said of which value', () => {
    expect(
      said(
        PROXMOX,
        one(
          ', schematic: {customization: {extraKernelArgs: [a, "off", "no"], systemExtensions: {officialExtensions: [siderolabs/qemu-guest-agent]}}}',
        ),
      ),
    ).toEqual([
      '2 schematic-uncertain: the id of this schematic cannot be worked out here: of customization.extraKernelArgs[1] not every factory writes it the same way',
    ]);
  });
});

describe('extensions', () => {
  const agent = 'qemu-guest-agent';

  test.each([
    ['a typing error', own(agent, 'iscsi-tool'), 'extension-unknown: did you mean siderolabs/iscsi-tools?'],
    ['a name that it had', own(agent, 'i915-ucode'), 'extension-unknown: did you mean siderolabs/i915?'],
    [
      'one that is far from all',
      own(agent, 'zzzzzzzzzzzz'),
      'extension-unknown: factory.talos.dev lists those of each Talos',
    ],
    ['one of a later Talos', own(agent, 'uhid'), 'extension-not-in-talos: remove it, or use Talos 1.13 or newer'],
    ['one without another', own(agent, 'gvisor-debug'), 'extension-incomplete: add siderolabs/gvisor'],
    [
      'no publisher',
      `, schematic: {customization: {systemExtensions: {officialExtensions: [${agent}]}}}`,
      `bad-format: did you mean siderolabs/${agent}?`,
    ],
  ])('%s', (_, more, hint) => {
    expect(hints(PROXMOX, one(more))).toEqual([hint]);
  });

  test('of a Talos that is not known are not judged', () => {
    expect(codes(withLines('talos_version: 1.99.0'), one(own(agent, 'uhid')))).toEqual(['talos-version-unknown']);
  });
});

describe('secure boot and the TPM', () => {
  const settings =
    ', schematic: {customization: {secureboot: {enrollKeys: force}, systemExtensions: {officialExtensions: [siderolabs/qemu-guest-agent]}}}';
  const grub = settings.replace('secureboot: {enrollKeys: force}', 'bootloader: grub');

  test.each([
    ['keys without it', settings, ['schematic-secureboot-unused']],
    ['keys with it', `, secureboot: true${settings}`, []],
    ['keys, and who knows', `, secureboot: 1${settings}`, ['wrong-type']],
    [
      'GRUB with a key in the TPM',
      `, encrypt_disk: true${grub}`,
      ['encryption-without-secureboot', 'schematic-grub-with-tpm'],
    ],
    ['GRUB, which secure boot does not use', `, encrypt_disk: true, secureboot: true${grub}`, []],
  ])('%s', (_, more, expected) => {
    expect([...codes(PROXMOX, one(more))].toSorted()).toEqual(expected);
  });
});
