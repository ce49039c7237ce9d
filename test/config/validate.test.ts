import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { validate } from '../../scripts/config/validate.ts';
import { checked, refused } from '../../scripts/problem.ts';
import { inputs, sourceFile } from '../support/input.ts';

const CLUSTER =
  'node_cidr: 10.0.0.0/24\ncluster_api_addr: 10.0.0.10\nproxmox_api_url: https://pve:8006\nproxmox_node: pve\n' +
  'proxmox_api_token_id: fake@pve!nigari\nproxmox_api_token_secret: 00000000-1111-2222-3333-444444444444\n';
const NODES = 'nodes:\n  - name: a\n    address: 10.0.0.11\n    controller: true\n';

describe('a valid project', () => {
  const result = validate(inputs(`${CLUSTER}hubble_enabled: true\nvars: {a: [1]}\n`, NODES));
  if (!result.ok) throw new Error('these files are valid');
  const { cluster, nodes, locate } = result.value;

  test('is what was written, without what is not ours, and nothing is filled in', () => {
    expect(cluster).toEqual({
      node_cidr: '10.0.0.0/24',
      cluster_api_addr: '10.0.0.10',
      proxmox_api_url: 'https://pve:8006',
      proxmox_node: 'pve',
      proxmox_api_token_id: 'fake@pve!nigari',
      proxmox_api_token_secret: '00000000-1111-2222-3333-444444444444',
      vars: { a: [1] },
    });
    expect(nodes).toEqual([{ name: 'a', address: '10.0.0.11', controller: true }]);
  });

  test('knows where each value stands', () => {
    expect(locate(['cluster.yaml', 'vars', 'a', 0])).toEqual({
      file: 'cluster.yaml',
      line: 8,
      column: 12,
      endLine: 8,
      endColumn: 13,
    });
    expect(locate(['nodes.yaml', 'nodes', 0, 'name'])).toMatchObject({ file: 'nodes.yaml', line: 2, column: 11 });
    expect(locate(['nodes.yaml', 'nodes', 0, 'disk'])).toMatchObject({ line: 2, column: 5 });
    expect(locate(['other.yaml', 'a'])).toBeNull();
  });
});

describe('eleven mistakes in both files are told in one run, by file and place', () => {
  const told = (cluster: readonly string[], nodes: readonly string[]): readonly string[] =>
    validate(inputs(cluster.join('\n'), nodes.join('\n'))).problems.map(
      ({ file, line, column, code, path }) => `${file}:${line}:${column} ${code} ${path}`,
    );

  test('of shape', () => {
    const cluster = [
      'node_cidr: 10.0.0.0/33', // 1
      'proxmox_api_url: https://pve:8006', // 2
      'proxmox_insecure: yes', // 3
      'node_cidr: 10.0.0.0/24', // 4
      'cluster_nam: x', // 5
      'node_vlan_tag: 5000', // 6
    ];
    const nodes = [
      'nodes:',
      '  - name: a', // 2
      '    address: 10.0.0.256', // 3
      '    controller: true',
      '  - name: a', // 5
      '    address: !x 10.0.0.12', // 6
      '    mtu: *none', // 7
    ];
    expect(told(cluster, nodes)).toEqual([
      'cluster.yaml:1:1 missing-key cluster_api_addr',
      'cluster.yaml:1:12 bad-format node_cidr',
      'cluster.yaml:2:18 proxmox-half-written proxmox_api_url',
      'cluster.yaml:3:19 wrong-type proxmox_insecure',
      'cluster.yaml:4:1 duplicate-key node_cidr',
      'cluster.yaml:5:1 unknown-key cluster_nam',
      'cluster.yaml:6:16 out-of-range node_vlan_tag',
      'nodes.yaml:3:14 bad-format nodes[0].address',
      'nodes.yaml:5:5 missing-key nodes[1].controller',
      'nodes.yaml:5:11 duplicate-node-name nodes[1].name',
      'nodes.yaml:6:17 unknown-tag nodes[1].address',
      'nodes.yaml:7:10 unknown-alias nodes[1].mtu',
    ]);
  });

  test('of sense, beside a shape that is wrong', () => {
    const cluster = [
      'node_cidr: 10.0.0.5/24', // 1
      'cluster_api_addr: 10.0.1.10', // 2
      'cluster_svc_cidr: 10.42.0.0/29', // 3: over the pods by default, and without a 10th address
      'talos_version: "1.12.0"',
      'kubernetes_version: "1.36.0"', // 5
      'proxmox_api_url: https://pve:8006',
      'proxmox_node: pve',
      'proxmox_api_token_id: fake@pve!nigari', // 8
      'proxmox_vm_advanced: {bios: seabios, cpu_type: kvm64, tags: tag}', // 9
    ];
    const nodes = [
      'nodes:',
      '  - {name: a, address: 10.0.0.11, controller: true, secureboot: true}', // 2
      '  - {name: worker, address: 10.0.0.255, controller: false}', // 3
      '  - {name: b, address: 10.0.0.11, controller: false, disk: sda}', // 4
    ];
    expect(told(cluster, nodes)).toEqual([
      'cluster.yaml:1:12 cidr-host-bits node_cidr',
      'cluster.yaml:2:19 address-outside-network cluster_api_addr',
      'cluster.yaml:3:19 network-overlap cluster_svc_cidr',
      'cluster.yaml:3:19 service-network-too-small cluster_svc_cidr',
      'cluster.yaml:5:21 kubernetes-unsupported kubernetes_version',
      'cluster.yaml:8:23 proxmox-token-half-written proxmox_api_token_id',
      'cluster.yaml:9:48 old-cpu-type proxmox_vm_advanced.cpu_type',
      'cluster.yaml:9:61 wrong-type proxmox_vm_advanced.tags',
      'nodes.yaml:2:65 uefi-needed nodes[0].secureboot',
      'nodes.yaml:3:12 reserved-node-name nodes[1].name',
      'nodes.yaml:3:29 reserved-address nodes[1].address',
      'nodes.yaml:4:24 duplicate-address nodes[2].address',
      'nodes.yaml:4:60 disk-name-without-path nodes[2].disk',
    ]);
  });
});

