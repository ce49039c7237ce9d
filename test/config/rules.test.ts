/** What the fixtures do not show of the rules: where they keep still, and what they say. */
import { describe, expect, test } from 'vitest';
import { RULES } from '../../scripts/config/rules.ts';
import { validate } from '../../scripts/config/validate.ts';
import { inputs } from '../support/input.ts';

const BARE = 'node_cidr: 10.0.0.0/24\ncluster_api_addr: 10.0.0.10\n';
const PROXMOX = `${BARE}proxmox_api_url: https://pve:8006\nproxmox_node: pve\n`;

/** A nodes.yaml with these nodes, each in one line. */
const nodes = (...lines: readonly string[]): string => `nodes:\n${lines.map((line) => `  - {${line}}\n`).join('')}`;
const node = (name: string, last: number, more = ''): string =>
  `name: ${name}, address: 10.0.0.${last}, controller: true${more}`;

const said = (cluster: string, list: string): readonly string[] =>
  validate(inputs(cluster, list)).problems.map(({ code, line, message }) => `${line} ${code}: ${message}`);
const codes = (cluster: string, list: string): readonly string[] =>
  validate(inputs(cluster, list)).problems.map(({ code }) => code);

test('the codes are in kebab case and different, the sentences too', () => {
  expect(RULES.map(({ code }) => code)).toEqual(RULES.map(() => expect.stringMatching(/^[a-z]+(-[a-z]+)+$/)));
  expect(new Set(RULES.map(({ code }) => code)).size).toBe(RULES.length);
  expect(new Set(RULES.map(({ check }) => check.name)).size).toBe(RULES.length);
});

describe('identity', () => {
  test('each repetition names the first owner and where it stands', () => {
    const list = nodes(node('a', 1), node('b', 1), node('c', 1));
    expect(said(PROXMOX, list)).toEqual([
      '3 duplicate-node-address: nodes[1] (b) has the same address as nodes[0] (a) at nodes.yaml:2:24: 10.0.0.1',
      '4 duplicate-node-address: nodes[2] (c) has the same address as nodes[0] (a) at nodes.yaml:2:24: 10.0.0.1',
    ]);
  });

  test('MAC addresses are compared in one form', () => {
    const [first, second] = [
      node('a', 1, ', mac_addr: bc24.110A.0B0C'),
      node('b', 2, ', mac_addr: "bc:24:11:0a:0b:0c"'),
    ];
    expect(said(PROXMOX, nodes(first, second))).toEqual([
      expect.stringMatching(/^3 duplicate-mac-addr: .*: bc:24:11:0a:0b:0c$/),
    ]);
  });

  test('a value of the wrong shape is compared with nothing', () => {
    const list = nodes(node('a', 1, ', vm_id: 1'), node('b', 2, ', vm_id: 1'), 'name: A', 'name: A', 'c', 'c');
    expect(codes(PROXMOX, list).filter((code) => code.startsWith('duplicate'))).toEqual([]);
  });

  test('the others are, although one value is broken', () => {
    const list = nodes(
      'name: a, address: x, controller: true, vm_id: 100',
      'name: a, address: 10.0.0.2, controller: 1, vm_id: 100',
    );
    expect(codes(PROXMOX, list)).toEqual(['bad-format', 'duplicate-node-name', 'wrong-type', 'duplicate-vm-id']);
  });
});

describe('Proxmox or bare metal', () => {
  const bare = node('a', 1);

  test.each([
    ['neither key', '', ['bare-metal-incomplete']],
    ['both', 'proxmox_api_url: https://pve:8006\nproxmox_node: pve\n', []],
    ['only the address', 'proxmox_api_url: https://pve:8006\n', ['proxmox-half-written']],
    ['only the host', 'proxmox_node: pve\n', ['proxmox-half-written']],
    ['both, one of the wrong shape', 'proxmox_api_url: http://pve:8006\nproxmox_node: pve\n', ['bad-format']],
    ['both, one of them empty', 'proxmox_api_url: https://pve:8006\nproxmox_node:\n', ['empty-value']],
    ['one, of the wrong shape', 'proxmox_api_url: http://pve:8006\n', ['bad-format', 'proxmox-half-written']],
  ])('with %s', (_, keys, expected) => {
    expect(codes(BARE + keys, nodes(bare))).toEqual(expected);
  });

  test('the half that is missing is named', () => {
    expect(said(`${BARE}proxmox_node: pve\n`, nodes(bare))).toEqual([
      '3 proxmox-half-written: proxmox_node is written, but proxmox_api_url is not',
    ]);
  });

  test('a key of bare metal that is there but wrong is not said to be missing', () => {
    const list = nodes(node('a', 1, `, disk: /dev/sda, mac_addr: x, schematic_id: ${'a'.repeat(64)}`));
    expect(codes(BARE, list)).toEqual(['bad-format']);
  });

  test('nothing is said of bare metal when cluster.yaml cannot be read', () => {
    expect(codes('- a\n', nodes(bare))).toEqual(['not-a-mapping']);
  });
});

