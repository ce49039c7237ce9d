import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dangersOf } from '../../scripts/changes/dangers.ts';
import { OF_CLUSTER, OF_INSTANCE, OF_NODE, PROVIDER_VERSION, type Value } from '../../scripts/changes/effects.ts';
import type { Rendered } from '../../scripts/changes/manifest-instances.ts';
import type { Values } from '../../scripts/changes/snapshot.ts';
import { ROOT } from '../support/copy.ts';

const machine = (number: number, more: Values = {}): Values => ({
  vm_id: 100 + number,
  mac_addr: `bc:24:11:00:00:0${number}`,
  address: `10.0.0.${number}`,
  controller: false,
  vm_disk_size: 64,
  ...more,
});
const rendered = (machines: Readonly<Record<string, Values>>, shared: Values = {}, moved = {}): Rendered => ({
  shared: { proxmox_node: 'pve', ...shared },
  machines: new Map(Object.entries(machines)),
  moved: new Map(Object.entries(moved)),
});
const APPLIED = { applied: true, allowQuorumLoss: false };

/** `code: message`, and `!` in front where somebody must agree. */
const told = (before: Rendered, after: Rendered | null, options = APPLIED): readonly string[] =>
  dangersOf(before, after, options).map(({ code, message, consent }) => `${consent ? '!' : ''}${code}: ${message}`);

const ONE = rendered({ a: machine(1) });

describe('a machine', () => {
  test.each<[string, Value, Value, string | null]>([
    ['vm_id', 101, 102, '!replaces-vm'],
    ['vm_id', null, 102, '!replaces-vm'],
    ['vm_id', 101, null, null],
    ['mac_addr', 'bc:24:11:00:00:01', 'bc:24:11:00:00:02', 'in-place'],
    ['address', '10.0.0.1', '10.0.0.2', 'not-applied'],
    ['controller', false, true, 'not-applied'],
    ['vm_disk_size', 64, 128, 'in-place'],
    ['vm_disk_size', 128, 64, 'disk-shrinks'],
    ['vm_cores', 2, 4, 'needs-reboot'],
    ['vm_sockets', 1, 2, 'needs-reboot'],
    ['vm_memory', 4096, 2048, 'needs-reboot'],
    ['mtu', null, 9000, 'in-place'],
    ['tags', 'talos worker', 'rack-2 talos worker', 'in-place'],
    ['description', 'a', 'b', 'in-place'],
    ['vm_startup_order', 4, 3, 'in-place'],
    ['vm_startup_delay', 15, 30, 'in-place'],
    ['vm_shutdown_delay', 60, 90, 'in-place'],
    ['tpm', false, true, 'not-applied'],
    ['image', 'one-false', 'two-false', 'in-place'],
  ])('%s: %s → %s', (key, before, after, expected) => {
    const found = told(rendered({ a: machine(1, { [key]: before }) }), rendered({ a: machine(1, { [key]: after }) }));
    expect(found.map((text) => text.split(':')[0])).toEqual(expected === null ? [] : [expected]);
    expect(found.join()).toContain(expected === null ? '' : `${key} ${before ?? '(none)'} → ${after}`);
  });

  test('whose disk grows cannot have more cores by the same apply', () => {
    const codes = (...changes: Parameters<typeof told>): readonly (string | undefined)[] =>
      told(...changes).map((text) => text.split(':')[0]);
    const small = { vm_disk_size: 64, vm_cores: 2 };
    const both = rendered({ a: machine(1, { vm_disk_size: 80, vm_cores: 4 }) });
    expect(codes(rendered({ a: machine(1, small) }), both)).toEqual(['needs-power-off', 'needs-reboot', 'in-place']);
    const apart = rendered({ a: machine(1, { ...small, vm_disk_size: 80 }), b: machine(2, { ...small, vm_cores: 4 }) });
    expect(codes(rendered({ a: machine(1, small), b: machine(2, small) }), apart)).toEqual([
      'needs-reboot',
      'in-place',
    ]);
  });

  test('has a case for each key that is kept', () => {
    const text = readFileSync(import.meta.filename, 'utf8');
    expect(Object.keys(OF_NODE).filter((key) => !text.includes(`['${key}', `))).toEqual([]);
    expect(Object.keys(OF_INSTANCE).filter((key) => !text.includes(`['${key}', `))).toEqual([]);
  });

  test('that is gone is destroyed, by name, id and host', () => {
    expect(told(rendered({ a: machine(1), b: machine(2) }), ONE)).toEqual([
      '!destroys-vm: destroys VM b (id 102) on pve, with its disk',
    ]);
  });

  test('with an id that Proxmox picked is named without it', () => {
    expect(told(rendered({ a: machine(1, { vm_id: null }) }), rendered({}))).toEqual([
      '!destroys-vm: destroys VM a on pve, with its disk',
    ]);
  });

  test('under another name is renamed, and still compared', () => {
    expect(told(ONE, rendered({ b: machine(1, { vm_disk_size: 32 }) }))).toEqual([
      'disk-shrinks: a disk cannot shrink, Proxmox VE refuses it, on b: vm_disk_size 64 → 32',
      'renames-vm: renames a to b, nothing is destroyed',
    ]);
  });

  test('that seems renamed without anything of it being the same is destroyed, with the way to keep it', () => {
    const [found] = dangersOf(ONE, rendered({ b: machine(2, { address: '10.0.0.1' }) }), APPLIED);
    expect(found).toMatchObject({
      code: 'destroys-vm',
      hint: 'is it called b now? then give that one its MAC address: mac_addr: bc:24:11:00:00:01',
    });
  });

  test('that is new is no danger, nor is what is not known of before', () => {
    expect(told(ONE, rendered({ a: machine(1, { vm_cores: 4 }), b: machine(2) }, { cluster_name: 'k' }))).toEqual([]);
  });

  test('with the name of one that moved is told of', () => {
    const before = rendered({ b: machine(1) }, {}, { a: 'b' });
    expect(told(before, rendered({ a: machine(2), b: machine(1) }))).toEqual([
      'name-reused: a is a machine again, though one of that name became b',
    ]);
  });
});

