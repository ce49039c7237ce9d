import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fixes, type Fix } from '../../scripts/editor/fixes.ts';
import { isInputName, type InputName } from '../../scripts/editor/input.ts';
import type { Problem } from '../../scripts/problem.ts';
import { edited, projectOf, type Texts } from '../support/editor.ts';
import { readText } from '../support/input.ts';

const CLUSTER =
  'node_cidr: 10.0.0.0/24\ncluster_api_addr: 10.0.0.10\nproxmox_api_url: https://pve:8006\nproxmox_node: pve\nproxmox_api_token_id: a@pve!nigari\nproxmox_api_token_secret: 00000000-0000-0000-0000-000000000000\n';
const NODES = 'nodes:\n  - name: a\n    address: 10.0.0.11\n    controller: true\n';

/** Every problem of a project with its fixes. */
function offers(texts: Texts): readonly { problem: Problem; file: InputName; fixes: readonly Fix[] }[] {
  const { inputs, problems } = projectOf(texts);
  return problems.flatMap((problem) => {
    const input = isInputName(problem.file ?? '') ? inputs[problem.file as InputName] : null;
    return input === null ? [] : [{ problem, file: input.name, fixes: fixes(problem, input) }];
  });
}

/** Titles, and what each of them makes of the text. @param code of the problems that count, all without it */
function mended(file: InputName, text: string, code?: string): readonly (readonly [title: string, after: string])[] {
  const found = offers({ 'cluster.yaml': CLUSTER, 'nodes.yaml': NODES, [file]: text });
  const counted = found.filter(({ problem }) => code === undefined || problem.code === code);
  return counted.flatMap(({ fixes }) => fixes.map(({ title, edits }) => [title, edited(text, edits)] as const));
}

const cluster = (lines: string): string => CLUSTER + lines;
const nodes = (lines: string): string => NODES + lines;

