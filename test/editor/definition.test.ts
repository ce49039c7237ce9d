import { describe, expect, test } from 'vitest';
import { asked, definitionsAt } from '../../scripts/editor/answers.ts';
import type { InputName } from '../../scripts/editor/input.ts';
import { isInputName } from '../../scripts/editor/input.ts';
import { cursor, projectOf, textIn, type Texts } from '../support/editor.ts';

const CLUSTER = `node_cidr: 10.0.0.0/24
cluster_api_addr: 10.0.0.10
cluster_name: lab
proxmox_api_url: https://pve.example.com:8006
proxmox_node: pve
proxmox_vm_defaults:
  memory: 4096
proxmox_vm_worker_defaults:
  cores: 12
  memory: 32768
tfstate_url: https://state.example.com
`;
const NODES = `nodes:
  - name: cp-1
    address: 10.0.0.11
    controller: true
    vm_memory: 8192
  - name: w-1
    address: 10.0.0.21
    controller: false
    vm_id: 801
    mac_addr: bc:24:11:00:00:01
`;
const TEXTS: Texts = { 'cluster.yaml': CLUSTER, 'nodes.yaml': NODES };

/** Where the first place of `word` leads: each line that the definition is on. */
function leadsTo(file: InputName, word: string, texts: Texts = TEXTS): readonly string[] {
  const { position } = cursor(texts[file].replace(word, `${word.slice(0, 1)}|${word.slice(1)}`));
  const at = asked(projectOf(texts), file);
  return (at === null ? [] : definitionsAt(at, position, (name) => name)).map(({ uri, range }) => {
    const text = isInputName(uri) ? texts[uri] : '';
    return `${uri}: ${text.split('\n')[range.start.line]?.trim()} (${textIn(text, range)})`;
  });
}

describe('from nodes.yaml', () => {
  test('a name leads to all that fills in what the node does not say', () => {
    expect(leadsTo('nodes.yaml', 'w-1')).toEqual([
      'cluster.yaml: cores: 12 (12)',
      'cluster.yaml: memory: 32768 (32768)',
    ]);
    expect(leadsTo('nodes.yaml', 'name: cp-1')).toEqual(['cluster.yaml: cluster_name: lab (lab)']);
  });

  test('an address leads to the network', () => {
    expect(leadsTo('nodes.yaml', '10.0.0.21')).toEqual(['cluster.yaml: node_cidr: 10.0.0.0/24 (10.0.0.0/24)']);
  });

  test('`controller` leads to the sizes of the role', () => {
    expect(leadsTo('nodes.yaml', 'controller: false')).toEqual([
      'cluster.yaml: cores: 12 (cores)',
      'cluster.yaml: memory: 4096 (memory)',
    ]);
    expect(leadsTo('nodes.yaml', 'controller: true')).toEqual(['cluster.yaml: memory: 4096 (memory)']);
  });

  test('a value of its own leads to what it overrides', () => {
    expect(leadsTo('nodes.yaml', '8192')).toEqual(['cluster.yaml: memory: 4096 (4096)']);
  });

  test('a value that overrides nothing leads to itself', () => {
    expect(leadsTo('nodes.yaml', '801')).toEqual(['nodes.yaml: vm_id: 801 (801)']);
  });
});

describe('from cluster.yaml', () => {
  test('the default of a role leads to the one for all', () => {
    expect(leadsTo('cluster.yaml', 'memory: 32768')).toEqual(['cluster.yaml: memory: 4096 (4096)']);
  });

  test('a value leads to itself', () => {
    expect(leadsTo('cluster.yaml', 'node_cidr')).toEqual(['cluster.yaml: node_cidr: 10.0.0.0/24 (10.0.0.0/24)']);
  });

  test('what an alias stands for is where it is written', () => {
    const text = CLUSTER.replace('cores: 12', 'cores: &c 12').replace('  memory: 4096', '  memory: 4096\n  cores: 4');
    expect(leadsTo('cluster.yaml', 'cores: &c', { ...TEXTS, 'cluster.yaml': text })).toEqual([
      'cluster.yaml: cores: 4 (4)',
    ]);
  });
});

test('with an error nothing leads anywhere', () => {
  expect(leadsTo('nodes.yaml', 'w-1', { ...TEXTS, 'cluster.yaml': `${CLUSTER}x: 1\n` })).toEqual([]);
});