describe('all machines', () => {
  test.each<[string, Value, Value, string]>([
    ['proxmox_node', 'pve', 'pve2', '!replaces-vm'],
    ['proxmox_disk_storage', 'local-lvm', 'ceph', 'needs-power-off'],
    ['proxmox_iso_storage', 'local', 'nfs', 'in-place'],
    ['talos_version', '1.13.0', '1.13.1', 'in-place'],
    ['disk_interface', 'scsi0', 'virtio0', '!loses-disk'],
    ['proxmox_vm_advanced.bios', 'seabios', 'ovmf', 'needs-reboot'],
    ['proxmox_vm_advanced.machine', 'q35', 'i440fx', 'needs-reboot'],
    ['proxmox_vm_advanced.cpu_type', 'host', 'kvm64', 'needs-reboot'],
    ['proxmox_vm_advanced.scsi_hw', 'virtio-scsi-pci', 'virtio-scsi-single', 'needs-reboot'],
    ['proxmox_vm_advanced.numa', true, false, 'needs-reboot'],
    ['proxmox_vm_advanced.balloon', 0, 1024, 'needs-reboot'],
    ['proxmox_vm_advanced.ostype', 'l26', 'other', 'needs-reboot'],
    ['proxmox_vm_advanced.qemu_agent', true, false, 'needs-reboot'],
    ['proxmox_vm_advanced.net_queues', 4, 2, 'in-place'],
    ['proxmox_vm_advanced.network_bridge', 'vmbr0', 'vmbr1', 'in-place'],
    ['proxmox_vlan_mode', false, true, 'in-place'],
    ['node_vlan_tag', null, 20, 'in-place'],
  ])('%s: %s → %s', (key, before, after, code) => {
    const machines = { a: machine(1), b: machine(2) };
    const [found, ...others] = told(rendered(machines, { [key]: before }), rendered(machines, { [key]: after }));
    expect(others).toEqual([]);
    expect(found).toMatch(new RegExp(`^${code}: .*a\\b.*, .*b\\b.*: ${key} ${before ?? '\\(none\\)'} → ${after}$`));
  });

  test('is one line, however many there are', () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`n${index}`, machine(index)]));
    expect(told(rendered(many, { node_vlan_tag: 1 }), rendered(many, { node_vlan_tag: 2 }))).toEqual([
      'in-place: changes n0, n1, n2, n3, n4, n5, n6 and 43 more in place: node_vlan_tag 1 → 2',
    ]);
  });

  test('stay where the infrastructure is switched off', () => {
    expect(told(ONE, null)).toEqual([
      'infrastructure-off: the infrastructure is switched off, and 1 machine was made: they stay, as do the files by which they can be destroyed',
    ]);
    expect(told(rendered({}), null)).toEqual([]);
  });
});

