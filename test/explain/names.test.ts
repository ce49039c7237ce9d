/** What a person may type to name a value, and what is said when there is none of that name. */
import { describe, expect, test } from 'vitest';
import { answerName } from '../../scripts/explain/answer.ts';
import { explanations } from '../../scripts/explain/explanation.ts';
import { caseOf, cases } from '../support/explain.ts';

const CLUSTER = `node_cidr: 10.0.0.0/24
cluster_api_addr: 10.0.0.10
proxmox_api_url: https://pve.example.com:8006
proxmox_node: pve
vars: {team: platform, "a b": 1, "x.y": {z: 2}}
`;
const NODES = `nodes:
  - {name: cp-1, address: 10.0.0.11, controller: true, vars: {rack: b2}}
  - {name: wk-1, address: 10.0.0.21, controller: false}
  - {name: "0", address: 10.0.0.22, controller: false}
`;
const { meaning } = caseOf(CLUSTER, NODES);

const ask = (name: string) => answerName(meaning, name);

/** The one value that a name stands for. */
function valueOf(name: string): unknown {
  const answer = ask(name);
  if (!answer.ok) throw new Error(answer.problems[0]?.message);
  expect(answer.value.values).toHaveLength(1);
  return answer.value.values[0]?.value;
}

test.each<[name: string, value: unknown]>([
  ['node_cidr', '10.0.0.0/24'],
  ['cluster.node_cidr', '10.0.0.0/24'],
  ['proxmox_vm_advanced.cpu_type', 'host'],
  ['node_dns_servers[1]', '1.0.0.1'],
  ['node_dns_servers.1', '1.0.0.1'],
  ['nodes.cp-1.vm_memory', 8192],
  ['nodes.cp-1.memory', 8192],
  ['nodes[1].vm_memory', 16384],
  ['nodes.1.memory', 16384],
  ['nodes["wk-1"].memory', 16384],
  ['nodes.cp-1.address_cidr', '10.0.0.11/24'],
  ['nodes.cp-1.vars.rack', 'b2'],
  ['vars.team', 'platform'],
  ['vars["a b"]', 1],
  ['vars["x.y"].z', 2],
  ['instances[0].backend.kind', 'local'],
  ['instances[0].images[0].secureboot', false],
])('%s is a value', (name, value) => expect(valueOf(name)).toEqual(value));

test('a name of digits alone is a node before it is an index', () => {
  expect(valueOf('nodes.0.name')).toBe('0');
  expect(valueOf('nodes[0].name')).toBe('cp-1');
});

test('a short name is accepted, with a note that says the whole one', () => {
  const answer = ask('nodes.cp-1.memory');
  expect(answer.ok && answer.value.problems).toMatchObject([
    { code: 'short-name', severity: 'note', message: 'memory is short for nodes.cp-1.vm_memory' },
  ]);
  const whole = ask('nodes.cp-1.vm_memory');
  expect(whole.ok && whole.value.problems).toEqual([]);
});

test.each([
  ['', /./],
  ['cluster', /^cluster\./],
  ['nodes', /^nodes\[/],
  ['nodes.wk-1', /^nodes\[1\]\./],
  ['proxmox_vm_defaults', /^cluster\.proxmox_vm_defaults\./],
  ['instances', /^instances\[0\]\./],
])('%j stands for all that is in it', (name, paths) => {
  const answer = ask(name);
  const all = explanations(meaning, []).map(({ path }) => path);
  expect(answer.ok && answer.value.values.map(({ path }) => path)).toEqual(all.filter((path) => paths.test(path)));
});

test.each(cases)('what a value is called finds that value again: %s', (_, made) => {
  for (const explanation of explanations(made.meaning, [])) {
    for (const name of [explanation.name, explanation.path]) {
      const answer = answerName(made.meaning, name);
      expect(answer.ok && answer.value.values, name).toEqual([explanation]);
    }
  }
});

describe('a name that is none is refused, with what was likely meant', () => {
  test.each([
    ['nod_cidr', 'did you mean node_cidr?'],
    ['Node-CIDR', 'did you mean node_cidr?'],
    ['proxmox_vm_advanced.cpu', 'did you mean proxmox_vm_advanced.cpu_type?'],
    ['proxmox_vm_default.memory', 'did you mean proxmox_vm_defaults?'],
    ['nodes.cp1.memory', 'did you mean nodes.cp-1?'],
    ['nodes.cp-1.memry', 'did you mean nodes.cp-1.memory?'],
    ['nodes.cp-1.mac', 'did you mean nodes.cp-1.mac_addr?'],
    ['nodes[7].memory', 'there are cp-1, wk-1, 0'],
    ['wk-1', 'did you mean nodes.wk-1?'],
    ['mtu', 'it is a key of a node: nodes.cp-1.mtu'],
    ['memory', 'it is a key of a node: nodes.cp-1.vm_memory'],
    ['node_cidr.prefix', 'node_cidr has no parts'],
    ['node_dns_servers[2]', 'it has 2 items, which count from 0'],
    ['nodes.length', 'there are cp-1, wk-1, 0'],
    ['node_dns_servers.length', 'it has 2 items, which count from 0'],
    ['vars.constructor', 'there are team, a b, x.y'],
    ['nodes.cp-1.zzz', expect.stringMatching(/^there are name, .* and 19 more$/)],
  ])('%s', (name, hint) => {
    const answer = ask(name);
    expect(answer.ok).toBe(false);
    expect(answer.problems).toMatchObject([{ code: 'unknown-name', severity: 'error', hint }]);
    expect(answer.problems[0]?.message).toContain(JSON.stringify(name));
  });

  test.each(['a b', '.node_cidr', 'node_cidr.', 'nodes[x]', 'nodes[0', 'a..b', 'vars["\\x"]', '\u001b[2J', '"'])(
    '%j is not even a name',
    (name) => {
      const answer = ask(name);
      expect(answer.problems).toMatchObject([{ code: 'unknown-name', severity: 'error' }]);
      expect(answer.problems[0]?.message).toContain('is not the name of a value');
      expect(answer.problems[0]?.message).not.toContain('\u001b');
    },
  );

  test('a secret has no parts', () => {
    const secret = caseOf(`${CLUSTER}tfstate_password: hunter2hunter2\ntfstate_url: https://s.example.com\n`, NODES);
    const answer = answerName(secret.meaning, 'tfstate_password.length');
    expect(answer.problems).toMatchObject([{ hint: 'tfstate_password has no parts' }]);
  });
});
