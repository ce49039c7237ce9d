/** What a wrong value is told, by value: one finding, with the value as it was written and the next step. */
import { describe, expect, test } from 'vitest';
import { RULES } from '../../scripts/config/rules.ts';
import { validate } from '../../scripts/config/validate.ts';
import { inputs } from '../support/input.ts';

const CLUSTER =
  'node_cidr: 10.0.0.0/24\ncluster_api_addr: 10.0.0.10\nproxmox_api_url: https://pve:8006\nproxmox_node: pve\n';
const NODES = 'nodes:\n  - name: a\n    address: 10.0.0.11\n    controller: true\n';

/** What is said of the shape of these lines, put where they belong; rules have tests of their own. */
function said(lines: string, file: 'cluster' | 'node' = 'cluster'): readonly string[] {
  const key = lines.split(':')[0] ?? '';
  const base = CLUSTER.replace(new RegExp(`^${key}:.*\n`, 'm'), '');
  const sources =
    file === 'cluster'
      ? inputs(`${base}${lines}\n`, NODES)
      : inputs(CLUSTER, `${NODES}${lines.replace(/^/gm, '    ')}\n`);
  const shape = validate(sources).problems.filter(({ code }) => !RULES.some((rule) => rule.code === code));
  return shape.map(({ code, message, hint }) => `${code}: ${message} → ${hint}`);
}

const accepted = (...lines: readonly string[]): void => {
  for (const line of lines) expect([line, ...said(line)]).toEqual([line]);
};

describe('types', () => {
  test.each([
    ['talos_version: 1.10', 'wrong-type: talos_version must be a text, not 1.10 → put it in quotes: "1.10.0"'],
    ['talos_version: 1', 'wrong-type: talos_version must be a text, not 1 → put it in quotes: "1"'],
    ['proxmox_node: true', 'wrong-type: proxmox_node must be a text, not true → put it in quotes: "true"'],
    ['proxmox_node: [pve]', 'wrong-type: proxmox_node must be a text, not a list → write one text'],
    [
      'proxmox_insecure: yes',
      'wrong-type: proxmox_insecure must be true or false, not "yes" → write true, without quotes',
    ],
    [
      'proxmox_insecure: Off',
      'wrong-type: proxmox_insecure must be true or false, not "Off" → write false, without quotes',
    ],
    [
      'proxmox_insecure: 1',
      'wrong-type: proxmox_insecure must be true or false, not 1 → write true or false, without quotes',
    ],
    [
      'proxmox_insecure: {toString: x, valueOf: y}',
      'wrong-type: proxmox_insecure must be true or false, not a mapping → write true or false, without quotes',
    ],
    ['node_first_boot: {}', 'wrong-type: node_first_boot must be a text, not a mapping → write one of static, dhcp'],
    [
      'node_dns_servers: 1.1.1.1',
      'wrong-type: node_dns_servers must be a list, not "1.1.1.1" → write it as a list: [1.1.1.1]',
    ],
    ['node_dns_servers: "a b"', 'wrong-type: node_dns_servers must be a list, not "a b" → write it as a list: [a, b]'],
    ['vars: [a]', 'wrong-type: vars must be a mapping, not a list → write its keys below it, indented'],
    [
      'node_vlan_tag: 1.5',
      'wrong-type: node_vlan_tag must be a whole number or a text, not 1.5 → put it in quotes: "1.5"',
    ],
  ])('%s', (line, words) => {
    expect(said(line)).toEqual([words]);
  });

  test.each([
    ['vm_cores: "4"', 'wrong-type: nodes[0].vm_cores must be a whole number, not "4" → write it without quotes: 4'],
    [
      'vm_memory: 8GB',
      'wrong-type: nodes[0].vm_memory must be a whole number, not "8GB" → write digits alone, without unit, point or quotes',
    ],
    [
      `schematic_id: ${'1'.repeat(64)}`,
      `wrong-type: nodes[0].schematic_id must be a text, not ${'1'.repeat(59)}… → put it in quotes`,
    ],
  ])('of a node: %s', (line, words) => {
    expect(said(line, 'node')).toEqual([words]);
  });
});

