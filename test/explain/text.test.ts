/** How answers are laid out for people, and that no secret and no control character is among them. */
import { describe, expect, test } from 'vitest';
import { derive } from '../../scripts/config/derive.ts';
import { answerName, answerOutput, type Answer } from '../../scripts/explain/answer.ts';
import { answerText } from '../../scripts/explain/answer-text.ts';
import { tableText } from '../../scripts/explain/table.ts';
import { valueText } from '../../scripts/explain/words.ts';
import { cellsOf, widthOf } from '../../scripts/report/cells.ts';
import { SECRET_KEYS } from '../../scripts/types.ts';
import { caseOf, cases, generated, scenarioCase, type Case } from '../support/explain.ts';

function answer({ meaning }: Case, name: string): Answer {
  const found = answerName(meaning, name);
  if (!found.ok) throw new Error(found.problems[0]?.message);
  return found.value;
}

const told = (made: Case, name: string): readonly string[] => answerText(answer(made, name), null).split('\n');

const NODES = 'nodes:\n  - {name: cp-1, address: 10.0.0.11, controller: true}\n';
const PROXMOX = `node_cidr: 10.0.0.0/24
cluster_api_addr: 10.0.0.10
proxmox_api_url: https://pve.example.com:8006
proxmox_node: pve
`;

describe('one value', () => {
  const MIXED = scenarioCase('mixed-workers');
  const HA = scenarioCase('ha');

  test('tells its place and what it overrode, nearest first', () => {
    expect(told(MIXED, 'nodes.wk-small.memory')).toEqual([
      'nodes.wk-small.vm_memory = 2048',
      '  from      nodes.yaml:10:16 nodes[1].vm_memory',
      '  overrode  cluster.yaml:10:11 proxmox_vm_defaults.memory = 4096',
      '            built-in default proxmox_vm_worker_defaults.memory = 16384',
      '            built-in default proxmox_vm_defaults.memory = 8192',
    ]);
  });

  test('that is inherited tells the key that it is from', () => {
    expect(told(MIXED, 'nodes.wk-gpu.cores').slice(0, 2)).toEqual([
      'nodes.wk-gpu.vm_cores = 12',
      '  from      cluster.yaml:12:10 proxmox_vm_worker_defaults.cores',
    ]);
  });

  test('that is built in or not set says so', () => {
    expect(told(MIXED, 'proxmox_vm_advanced.cpu_type')).toEqual([
      'proxmox_vm_advanced.cpu_type = host',
      '  from      built-in default proxmox_vm_advanced.cpu_type',
    ]);
    expect(told(MIXED, 'nodes.cp-1.mtu')).toEqual(['nodes.cp-1.mtu = null', '  from      nowhere: it is not set']);
  });

  test('that is computed tells each input and its place, as deep as it goes', () => {
    expect(told(scenarioCase('http-backend'), 'instances[0].backend.address')).toEqual([
      'instances[0].backend.address = https://tfstate.example.com/states/proxmox-two',
      '  computed  from',
      '              tfstate_url = https://tfstate.example.com/states, computed from',
      '                cloudflare_domain = example.com, cluster.yaml:8:20',
      '              tfstate_name = proxmox-two, cluster.yaml:10:15',
    ]);
    expect(told(HA, 'nodes.wk-1.vm_startup_order')).toEqual([
      'nodes.wk-1.vm_startup_order = 7',
      '  computed  from',
      '              nodes.wk-1 = item 4 of 5, nodes.yaml:5:5',
    ]);
  });

  test('that overrode a computed one tells what that would have been', () => {
    expect(told(HA, 'node_default_gateway')).toEqual([
      'node_default_gateway = 192.168.23.254',
      '  from      cluster.yaml:3:23 node_default_gateway',
      '  overrode  192.168.20.1, computed from',
      '              node_cidr = 192.168.20.0/22, cluster.yaml:2:12',
    ]);
  });

  test('that has another form in the file shows that form', () => {
    expect(told(HA, 'nodes.cp-2.mac_addr')[1]).toBe(
      '  from      nodes.yaml:3:70 nodes[1].mac_addr, written bc-24-11-00-00-02',
    );
  });
});

