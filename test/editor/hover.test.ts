import { describe, expect, test } from 'vitest';
import { asked, hoverAt } from '../../scripts/editor/answers.ts';
import type { InputName } from '../../scripts/editor/input.ts';
import { cursor, projectOf, textIn } from '../support/editor.ts';

const CLUSTER = `node_cidr: 10.0.0.0/24
cluster_api_addr: 10.0.0.10
proxmox_api_url: https://pve.example.com:8006/
proxmox_node: pve
proxmox_vm_defaults:
  memory: 4096
proxmox_vm_worker_defaults: {cores: 12, memory: 32768}
tfstate_url: https://state.example.com
tfstate_password: hunter2-hunter2
state_encryption_passphrase: correct-horse-battery
vars: {motto: "a \`b\` c"}
hubble_enabled: true
`;
const NODES = `nodes:
  - name: cp-1
    address: 10.0.0.11
    controller: true
    vm_memory: 8192
  - name: w-1
    address: 10.0.0.21
    controller: false
`;

/** What is shown at the first place of `word` in a file, and what it is shown for. */
function hover(file: InputName, word: string, texts = { 'cluster.yaml': CLUSTER, 'nodes.yaml': NODES }) {
  const marked = texts[file].replace(word, `${word.slice(0, 1)}|${word.slice(1)}`);
  const { text, position } = cursor(marked);
  const at = asked(projectOf(texts), file);
  const found = at && hoverAt(at, position);
  if (!found?.range) return null;
  const { value } = found.contents as { value: string };
  return { lines: value.split(/ {2}\n|\n+/), marks: textIn(text, found.range) };
}

describe('a key of cluster.yaml', () => {
  test('what it is for, its limits, and its final value', () => {
    expect(hover('cluster.yaml', 'node_cidr')).toEqual({
      lines: [
        '**node_cidr**',
        "The network that the nodes live in. Every node's `address`, `cluster_api_addr` and the gateway belong to it.",
        'Final value: `10.0.0.0/24`, written here',
      ],
      marks: 'node_cidr',
    });
  });

  test('a value that is written in another form than it ends in', () => {
    expect(hover('cluster.yaml', 'https://pve')?.lines.at(-1)).toBe(
      'Final value: `https://pve.example.com:8006`, written here',
    );
  });

  test('what it beats, and who takes it', () => {
    expect(hover('cluster.yaml', 'memory: 32768')?.lines).toEqual([
      '**memory**',
      'Memory of a worker, in MiB.',
      'From 1024 to 262144',
      'Default: `16384`',
      'Final value: `32768`, written here',
      'Beats `4096`, from `proxmox_vm_defaults.memory` (cluster.yaml:6:11)',
      'Taken by `w-1`',
    ]);
  });

  test('a mapping shows all that is in it', () => {
    expect(hover('cluster.yaml', 'proxmox_vm_worker_defaults')?.lines.slice(-4)).toEqual([
      '- `cores`: `12`, from `proxmox_vm_worker_defaults.cores` (cluster.yaml:7:37)',
      '- `sockets`: `1`, built in',
      '- `memory`: `32768`, from `proxmox_vm_worker_defaults.memory` (cluster.yaml:7:49)',
      '- `disk_size`: `256`, built in',
    ]);
  });

  test.each(['tfstate_password', 'state_encryption_passphrase', 'hunter2', 'correct-horse'])(
    'the secret at %s stays one',
    (word) => {
      const shown = hover('cluster.yaml', word);
      expect(shown?.lines.at(-1)).toBe('Final value: `***`, written here');
      expect(shown?.lines.join()).not.toMatch(/hunter2|correct-horse/);
    },
  );

  test('a value of the user’s own making has no words, its mapping does', () => {
    expect(hover('cluster.yaml', 'motto')).toBeNull();
    expect(hover('cluster.yaml', 'vars')?.lines.at(-1)).toBe('Final value: `` {"motto":"a `b` c"} ``, written here');
  });

  test('a key of another tool is called one', () => {
    expect(hover('cluster.yaml', 'hubble_enabled')?.lines.at(-1)).toBe(
      'A key about Kubernetes applications: accepted, and not used here.',
    );
  });
});

describe('a key of nodes.yaml', () => {
  test('a value of its own, and all that it beats', () => {
    expect(hover('nodes.yaml', 'vm_memory')?.lines.slice(-4)).toEqual([
      'From 1024 to 262144',
      'Final value: `8192`, written here',
      'Beats `4096`, from `proxmox_vm_defaults.memory` (cluster.yaml:6:11)',
      'Beats `8192`, built in',
    ]);
  });

  test('a name shows what is filled in, with its source', () => {
    const lines = hover('nodes.yaml', 'w-1')?.lines ?? [];
    expect(lines[0]).toBe('**name**');
    expect(lines).toContain('- `vm_cores`: `12`, from `proxmox_vm_worker_defaults.cores` (cluster.yaml:7:37)');
    expect(lines).toContain('- `vm_disk_size`: `256`, built in');
    expect(
      lines.filter((line) =>
        /`mac_addr`: `bc:24:11:[0-9a-f:]{8}`, made from `cluster_name` and `nodes\.w-1\.name`$/.test(line),
      ),
    ).toHaveLength(1);
    expect(lines.join()).not.toMatch(/- `(address|controller|mtu|vm_id)`/);
  });

  test('words of a list', () => {
    expect(hover('nodes.yaml', 'controller')?.lines).toContain('One of: `true`, `false`');
  });
});

describe('a project with an error', () => {
  const texts = { 'cluster.yaml': `${CLUSTER}cluster_nam: x\n`, 'nodes.yaml': NODES };

  test('what a key is for is still shown, its final value is not', () => {
    expect(hover('nodes.yaml', 'vm_memory', texts)?.lines.at(-1)).toBe('From 1024 to 262144');
  });

  test('an unknown key has no words', () => {
    expect(hover('cluster.yaml', 'cluster_nam:', texts)).toBeNull();
  });
});