describe('names of ISO files', () => {
  const id = (start: string, rest: string): string => `, schematic_id: "${start}${rest.repeat(52)}"`;
  const DEFAULT_START = 'ce4c980550dd';

  test('one schematic for many nodes is fine, also with and without secure boot', () => {
    const same = id('a'.repeat(12), '0');
    expect(
      codes(PROXMOX, nodes(node('a', 1, same), node('b', 2, same), node('c', 3, `${same}, secureboot: true`))),
    ).toEqual([]);
  });

  test('two that begin alike are told apart by secure boot', () => {
    const list = nodes(
      node('a', 1, id('a'.repeat(12), '0')),
      node('b', 2, `${id('a'.repeat(12), '1')}, secureboot: true`),
    );
    expect(codes(PROXMOX, list)).toEqual([]);
  });

  test('on bare metal there are no ISO files on a storage', () => {
    const more = ', disk: /dev/sda, mac_addr: "bc:24:11:00:00:0';
    const list = nodes(
      node('a', 1, `${more}1"${id('a'.repeat(12), '0')}`),
      node('b', 2, `${more}2"${id('a'.repeat(12), '1')}`),
    );
    expect(codes(BARE, list)).toEqual([]);
  });

  test.each([
    ['before', [node('a', 1), node('b', 2, id(DEFAULT_START, '1'))], 3],
    ['after', [node('a', 1, id(DEFAULT_START, '1')), node('b', 2)], 2],
  ])('where the default comes %s it, the written one is the finding', (_, list, line) => {
    expect(validate(inputs(PROXMOX, nodes(...list))).problems).toMatchObject([{ code: 'iso-name-clash', line }]);
  });
});

describe('texts', () => {
  test('half of a surrogate pair is found in values and keys of both files, a whole pair is none', () => {
    const cluster = `${PROXMOX}vars: {a: ["x\\uD83Dy"], "\\uDE00": 1, whole: "\\uD83D\\uDE00"}\ntfstate_password: "\\uD83D"\n`;
    const list = nodes(node('a', 1, ', vars: {b: "\\uDE00\\uD83D"}'));
    expect(validate(inputs(cluster, list)).problems.map(({ code, path }) => `${code} ${path}`)).toEqual([
      'lone-surrogate vars.a[0]',
      'lone-surrogate vars["\\ude00"]',
      'lone-surrogate tfstate_password',
      'lone-surrogate nodes[0].vars.b',
    ]);
  });

  test.each([
    ['"<<"', ['secret-lost-by-sops']],
    ['"\\ta\\nb"', ['secret-lost-by-sops']],
    ['"\\t\\n"', ['secret-lost-by-sops']],
    ['"a\\0"', ['nul-in-secret']],
    ['"\\ta b"', []],
    ['"a\\n\\tb"', []],
    ['"<< a"', []],
    ['" a\\nb\\x07\\u2028 "', []],
  ])('a secret of %s', (text, expected) => {
    expect(codes(`${PROXMOX}tfstate_password: ${text}\n`, nodes(node('a', 1)))).toEqual(expected);
  });

  test('outside secrets these are no concern of sops', () => {
    expect(codes(`${PROXMOX}vars: {a: "<<", b: "\\ta\\nb"}\n`, nodes(node('a', 1)))).toEqual([]);
  });
});

test('application keys are counted in one note, and one is one', () => {
  const one = validate(inputs(`${PROXMOX}environment: production\n`, nodes(node('a', 1))));
  expect(one).toMatchObject({ ok: true, problems: [{ code: 'application-keys', severity: 'note', line: 5 }] });
  expect(one.problems[0]?.message).toMatch(/^1 key is /);
});