describe('in cluster.yaml', () => {
  test.each([
    ['a mistyped key', 'cluster_nam: x # why\n', 'Rename to cluster_name', 'cluster_name: x # why\n'],
    ['a mistyped key in quotes', '"cluster-name": x\n', 'Rename to cluster_name', 'cluster_name: x\n'],
    [
      'a mistyped key in a mapping',
      'proxmox_vm_advanced: {bois: ovmf}\n',
      'Rename to bios',
      'proxmox_vm_advanced: {bios: ovmf}\n',
    ],
    ['a mistyped word', 'node_first_boot: "statik"\n', 'Change to "static"', 'node_first_boot: "static"\n'],
    ['a version with a v', "talos_version: 'v1.12.0'\n", "Change to '1.12.0'", "talos_version: '1.12.0'\n"],
    [
      'a network without its length',
      'cluster_pod_cidr: 10.42.0.0\n',
      'Change to 10.42.0.0/16',
      'cluster_pod_cidr: 10.42.0.0/16\n',
    ],
    [
      'an address in a list',
      'node_dns_servers: [10.0.0.01, 10.0.0.2]\n',
      'Change to 10.0.0.1',
      'node_dns_servers: [10.0.0.1, 10.0.0.2]\n',
    ],
    ['a version that is a number', 'talos_version: 1.12\n', 'Change to "1.12.0"', 'talos_version: "1.12.0"\n'],
    ['ballooning', 'proxmox_vm_advanced:\n  balloon: 1024\n', 'Change to 0', 'proxmox_vm_advanced:\n  balloon: 0\n'],
    ['a number that is a secret', 'tfstate_password: 0123\n', 'Put it in quotes', 'tfstate_password: "0123"\n'],
    [
      'a number too long',
      'vars: {n: 12345678901234567890}\n',
      'Put it in quotes',
      'vars: {n: "12345678901234567890"}\n',
    ],
    ['a key that is a number', 'vars:\n  1: x\n', 'Put it in quotes', 'vars:\n  "1": x\n'],
    ['an alias to nothing', 'cluster_name: *x\n', 'Put it in quotes', 'cluster_name: "*x"\n'],
    ['a boolean of YAML 1.1', 'proxmox_insecure: yes\n', 'Change to true', 'proxmox_insecure: true\n'],
    [
      'a text for a list',
      'cluster_api_tls_sans: k8s.example.com\n',
      'Make it a list',
      'cluster_api_tls_sans: [k8s.example.com]\n',
    ],
    [
      'a key twice',
      'cluster_name: a\nvars: {}\ncluster_name: b # two\n',
      'Remove cluster_name',
      'cluster_name: a\nvars: {}\n',
    ],
    ['an empty value', 'cluster_name:\nvars: {}\n', 'Remove cluster_name', 'vars: {}\n'],
  ])('%s', (_, before, title, after) => {
    expect(mended('cluster.yaml', cluster(before))).toContainEqual([title, cluster(after)]);
  });

  test('a word of a list: each of them is offered', () => {
    expect(
      mended('cluster.yaml', cluster('proxmox_vm_advanced:\n  bios: uefi\n'), 'not-one-of').map(([title]) => title),
    ).toEqual(['Change to ovmf', 'Change to seabios']);
  });

  test('neither true nor false', () => {
    expect(mended('cluster.yaml', cluster('proxmox_insecure: maybe\n'), 'wrong-type').map(([title]) => title)).toEqual([
      'Change to true',
      'Change to false',
    ]);
  });

  test.each([
    [
      'at the end of the file',
      'cluster_api_addr: 10.0.0.10 # the API\n',
      'cluster_api_addr: 10.0.0.10 # the API\nnode_cidr: 10.0.0.0/24\n',
    ],
    ['without a last line break', 'cluster_api_addr: 10.0.0.10', 'cluster_api_addr: 10.0.0.10\nnode_cidr: 10.0.0.0/24'],
    [
      'with line ends of Windows',
      'cluster_api_addr: 10.0.0.10\r\n\r\n# end\r\n',
      'cluster_api_addr: 10.0.0.10\r\nnode_cidr: 10.0.0.0/24\r\n\r\n# end\r\n',
    ],
    [
      'behind a text of several lines',
      'cluster_api_addr: 10.0.0.10\nvars:\n  a: |\n    x\n',
      'cluster_api_addr: 10.0.0.10\nvars:\n  a: |\n    x\nnode_cidr: 10.0.0.0/24\n',
    ],
    ['in braces', '{cluster_api_addr: 10.0.0.10}', '{cluster_api_addr: 10.0.0.10, node_cidr: 10.0.0.0/24}'],
  ])('a missing key is added %s', (_, text, after) => {
    const found = offers({ 'cluster.yaml': text, 'nodes.yaml': NODES });
    const own = found.filter(({ problem }) => problem.path === 'node_cidr');
    expect(own.flatMap(({ fixes }) => fixes.map(({ edits }) => edited(text, edits)))).toEqual([after]);
  });

  test('one of two keys that belong together: the other one, or neither', () => {
    const text = 'node_cidr: 10.0.0.0/24\ncluster_api_addr: 10.0.0.10\nproxmox_node: pve\n';
    expect(mended('cluster.yaml', text, 'proxmox-half-written')).toEqual([
      ['Add proxmox_api_url', `${text}proxmox_api_url: https://pve.example.com:8006\n`],
      ['Remove proxmox_node', text.replace('proxmox_node: pve\n', '')],
    ]);
  });
});

describe('a rule that may be silenced', () => {
  const text = cluster('proxmox_vm_advanced:\n  balloon: 1024\n');
  const code = 'memory-ballooning';

  test('gets a comment to fill in, and is silent then', () => {
    const silent = text.replace('  balloon', `  # nigari-ignore: ${code} (say why)\n  balloon`);
    expect(mended('cluster.yaml', text, code)).toContainEqual([`Silence ${code} here`, silent]);
    expect(offers({ 'cluster.yaml': silent, 'nodes.yaml': NODES }).map(({ problem }) => problem.code)).not.toContain(
      code,
    );
  });

  test.each([
    ['above', `# nigari-ignore: ${code} because\n`, ''],
    ['behind', `cluster_name: x # nigari-ignore: ${code} because\n`, 'cluster_name: x\n'],
  ])('a comment without effect %s is removed', (_, before, after) => {
    expect(mended('cluster.yaml', cluster(before), 'ignore-without-effect')).toEqual([
      ['Remove the comment', cluster(after)],
    ]);
  });
});