describe('what is empty', () => {
  test.each([
    ['node_default_gateway:', 'node_default_gateway'],
    ['node_default_gateway: ~', 'node_default_gateway'],
    ['tfstate_password: ""', 'tfstate_password'],
    ['proxmox_vm_advanced: {bios: }', 'proxmox_vm_advanced.bios'],
    ['node_dns_servers: [1.1.1.1, ]\nvars:', 'vars'],
    ['node_default_gateway: ""', 'node_default_gateway'],
    ['node_first_boot: ""', 'node_first_boot'],
    ['proxmox_api_token_id: ""', 'proxmox_api_token_id'],
    ['proxmox_vm_advanced: {tags: [""]}', 'proxmox_vm_advanced.tags[0]'],
    ['node_dns_servers:\n  - 1.1.1.1\n  -', 'node_dns_servers[1]'],
  ])('%s', (line, name) => {
    expect(said(line)).toEqual([`empty-value: ${name} is empty → write a value, or remove the line`]);
  });
});

describe('formats', () => {
  test.each([
    ['node_cidr: 10.0.0.0', 'an IPv4 network such as 10.0.0.0/24, not "10.0.0.0" → did you mean 10.0.0.0/24?'],
    ['node_cidr: 10.0.0.0/33', 'an IPv4 network such as 10.0.0.0/24, not "10.0.0.0/33" → for example 10.0.0.0/24'],
    ['cluster_api_addr: 10.0.0.256', 'an IPv4 address such as 10.0.0.10, not "10.0.0.256" → for example 10.0.0.10'],
    ['cluster_api_addr: 10.0.0', 'an IPv4 address such as 10.0.0.10, not "10.0.0" → for example 10.0.0.10'],
    ['cluster_api_addr: " 10.0.0.9"', 'an IPv4 address such as 10.0.0.10, not " 10.0.0.9" → did you mean 10.0.0.9?'],
    ['talos_version: v1.12.0', 'a version x.y.z without v, not "v1.12.0" → did you mean 1.12.0?'],
    ['kubernetes_version: "1.35"', 'a version x.y.z without v, not "1.35" → did you mean 1.35.0?'],
    [
      'cluster_name: My_Cluster',
      'a DNS label: at most 63 lower-case letters, digits and inner hyphens, not "My_Cluster" → did you mean my-cluster?',
    ],
    [
      'proxmox_api_url: https://<host>:8006',
      'https://host or https://host:port, not "https://<host>:8006" → write the real value in place of <host>',
    ],
    ['proxmox_api_url: pve:8006', 'https://host or https://host:port, not "pve:8006" → did you mean https://pve:8006?'],
    ['node_vlan_tag: "4095"', 'a VLAN tag from 1 to 4094, not "4095" → for example 20'],
  ])('%s', (line, words) => {
    expect(said(line)).toEqual([`bad-format: ${line.split(':')[0]} must be ${words}`]);
  });

  test('what is right is accepted', () => {
    accepted('node_cidr: 0.0.0.0/0', 'node_cidr: 255.255.255.255/32', 'node_vlan_tag: 4094', 'node_vlan_tag: "1"');
    accepted('node_ntp_servers: [pool.ntp.org, 10.0.0.1, ntp]', 'cluster_api_tls_sans: [K8s.example.com, 10.0.0.9]');
    accepted(
      'proxmox_api_url: https://10.0.0.2',
      'proxmox_api_url: https://pve.example.com:8006/',
      'proxmox_api_url: "https://[fd00::2]:8006"',
    );
    accepted('proxmox_api_url: https://pve:65535/api2/json', 'proxmox_api_url: https://pve:8006/api2/json/');
    accepted(
      'tfstate_url: http://127.0.0.1:8080',
      'tfstate_url: https://state.example.com/a/b%20c/',
      'cloudflare_domain: a.b.co',
    );
    accepted(
      'proxmox_api_token_id: "terraform@pve!nigari"',
      'proxmox_api_token_id: "a+b@my-realm!t0"',
      'cluster_name: a',
    );
  });

  test.each([
    'node_ntp_servers: [1.1.1]',
    'node_ntp_servers: [a_b.c]',
    'cluster_api_tls_sans: ["*.example.com"]',
    'cloudflare_domain: a..b',
    'proxmox_api_url: https://pve:65536',
    'proxmox_api_url: https://pve:8006/api2',
    'proxmox_api_url: https://pve:8006?x=y',
    'proxmox_api_token_id: terraform@pve',
    'proxmox_api_token_id: "terraform@pve!x"',
    'proxmox_api_token_id: "a b@pve!nigari"',
    'tfstate_url: ftp://example.com',
    'tfstate_url: https://example.com/a?b',
    'tfstate_name: a/b',
    'tfstate_name: ..',
    'node_vlan_tag: "007"',
    'proxmox_vm_advanced: {tags: [a b]}',
    'proxmox_vm_advanced: {network_bridge: a-name-of-sixteen}',
    'proxmox_iso_storage: local-',
  ])('refused: %s', (line) => {
    expect(said(line)).toEqual([expect.stringMatching(/^bad-format: /)]);
  });

  test.each([
    ['node_cidr: fd00::/64', 'ipv6-not-supported', 'for example 10.0.0.0/24'],
    ['cluster_pod_cidr: "10.42.0.0/16, fd00:42::/56"', 'ipv6-not-supported', 'for example 10.244.0.0/16'],
    ['node_default_gateway: "::1"', 'ipv6-not-supported', 'for example 10.0.0.1'],
    ['node_dns_servers: ["2606:4700:4700::1111"]', 'ipv6-not-supported', 'for example 10.0.0.10'],
    ['node_ntp_servers: ["[fd00::1]"]', 'ipv6-not-supported', 'for example k8s.example.com'],
    ['node_cidr: 010.0.00.0/24', 'leading-zeros', 'did you mean 10.0.0.0/24?'],
    ['cluster_api_addr: 10.0.0.010', 'leading-zeros', 'did you mean 10.0.0.10?'],
    ['proxmox_api_url: http://pve:8006', 'proxmox-url-http', 'did you mean https://pve:8006?'],
    ['proxmox_api_url: HTTP://pve:8006/', 'proxmox-url-http', 'did you mean https://pve:8006/?'],
    ['tfstate_url: https://me:hunter2@example.com/a', 'url-credentials', 'move them to tfstate_username'],
    ['proxmox_api_url: https://root@pve:8006', 'url-credentials', 'move them to proxmox_api_token_id'],
    ['cloudflare_domain: localhost', 'one-label-domain', 'for example example.com'],
  ])('%s is %s', (line, code, hint) => {
    const [words, ...others] = said(line);
    expect(others).toEqual([]);
    expect(words?.startsWith(`${code}: `)).toBe(true);
    expect(words).toContain(hint);
  });

  test.each([
    'node_cidr: 010.0.0.256/24',
    'node_cidr: "fd00::/64 and more"',
    'proxmox_api_url: http://pve:80060',
    'proxmox_node: "::1"',
    'proxmox_node: "010.0.0.1"',
    'tfstate_name: a@b',
    'tfstate_url: https://example.com:99999/me@home',
    'cloudflare_domain: local_host',
  ])('%s is only a bad format', (line) => {
    expect(said(line)).toEqual([expect.stringMatching(/^bad-format: /)]);
  });

  test.each(['bc:24:11:00:00:01', 'BC-24-11-0A-0B-0C', 'bc24.1100.0001'])('a MAC address may be written %s', (mac) => {
    expect(said(`mac_addr: ${mac}`, 'node')).toEqual([]);
  });

  test.each(['bc:24:11:00:00', 'bc:24:11:00:00:0g', 'bc:24-11:00:00:01', 'bc2411000001'])('but not %s', (mac) => {
    expect(said(`mac_addr: ${mac}`, 'node')).toEqual([
      expect.stringMatching(/^bad-format: nodes\[0\]\.mac_addr must be a MAC address/),
    ]);
  });
});