test.each(Object.keys(OF_CLUSTER))('%s is told to break something', (key) => {
  const [found] = dangersOf(rendered({}, { [key]: 'old' }), rendered({}, { [key]: 'new' }), APPLIED);
  expect(found).toMatchObject({ code: 'cluster-changed', severity: 'warning', consent: false, hint: OF_CLUSTER[key] });
  expect(found?.message).toContain('old → new');
});

describe('the quorum', () => {
  const planes = (...numbers: readonly number[]): Readonly<Record<string, Values>> =>
    Object.fromEntries(numbers.map((number) => [`cp-${number}`, machine(number, { controller: true })]));

  test.each([
    ['1 of 1 removed', planes(1), { wk: machine(9) }, true],
    ['1 of 2 removed', planes(1, 2), planes(1), true],
    ['1 of 3 removed', planes(1, 2, 3), planes(1, 2), false],
    ['2 of 3 removed', planes(1, 2, 3), planes(1), true],
    ['2 of 5 removed', planes(1, 2, 3, 4, 5), planes(1, 2, 3), false],
    ['3 of 5 removed', planes(1, 2, 3, 4, 5), planes(1, 2), true],
    [
      '1 removed, 1 replaced, of 3',
      planes(1, 2, 3),
      { 'cp-1': machine(1, { controller: true }), 'cp-2': machine(2, { controller: true, vm_id: 200 }) },
      true,
    ],
    ['2 of 3 made workers', planes(1, 2, 3), { ...planes(1), 'cp-2': machine(2), 'cp-3': machine(3) }, true],
    ['3 of 3 renamed', planes(1, 2, 3), { x: planes(1)['cp-1']!, y: planes(2)['cp-2']!, z: planes(3)['cp-3']! }, false],
    ['workers removed', { ...planes(1), wk: machine(9) }, planes(1), false],
    ['2 added', planes(1), planes(1, 2, 3), false],
  ])('%s', (_, before, after, isLost) => {
    const found = dangersOf(rendered(before), rendered(after), APPLIED);
    expect(found.some(({ code, severity }) => code === 'quorum-loss' && severity === 'error')).toBe(isLost);
    const allowed = dangersOf(rendered(before), rendered(after), { ...APPLIED, allowQuorumLoss: true });
    expect(allowed.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(allowed.some(({ code, consent }) => code === 'quorum-loss' && consent)).toBe(isLost);
  });
});

test('where nothing was applied all is a note, and nobody must agree', () => {
  const before = rendered({ a: machine(1), b: machine(2), c: machine(3), d: machine(4, { vm_cores: 2 }) });
  const after = rendered({ a: machine(1, { vm_disk_size: 1 }), e: machine(3), d: machine(4, { vm_cores: 4 }) });
  const found = dangersOf(before, after, { applied: false, allowQuorumLoss: false });
  expect(found.map(({ code, severity, consent }) => [code, severity, consent])).toEqual([
    ['disk-shrinks', 'note', false],
    ['destroys-vm', 'note', false],
    ['renames-vm', 'note', false],
  ]);
});

test('the tables are those of the pinned provider', () => {
  const pinned = readFileSync(join(ROOT, 'templates/stack/versions.tf.njk'), 'utf8');
  expect(pinned).toContain(`"~> ${PROVIDER_VERSION}"`);
});