test('a line of a generated file tells its template first', async () => {
  const { meaning } = scenarioCase('ha');
  const found = answerOutput(meaning, await generated(meaning), { file: 'providers.tf', line: 9, column: null });
  expect(found.ok && answerText(found.value, null)).toBe(
    [
      'infrastructure/tofu/providers.tf:9, made by templates/kinds/talos-vms/providers.tf.njk:8',
      '  insecure = true',
      '',
      'The line is there because of',
      'proxmox_insecure = true',
      '  from      cluster.yaml:15:19 proxmox_insecure',
      '  overrode  built-in default proxmox_insecure = false',
    ].join('\n'),
  );
});

test('a line that no value is known of says so', async () => {
  const { meaning } = scenarioCase('ha');
  const found = answerOutput(meaning, await generated(meaning), { file: 'main.tf', line: 1, column: null });
  expect(found.ok && answerText(found.value, null)).toMatch(/\n\nNo value of the model is known to be in this line\.$/);
});

describe('a table', () => {
  const { meaning } = scenarioCase('mixed-workers');
  const all = () => answer({ meaning, texts: {} }, '').values;
  const text = (width: number | null) => tableText(all(), width);

  test('has the cluster, its groups, the nodes and the instance, each with its values', () => {
    const titles = text(null)
      .split('\n')
      .filter((line) => /^\S/.test(line));
    expect(titles).toEqual([
      'cluster',
      'proxmox_vm_defaults',
      'proxmox_vm_controller_defaults',
      'proxmox_vm_worker_defaults',
      'proxmox_vm_advanced',
      'nodes.cp-1',
      'nodes.wk-small',
      'nodes.wk-standard',
      'nodes.wk-gpu',
      'instances[0]',
      'talos',
    ]);
    expect(
      text(null)
        .split('\n')
        .filter((line) => /^ {2}\S/.test(line)),
    ).toHaveLength(all().length);
  });

  test('tells value and source of each', () => {
    const lines = text(null)
      .split('\n')
      .map((line) => line.trim().split(/ {2,}/));
    for (const row of [
      ['node_cidr', '10.0.0.0/24', 'cluster.yaml:2:12'],
      ['node_default_gateway', '10.0.0.1', 'from node_cidr'],
      ['cluster_name', 'kubernetes', 'built in'],
      ['cloudflare_domain', 'null', 'not set'],
      ['vm_cores', '12', 'cluster.yaml:12:10 proxmox_vm_worker_defaults.cores'],
      ['vm_startup_order', '7', 'from its place in the list'],
      ['address_cidr', '10.0.0.23/24', 'from address, node_cidr'],
      ['backend.kind', 'local', 'from tfstate_url'],
    ])
      expect(lines).toContainEqual(row);
  });

  test.each([80, 120, 60])('fits a terminal of %d columns', (width) => {
    const lines = text(width).split('\n');
    expect(lines.filter((line) => widthOf(cellsOf(line)) > width)).toEqual([]);
    expect(lines.some((line) => line.includes('…'))).toBe(true);
    expect(lines.some((line) => line.endsWith(' '))).toBe(false);
  });

  test('is whole in a file or pipe', () => {
    expect(text(null)).not.toContain('…');
    expect(text(null)).toContain('88d1f7a5c4f1d3aba7df787c448c1d3d008ed29cfb34af53fa0df4336a56040b-false');
    expect(
      text(null)
        .split('\n')
        .some((line) => line.endsWith(' ')),
    ).toBe(false);
  });

  test('of wide characters fits too, and its columns stay columns', () => {
    const wide = caseOf(`${PROXMOX}vars: {a: "${'豆腐'.repeat(40)}", b: 1}\n`, NODES);
    const lines = tableText(answer(wide, 'vars').values, 80).split('\n');
    expect(lines.filter((line) => widthOf(cellsOf(line)) > 80)).toEqual([]);
    const both = tableText(answer(wide, '').values, 80)
      .split('\n')
      .filter((line) => /built in$|cluster\.yaml:5/.test(line));
    const starts = both.map((line) => widthOf(cellsOf(line.slice(0, line.search(/(built in|cluster\.yaml:5).*$/)))));
    expect(new Set(starts).size).toBe(1);
  });
});