describe('one file never hides the other', () => {
  const missing = {
    code: 'input-missing',
    severity: 'error',
    file: 'cluster.yaml',
    message: 'there is no cluster.yaml',
  } as const;

  test('when it is missing', () => {
    const nodes = checked(sourceFile('nodes.yaml', 'nodes: []\n'));
    expect(validate({ cluster: refused(missing), nodes }).problems.map(({ code }) => code)).toEqual([
      'input-missing',
      'too-few',
    ]);
  });

  test('when it cannot be read', () => {
    const { problems } = validate(inputs(`${CLUSTER}vars:\n\ta: 1\n`, 'nodes: {}\nfoo: 1\n'));
    expect(problems.map(({ file, code }) => `${file} ${code}`)).toEqual([
      'cluster.yaml tab-indentation',
      'nodes.yaml wrong-type',
      'nodes.yaml unknown-key',
    ]);
  });

  test('when both cannot be read', () => {
    const { problems } = validate(inputs('', Uint8Array.of(0xff)));
    expect(problems.map(({ file, code }) => `${file} ${code}`)).toEqual([
      'cluster.yaml empty-file',
      'nodes.yaml not-utf8',
    ]);
  });
});

test('one value has one finding', () => {
  const cluster = `${CLUSTER}tfstate_password: 12345678901234567890\nproxmox_vm_advanced: {bios: 3}\nvars: {a: 12345678901234567890}\n`;
  const { problems } = validate(inputs(`${cluster}tfstate_url: https://state.example.com\n`, NODES));
  expect(problems.map(({ code, path }) => `${code} ${path}`)).toEqual([
    'wrong-type tfstate_password',
    'wrong-type proxmox_vm_advanced.bios',
    'inexact-number vars.a',
  ]);
});

