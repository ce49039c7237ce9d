import { describe, expect, test } from 'vitest';
import { completions } from '../../scripts/editor/completion.ts';
import type { InputName } from '../../scripts/editor/input.ts';
import { knownKeys } from '../../scripts/config/key-schema.ts';
import { EXTENSIONS } from '../../scripts/talos/extensions.ts';
import { cursor } from '../support/editor.ts';

function offered(file: InputName, marked: string): readonly string[] {
  const { text, offset } = cursor(marked);
  return completions(file, text.slice(0, offset), text.slice(offset)).map(({ label }) => label);
}

const NODE = knownKeys('nodes', ['nodes', 0]);
const SIZE = ['cores', 'sockets', 'memory', 'disk_size'];

describe('keys', () => {
  test.each<[InputName, string, readonly string[]]>([
    ['cluster.yaml', '|', knownKeys('cluster', [])],
    ['cluster.yaml', 'node_cidr: x\nprox|', knownKeys('cluster', []).filter((key) => key !== 'node_cidr')],
    ['cluster.yaml', 'proxmox_vm_defaults:\n  |\n', SIZE],
    [
      'cluster.yaml',
      'proxmox_vm_defaults:\n  cores: 1\n\n  # x\n  mem|\n  sockets: 2\nnode_cidr: x\n',
      ['memory', 'disk_size'],
    ],
    ['nodes.yaml', '|', ['nodes']],
    ['nodes.yaml', 'nodes:\n  - |', NODE],
    ['nodes.yaml', 'nodes:\n- |', NODE],
    ['nodes.yaml', 'nodes:\n  - name: a\n    |', NODE.filter((key) => key !== 'name')],
    [
      'nodes.yaml',
      'nodes:\n  - name: a\n    address: x\n  - address: y\n    vm|\n    controller: true\n',
      NODE.filter((key) => key !== 'address' && key !== 'controller'),
    ],
    ['nodes.yaml', 'nodes:\n- name: a\n  |', NODE.filter((key) => key !== 'name')],
    ['nodes.yaml', 'nodes:\n  - name: a\n    vars:\n      |', []],
    ['cluster.yaml', 'node_cidr: 10.0.0|\n', []],
    ['cluster.yaml', '# no|\n', []],
  ])('in %s at %j', (file, marked, labels) => {
    expect(offered(file, marked)).toEqual(labels);
  });

  test('come with what they are for and their default', () => {
    const [item] = completions('cluster.yaml', 'proxmox_vm_advanced:\n  ', '');
    expect(item).toMatchObject({ label: 'bios', insertText: 'bios: ', detail: 'ovmf' });
    expect(JSON.stringify(item?.documentation)).toContain('UEFI');
  });
});

describe('values', () => {
  test.each<[InputName, string, readonly string[]]>([
    ['cluster.yaml', 'node_first_boot: |', ['static', 'dhcp']],
    ['cluster.yaml', 'node_first_boot: "st|', ['static', 'dhcp']],
    ['cluster.yaml', 'proxmox_vm_advanced:\n  bios: o|\n', ['ovmf', 'seabios']],
    ['nodes.yaml', 'nodes:\n  - name: a\n    controller: |', ['true', 'false']],
    ['nodes.yaml', 'nodes:\n  - controller: |', ['true', 'false']],
    ['cluster.yaml', 'node_cidr: |', []],
    ['cluster.yaml', 'node_first_boot:|', []],
  ])('in %s at %j', (file, marked, labels) => {
    expect(offered(file, marked)).toEqual(labels);
  });

  const list = 'talos_schematic:\n  customization:\n    systemExtensions:\n      officialExtensions:';
  test.each<[InputName, string]>([
    ['cluster.yaml', `${list}\n        - |`],
    ['cluster.yaml', `${list}\n        - siderolabs/zfs\n        - siderolabs/q|`],
    ['cluster.yaml', `${list}\n      - "siderolabs/|`],
    ['cluster.yaml', `${list} [|`],
    ['cluster.yaml', `${list} [siderolabs/zfs, siderolabs/q|`],
    ['nodes.yaml', `nodes:\n  - name: a\n    schematic:\n${list.slice(17).replaceAll('\n', '\n  ')} [|`],
  ])('in %s at %j the official extensions', (file, marked) => {
    expect(offered(file, marked)).toEqual([...EXTENSIONS.keys()]);
  });

  test('what is typed up to a slash stays', () => {
    const items = completions('cluster.yaml', `${list} [siderolabs/q`, ']');
    expect(items.find(({ label }) => label === 'siderolabs/qemu-guest-agent')?.insertText).toBe('qemu-guest-agent');
    expect(completions('cluster.yaml', `${list} [q`, ']')[0]).not.toHaveProperty('insertText');
  });

  test('the platforms of a lock file, in a list', () => {
    expect(offered('cluster.yaml', 'tofu_lock_platforms:\n  - |')).toContain('linux_amd64');
    expect(offered('nodes.yaml', 'nodes:\n  - kernel_modules: [|')).toEqual([]);
  });

  test('the default is marked', () => {
    expect(completions('cluster.yaml', 'node_first_boot: ', '')[0]).toMatchObject({
      label: 'static',
      detail: 'default',
    });
  });
});