describe('ranges and words', () => {
  test.each([
    ['node_vlan_tag: 0', 'out-of-range: node_vlan_tag must be between 1 and 4094, not 0 → for example 20'],
    [
      'proxmox_vm_advanced: {net_queues: 17}',
      'out-of-range: proxmox_vm_advanced.net_queues must be between 1 and 16, not 17 → for example 8',
    ],
    [
      'node_first_boot: DHCP',
      'not-one-of: node_first_boot must be one of static, dhcp, not "DHCP" → did you mean dhcp?',
    ],
    [
      'node_first_boot: manual',
      'not-one-of: node_first_boot must be one of static, dhcp, not "manual" → for example static',
    ],
    [
      'state_encryption_passphrase: 15-characters--',
      'too-short: state_encryption_passphrase must have at least 16 characters → choose a longer one',
    ],
  ])('%s', (line, words) => {
    expect(said(line)).toEqual([words]);
  });

  test.each([
    ['vm_id', 100, 999_999_999],
    ['mtu', 1450, 9000],
    ['vm_cores', 1, 64],
    ['vm_sockets', 1, 4],
    ['vm_memory', 1024, 262_144],
    ['vm_disk_size', 32, 4096],
    ['vm_startup_order', 1, 100],
    ['vm_startup_delay', 0, 300],
    ['vm_shutdown_delay', 0, 600],
  ])('%s is from %i to %i', (key, least, most) => {
    const outside = `nodes[0].${key} must be between ${least} and ${most}, not`;
    expect([least, most].map((value) => said(`${key}: ${value}`, 'node'))).toEqual([[], []]);
    expect(said(`${key}: ${least - 1}`, 'node')).toEqual([expect.stringContaining(`${outside} ${least - 1}`)]);
    expect(said(`${key}: ${most + 1}`, 'node')).toEqual([expect.stringContaining(`${outside} ${most + 1}`)]);
  });
});

