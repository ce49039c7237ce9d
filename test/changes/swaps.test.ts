import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { swaps } from '../../scripts/changes/swaps.ts';
import type { Values } from '../../scripts/changes/snapshot.ts';

type Machines = Readonly<Record<string, Values>>;

const found = (before: Machines, after: Machines) =>
  swaps(new Map(Object.entries(before)), new Map(Object.entries(after)));

/** Machines by name, each known by its number. */
const ids = (all: Readonly<Record<string, number>>): Machines =>
  Object.fromEntries(Object.entries(all).map(([name, vm_id]) => [name, { vm_id, mac_addr: `made from ${name}` }]));

const CANNOT = 'OpenTofu cannot move a machine to a name that is in use, and takes each for the one that had its name';

describe('machines that take names', () => {
  test('of each other are told with both ways on', () => {
    const [only, ...others] = found(ids({ a: 1, b: 2 }), ids({ a: 2, b: 1 }));
    expect(others).toEqual([]);
    expect(only).toMatchObject({ code: 'names-swapped', severity: 'warning', consent: true, machines: ['a', 'b'] });
    expect(only?.message).toBe(`a and b swap names: ${CANNOT}`);
    expect(only?.hint).toBe(`\
rename them in steps, each applied before the next: b → spare-1, a → b, spare-1 → a
or write this with \`nigari configure --yes\`, and before the next apply move them in the state by hand:
  tofu state mv 'proxmox_virtual_environment_vm.talos_node["b"]' 'proxmox_virtual_environment_vm.talos_node["spare-1"]'
  tofu state mv 'proxmox_virtual_environment_vm.talos_node["a"]' 'proxmox_virtual_environment_vm.talos_node["b"]'
  tofu state mv 'proxmox_virtual_environment_vm.talos_node["spare-1"]' 'proxmox_virtual_environment_vm.talos_node["a"]'`);
  });

  test.each<[string, Machines, Machines, readonly string[]]>([
    ['in a ring', ids({ a: 1, b: 2, c: 3 }), ids({ b: 1, c: 2, a: 3 }), ['a → b → c → a']],
    ['in a row', ids({ a: 1, b: 2 }), ids({ b: 1, c: 2 }), ['a → b → c']],
    ['in two rings', ids({ a: 1, b: 2, c: 3, d: 4 }), ids({ a: 2, b: 1, c: 4, d: 3 }), ['a and b', 'c and d']],
    [
      'known by their MAC addresses alone',
      { a: { vm_id: null, mac_addr: 'm' }, b: { vm_id: null, mac_addr: 'n' } },
      { a: { vm_id: null, mac_addr: 'n' }, b: { vm_id: null, mac_addr: 'm' } },
      ['a and b'],
    ],
  ])('%s', (_, before, after, expected) => {
    const messages = found(before, after).map(({ message }) => message);
    expect(messages.map((message, index) => message.includes(expected[index] ?? '?'))).toEqual(
      expected.map(() => true),
    );
  });

  test.each<[string, Machines, Machines]>([
    ['that are free', ids({ a: 1, b: 2 }), ids({ c: 1, d: 2 })],
    ['of nobody, keeping their own', ids({ a: 1, b: 2 }), ids({ a: 1, b: 2 })],
    ['of new machines', ids({ a: 1 }), ids({ b: 1, a: 2 })],
    [
      'of nobody, but their MAC addresses',
      { a: { vm_id: 1, mac_addr: 'm' }, b: { vm_id: 2, mac_addr: 'n' } },
      { a: { vm_id: 1, mac_addr: 'n' }, b: { vm_id: 2, mac_addr: 'm' } },
    ],
  ])('%s are none', (_, before, after) => {
    expect(found(before, after)).toEqual([]);
  });
});

const NAMES = ['a', 'b', 'c', 'd', 'e', 'spare-1'];

test('the steps bring every machine to its name, over names that are free', () => {
  const orders = fc.shuffledSubarray(NAMES, { minLength: 2 });
  fc.assert(
    fc.property(orders, fc.shuffledSubarray(NAMES, { minLength: 6 }), (names, others) => {
      const before = Object.fromEntries(names.map((name, index) => [name, index]));
      const after = Object.fromEntries(names.map((_, index) => [others[index], index] as const));
      const now = new Map(Object.entries(before));
      for (const { hint = '' } of found(ids(before), ids(after))) {
        for (const [, from = '', to = ''] of hint.matchAll(/state mv '\S+\["(.+?)"\]' '\S+\["(.+?)"\]'/g)) {
          expect(now.has(to)).toBe(false);
          now.set(to, now.get(from) ?? NaN);
          now.delete(from);
        }
      }
      // What is left are renames that moved.tf can tell.
      const left = [...now].filter(([name, id]) => after[name] !== id);
      expect(left.filter(([name]) => name in after)).toEqual([]);
      expect(left.filter(([, id]) => now.has(Object.keys(after).find((name) => after[name] === id) ?? ''))).toEqual([]);
    }),
  );
});
