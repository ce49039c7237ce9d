import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { validate } from '../../scripts/config/validate.ts';
import { checked, refused } from '../../scripts/problem.ts';
import { inputs, sourceFile } from '../support/input.ts';

const CLUSTER =
  'node_cidr: 10.0.0.0/24\ncluster_api_addr: 10.0.0.10\nproxmox_api_url: https://pve:8006\nproxmox_node: pve\n';
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
      vars: { a: [1] },
    });
    expect(nodes).toEqual([{ name: 'a', address: '10.0.0.11', controller: true }]);
  });

  test('knows where each value stands', () => {
    expect(locate(['cluster.yaml', 'vars', 'a', 0])).toEqual({
      file: 'cluster.yaml',
      line: 6,
      column: 12,
      endLine: 6,
      endColumn: 13,
    });
    expect(locate(['nodes.yaml', 'nodes', 0, 'name'])).toMatchObject({ file: 'nodes.yaml', line: 2, column: 11 });
    expect(locate(['nodes.yaml', 'nodes', 0, 'disk'])).toMatchObject({ line: 2, column: 5 });
    expect(locate(['other.yaml', 'a'])).toBeNull();
  });
});

test('eleven mistakes in both files are told in one run, by file and place', () => {
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
  const { problems } = validate(inputs(cluster.join('\n'), nodes.join('\n')));
  expect(problems.map(({ file, line, code, path }) => `${file}:${line} ${code} ${path}`)).toEqual([
    'cluster.yaml:1 missing-key cluster_api_addr',
    'cluster.yaml:1 bad-format node_cidr',
    'cluster.yaml:2 proxmox-half-written proxmox_api_url',
    'cluster.yaml:3 wrong-type proxmox_insecure',
    'cluster.yaml:4 duplicate-key node_cidr',
    'cluster.yaml:5 unknown-key cluster_nam',
    'cluster.yaml:6 out-of-range node_vlan_tag',
    'nodes.yaml:3 bad-format nodes[0].address',
    'nodes.yaml:5 missing-key nodes[1].controller',
    'nodes.yaml:5 duplicate-node-name nodes[1].name',
    'nodes.yaml:6 unknown-tag nodes[1].address',
    'nodes.yaml:7 unknown-alias nodes[1].mtu',
  ]);
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
  const { problems } = validate(inputs(cluster, NODES));
  expect(problems.map(({ code, path }) => `${code} ${path}`)).toEqual([
    'wrong-type tfstate_password',
    'wrong-type proxmox_vm_advanced.bios',
    'inexact-number vars.a',
  ]);
});

describe('large projects', () => {
  const list = (node: (index: number) => string): string =>
    `nodes:\n${Array.from({ length: 10_000 }, (_, index) => node(index)).join('')}`;
  const address = (index: number): string => `10.0.${index >> 8}.${index & 255}`;

  test('ten thousand nodes are valid', () => {
    const nodes = list((index) => `  - name: n${index}\n    address: ${address(index)}\n    controller: false\n`);
    const result = validate(inputs(CLUSTER, nodes));
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
    const { problems } = validate(inputs(CLUSTER, nodes));
    // Of each node: controller is missing, controler unknown, vm_cores too many, mtu empty, disk a list; and the name but once.
    expect(problems).toHaveLength(6 * 10_000 - 1);
    expect(problems.at(-1)).toMatchObject({
      code: 'wrong-type',
      path: 'nodes[9999].disk',
      line: 1 + 6 * 10_000,
      column: 11,
    });
  });

  test('ten thousand unknown keys in one mapping, too', () => {
    const keys = Array.from({ length: 10_000 }, (_, index) => `unknown_${index}: 1\n`).join('');
    const { problems } = validate(inputs(CLUSTER + keys, NODES));
    expect(problems).toHaveLength(10_000);
    expect(problems.at(-1)).toMatchObject({ code: 'unknown-key', line: 10_004 });
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
      const result = validate(inputs(`${CLUSTER}tfstate_password: ${written}\n`, NODES));
      expect(result.problems).toEqual([]);
      expect(result.ok && result.value.cluster.tfstate_password).toBe(secret);
    }
  });
  fc.assert(property, { numRuns: 1000, seed: 20_261_121 });
});