describe('unknown keys', () => {
  test.each([
    ['api_token: x', 'proxmox_api_token_id', 'cluster'],
    ['default-gateway: x', 'node_default_gateway', 'cluster'],
    ['clusterPodNets: x', 'cluster_pod_cidr', 'cluster'],
    ['ipAddress: x', 'nodes[0].address', 'node'],
    ['controlPlane: true', 'nodes[0].controller', 'node'],
    ['memory: 4096', 'nodes[0].vm_memory', 'node'],
  ] as const)('%s is elsewhere what is %s here', (line, key, file) => {
    expect(said(line, file)).toEqual([expect.stringMatching(new RegExp(`did you mean ${key.split('.').at(-1)}\\?$`))]);
  });

  test('in a mapping of the cluster these names mean nothing', () => {
    expect(said('proxmox_vm_defaults: {vlan: 1}')).toEqual([
      'unknown-key: proxmox_vm_defaults.vlan is not a known key → known are cores, sockets, memory, disk_size',
    ]);
  });

  test.each([
    ['Cluster-Name: x', 'unknown-key: Cluster-Name is not a known key → did you mean cluster_name?'],
    ['proxmox_api_ulr: x', 'unknown-key: proxmox_api_ulr is not a known key → did you mean proxmox_api_url?'],
    ['vm_cores: 4', 'unknown-key: vm_cores is not a known key → it belongs in nodes.yaml, at a node'],
    ['toString: 4', 'unknown-key: toString is not a known key → a value for your own templates belongs below vars'],
    ['__proto__: 4', 'unknown-key: __proto__ is not a known key → a value for your own templates belongs below vars'],
    [
      'proxmox_vm_defaults: {gpu: 1}',
      'unknown-key: proxmox_vm_defaults.gpu is not a known key → known are cores, sockets, memory, disk_size',
    ],
  ])('%s', (line, words) => {
    expect(said(line)).toEqual([words]);
  });

  test('of a node', () => {
    expect(said('node_cidr: x', 'node')).toEqual([
      'unknown-key: nodes[0].node_cidr is not a known key → it belongs in cluster.yaml',
    ]);
    expect(said('Mac_Address: x', 'node')).toEqual([
      'unknown-key: nodes[0].Mac_Address is not a known key → did you mean mac_addr?',
    ]);
  });
});

test('a secret is in no message, whatever is wrong with it', () => {
  const secrets = [
    'proxmox_api_token_id',
    'proxmox_api_token_secret',
    'tfstate_password',
    'state_encryption_passphrase',
    'cf_account_id',
  ];
  const values = [
    'hunter2',
    '8675309',
    '[hunter2]',
    '{hunter2: hunter2}',
    '"\\0hunter2hunter2hunter2"',
    '!x hunter2',
    '"hunter2\\uD800"',
    'true',
    '1e999',
  ];
  for (const key of secrets) {
    for (const value of values) expect(said(`${key}: ${value}`).join()).not.toMatch(/hunter2|8675309|1e999|not true/);
  }
});

test('neither is a password inside an address', () => {
  expect(said('tfstate_url: https://me:hunter2@example.com').join()).toMatch(/^url-credentials: (?!.*hunter2)/);
  expect(said('proxmox_api_url: https://root:hun/ter2@pve:8006')).toEqual([
    expect.stringContaining('not "https://…@pve:8006"'),
  ]);
});