describe('in nodes.yaml', () => {
  test.each([
    ['a number out of range', '    vm_cores: 100\n', 'Change to 64', '    vm_cores: 64\n'],
    ['a number in quotes', '    vm_cores: "8"\n', 'Change to 8', '    vm_cores: 8\n'],
    [
      'a missing key',
      '  - name: b\n    controller: false\n',
      'Add address',
      '  - name: b\n    controller: false\n    address: 10.0.0.11\n',
    ],
    [
      'a missing key in braces',
      '  - {name: b, controller: false}\n',
      'Add address',
      '  - {name: b, controller: false, address: 10.0.0.11}\n',
    ],
  ])('%s', (_, before, title, after) => {
    expect(mended('nodes.yaml', nodes(before))).toContainEqual([title, nodes(after)]);
  });

  test('a file without nodes gets a first one', () => {
    const before = '# mine\n{}\n';
    expect(mended('nodes.yaml', before, 'missing-key')).toEqual([
      ['Add nodes', '# mine\n{nodes: [ { name: k8s-cp-1, address: 10.0.0.11, controller: true } ]}\n'],
    ]);
  });

  test('the start of a second document', () => {
    expect(mended('nodes.yaml', `${NODES}---\n`, 'several-documents')).toEqual([['Remove the line', NODES]]);
  });
});

test.each([
  ['a value that no hint explains', cluster('state_encryption_passphrase: short\n')],
  ['a tag', cluster('cluster_name: !ENV NAME\n')],
  ['a text that is no YAML', cluster('a: b: c\n')],
])('%s has no fix', (_, text) => {
  const found = offers({ 'cluster.yaml': text, 'nodes.yaml': NODES });
  expect(found.length).toBeGreaterThan(0);
  expect(found.flatMap(({ fixes }) => fixes)).toEqual([]);
});

test('no title holds a secret', () => {
  const found = offers({
    'cluster.yaml': cluster('tfstate_password: 4711\nproxmox_api_token_id: hunter2\n'),
    'nodes.yaml': NODES,
  });
  expect(JSON.stringify(found.map(({ fixes }) => fixes.map(({ title }) => title)))).not.toMatch(/4711|hunter2/);
});

const FOLDER = 'test/fixtures/invalid';
const codes = readdirSync(new URL(`../../${FOLDER}`, import.meta.url));
const all = codes.map((code) => {
  const texts: Texts = {
    'cluster.yaml': readText(`${FOLDER}/${code}/cluster.yaml`),
    'nodes.yaml': readText(`${FOLDER}/${code}/nodes.yaml`),
  };
  return { code, texts, offered: offers(texts) };
});

test('many of the fixtures can be mended with one click', () => {
  const mendable = all.filter(({ offered }) => offered.some(({ fixes }) => fixes.length > 0)).map(({ code }) => code);
  expect(mendable).toEqual(
    expect.arrayContaining([
      'bad-format',
      'duplicate-key',
      'missing-key',
      'not-one-of',
      'out-of-range',
      'unknown-key',
      'wrong-type',
    ]),
  );
});

describe.each(all.filter(({ offered }) => offered.some(({ fixes }) => fixes.length > 0)))(
  '$code',
  ({ texts, offered }) => {
    test('is gone after each of its fixes', () => {
      for (const { problem, file, fixes } of offered) {
        for (const { title, edits } of fixes) {
          const after = projectOf({ ...texts, [file]: edited(texts[file], edits) });
          const still = after.problems.filter(({ code, path }) => code === problem.code && path === problem.path);
          expect(still, title).toEqual([]);
        }
      }
    });
  },
);