describe('large projects', () => {
  const list = (node: (index: number) => string): string =>
    `nodes:\n${Array.from({ length: 10_000 }, (_, index) => node(index)).join('')}`;
  const address = (index: number): string => `10.0.${1 + (index >> 8)}.${index & 255}`;
  const large = `${CLUSTER.replace('10.0.0.0/24', '10.0.0.0/10')}cluster_pod_cidr: 10.64.0.0/10\ncluster_svc_cidr: 10.192.0.0/16\n`;

  test('ten thousand nodes are valid', () => {
    const nodes = list(
      (index) => `  - name: n${index}\n    address: ${address(index)}\n    controller: ${index === 0}\n`,
    );
    const result = validate(inputs(large, nodes));
    expect(result.problems).toEqual([]);
    expect(result.ok && result.value.locate(['nodes.yaml', 'nodes', 9999, 'name'])).toMatchObject({
      line: 29_999,
      column: 11,
    });
  });

  test('sixty thousand mistakes in them are all told, each at its place', () => {
    const nodes = list(
      (index) =>
        `  - name: n\n    address: ${address(index)}\n    controler: 1\n    vm_cores: 65\n    mtu:\n    disk: ["${index}"]\n`,
    );
    const { problems } = validate(inputs(large, nodes));
    // Of each node: controller is missing, controler unknown, vm_cores too many, mtu empty, disk a list; and the name but once.
    expect(problems).toHaveLength(6 * 10_000 - 1);
    expect(problems.at(-1)).toMatchObject({
      code: 'wrong-type',
      path: 'nodes[9999].disk',
      line: 1 + 6 * 10_000,
      column: 11,
    });
  });

  test('ten thousand nodes that are wrong in every way that a rule knows, too', () => {
    const nodes = list(
      (index) =>
        `  - {name: worker, address: 10.0.0.10, controller: false, mtu: 9000, disk: /x, vm_id: 100, encrypt_disk: true, secureboot: ${index % 2 === 1}, ` +
        'mac_addr: "01:00:00:00:00:01", kernel_modules: [drbd], vars: {a: "<x>", b: " \\x07", c: fake-password-of-the-state}}\n',
    );
    const cluster = `${CLUSTER}cluster_pod_cidr: 10.42.0.0/24\nproxmox_vm_advanced: {bios: seabios, machine: i440fx}\n`;
    const { problems } = validate(inputs(`${cluster}tfstate_password: fake-password-of-the-state\n`, nodes));
    const counts = new Map<string, number>();
    for (const { code } of problems) counts.set(code, (counts.get(code) ?? 0) + 1);
    expect(Object.fromEntries(counts)).toEqual({
      'pod-network-too-small': 1,
      'state-credentials-unused': 1,
      'no-controller': 1,
      'reserved-node-name': 10_000,
      'duplicate-node-name': 9999,
      'duplicate-address': 10_000,
      'mtu-above-1500': 10_000,
      'disk-path': 10_000,
      'duplicate-vm-id': 9999,
      'duplicate-mac-addr': 9999,
      'multicast-mac-addr': 10_000,
      'encryption-without-secureboot': 5000,
      'uefi-needed': 15_000,
      'secureboot-needs-q35': 5000,
      'schematic-lacks-module': 10_000,
      'unfilled-placeholder': 10_000,
      'edge-blanks': 10_000,
      'control-character': 10_000,
      'secret-repeated': 10_000,
    });
  });

  test('ten thousand unknown keys in one mapping, too', () => {
    const keys = Array.from({ length: 10_000 }, (_, index) => `unknown_${index}: 1\n`).join('');
    const { problems } = validate(inputs(CLUSTER + keys, NODES));
    expect(problems).toHaveLength(10_000);
    expect(problems.at(-1)).toMatchObject({ code: 'unknown-key', line: 10_006 });
  });
});

test('whatever a secret holds arrives unchanged, in each of the ways to write it', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
    fc.constantFrom(
      'yes',
      '1.0',
      '~',
      '2026-11-21',
      '${x}',
      '%{if}',
      "'",
      '"',
      '\\',
      ' a ',
      'a: b',
      'x #',
      '- a',
      '\u2028',
      '\u0085',
      '\ufeff',
    ),
    fc.constant('x'.repeat(70_000)),
  );
  const property = fc.property(text, (secret) => {
    fc.pre(!/[\0\p{Surrogate}]/u.test(secret) && secret !== '<<' && !/^\t[^]*\n/.test(secret));
    for (const written of [JSON.stringify(secret), stringify(secret)]) {
      const result = validate(
        inputs(`${CLUSTER}cloudflare_domain: example.com\ntfstate_password: ${written}\n`, NODES),
      );
      expect(result.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(result.ok && result.value.cluster.tfstate_password).toBe(secret);
    }
  });
  fc.assert(property, { numRuns: 1000, seed: 20_261_121 });
});