test.each<[unknown, string]>([
  ['plain text', 'plain text'],
  ['10.0.0.0/24', '10.0.0.0/24'],
  ['1.12.0', '1.12.0'],
  ['', '""'],
  ['true', '"true"'],
  ['12', '"12"'],
  ['1.10', '"1.10"'],
  ['null', '"null"'],
  [' edge', '" edge"'],
  ['say "hi"', '"say \\"hi\\""'],
  ['[x]', '"[x]"'],
  ['a\nb', '"a\\nb"'],
  ['\u001b[31m', '"\\u001b[31m"'],
  ['a\u009bb', '"a\\u009bb"'],
  ['a\u202eb', '"a\\u202eb"'],
  [null, 'null'],
  [12, '12'],
  [['a', 1, true], '["a",1,true]'],
  [{ a: { b: '\u2028' } }, '{"a":{"b":"\\u2028"}}'],
])('the value %j is shown as %s', (value, shown) => expect(valueText(value)).toBe(shown));

test('what a user writes cannot command the terminal, wherever it is shown', () => {
  // Rules refuse control characters outside secrets; the layout does not count on that.
  const config = {
    cluster: {
      node_cidr: '10.0.0.0/24',
      cluster_api_addr: '10.0.0.10',
      vars: { 'k\u001b[2J': 'v\u001b[2J\u202e\u009b', list: ['\r\n'] },
    },
    nodes: [{ name: 'cp-1', address: '10.0.0.11', controller: true }],
    locate: () => null,
  };
  const hostile = { texts: {}, meaning: { config, derived: derive(config) } };
  const texts = ['', 'vars', 'vars.list', 'vars["k\\u001b[2J"]'].flatMap((name) =>
    [null, 80].map((width) => answerText(answer(hostile, name), width)),
  );
  for (const text of texts) expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/u);
});

describe('secrets', () => {
  const value = (key: string): string => `5ecret-of-${key.replaceAll('_', '-')}-0123456789`;
  const written = SECRET_KEYS.map((key) => `${key}: ${value(key)}\n`).join('');
  const made = caseOf(
    `${PROXMOX}tfstate_url: https://s.example.com\n${written.replace(value('proxmox_api_token_id'), 'me@pve!x5ecret-of-tokenid')}`,
    NODES,
  );

  test('are masked in every answer, text and JSON, and so is what they overrode', async () => {
    const files = await generated(made.meaning);
    const lines = files.artifacts.flatMap(({ path, bytes }) => {
      const count = new TextDecoder().decode(bytes).split('\n').length - 1;
      return Array.from({ length: count }, (_, index) =>
        answerOutput(made.meaning, files, { file: path, line: index + 1, column: null }),
      );
    });
    const answers = [answer(made, ''), ...SECRET_KEYS.map((key) => answer(made, key))];
    const all = [...answers, ...lines.flatMap((found) => (found.ok ? [found.value] : []))];
    const texts = all.flatMap((found) => [JSON.stringify(found), answerText(found, null), answerText(found, 80)]);
    expect(texts.filter((text) => text.includes('5ecret'))).toEqual([]);
    expect(texts.filter((text) => text.includes('***')).length).toBeGreaterThan(SECRET_KEYS.length);
  });

  test.each(SECRET_KEYS)('%s has its place', (key) => {
    const [found] = answer(made, key).values;
    expect(found).toMatchObject({ value: '***', source: { from: 'written', file: 'cluster.yaml', key, value: '***' } });
  });

  test('that are not set are null: that is no secret', () => {
    const [found] = answer(caseOf(PROXMOX, NODES), 'tfstate_password').values;
    expect(found?.value).toBeNull();
  });

  test('that are built in are masked too', () => {
    const [found] = answer(caseOf(`${PROXMOX}tfstate_url: https://s.example.com\n`, NODES), 'tfstate_username').values;
    expect(found).toMatchObject({ value: '***', source: { from: 'built-in', value: '***' } });
  });
});

test.each(cases)('every value can be told: %s', (_, made) => {
  for (const { path } of answer(made, '').values) expect(told(made, path).length).toBeGreaterThan(1);
});
