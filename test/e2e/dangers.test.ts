/** Edits of a project whose machines exist: what is said before anything is written, and what must be agreed to. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { expect, test } from 'vitest';
import { addressOf } from '../../scripts/changes/moved-file.ts';
import { digests, nigari, NIGARI_BIN, project, type Run } from '../support/project.ts';
import { hasScript, onTerminal } from '../support/script.ts';

const CLUSTER = `\
node_cidr: 10.0.0.0/24
cluster_api_addr: 10.0.0.10
proxmox_api_url: https://pve.example.com:8006
proxmox_node: pve
proxmox_api_token_id: planted@pve!token
proxmox_api_token_secret: 5ec4e700-0000-4000-8000-000000000001
`;
const REMOTE = `${CLUSTER}tfstate_url: https://state.example.com
tfstate_username: planted
tfstate_password: planted password
`;
const NODES = `\
nodes:
  - { name: cp-1, address: 10.0.0.11, controller: true, vm_id: 111, mac_addr: "bc:24:11:00:00:11" }
  - { name: cp-2, address: 10.0.0.12, controller: true, vm_id: 112, mac_addr: "bc:24:11:00:00:12" }
  - { name: cp-3, address: 10.0.0.13, controller: true, vm_id: 113, mac_addr: "bc:24:11:00:00:13" }
  - { name: wk-1, address: 10.0.0.21, controller: false, vm_id: 121, mac_addr: "bc:24:11:00:00:21" }
  - { name: wk-2, address: 10.0.0.22, controller: false, vm_id: 122, mac_addr: "bc:24:11:00:00:22" }
`;
const MOVED = 'infrastructure/tofu/moved.tf';
const TFVARS = 'infrastructure/tofu/terraform.tfvars';

interface Said extends Run {
  /** Codes of what was found, in the order in which they were told. */
  readonly codes: readonly string[];
}

function configure(root: string, ...options: readonly string[]): Said {
  const run = nigari(root, ['configure', '--no-init', ...options]);
  return { ...run, codes: [...run.stderr.matchAll(/\(([a-z-]+)\)$/gm)].map(([, code]) => code!) };
}

/** A project that was configured once; its state is on a server, so machines may exist. */
function existing(cluster = REMOTE, nodes = NODES): string {
  const root = project({ 'cluster.yaml': cluster, 'nodes.yaml': nodes });
  nigari(root, ['init']);
  expect(configure(root)).toMatchObject({ status: 0, codes: [] });
  return root;
}

const read = (root: string, path: string): string => readFileSync(join(root, path), 'utf8');

function edit(root: string, file: string, from: string | RegExp, to: string | ((found: string) => string)): void {
  const text = read(root, file);
  expect(text).toMatch(from);
  writeFileSync(join(root, file), typeof to === 'string' ? text.replace(from, to) : text.replace(from, to));
}

/** `a > b` for each block. */
const moves = (root: string): readonly string[] =>
  [...read(root, MOVED).matchAll(/from = \S+\["(.+)"\]\s+to\s+= \S+\["(.+)"\]/g)].map(
    ([, from, to]) => `${from} > ${to}`,
  );

/** Runs without leave, which writes nothing, and then with it. */
function refusedThenDone(root: string, ...options: readonly string[]): Said {
  const before = digests(root);
  const refused = configure(root);
  expect(refused.status).toBe(2);
  expect(digests(root)).toEqual(before);
  const done = configure(root, ...options);
  expect(done.status).toBe(0);
  expect(configure(root)).toMatchObject({ status: 0, codes: [] });
  return refused;
}

test('renaming, removing, shrinking and re-addressing', () => {
  const root = existing();

  edit(root, 'nodes.yaml', 'wk-1', 'worker-1');
  const renamed = configure(root);
  expect(renamed).toMatchObject({ status: 0, codes: ['renames-vm'] });
  expect(renamed.stderr).toContain('renames wk-1 to worker-1, nothing is destroyed');
  expect(moves(root)).toEqual(['wk-1 > worker-1']);

  edit(root, 'nodes.yaml', 'worker-1', 'w1');
  expect(configure(root).codes).toEqual(['renames-vm']);
  expect(moves(root)).toEqual(['wk-1 > worker-1', 'worker-1 > w1']);

  edit(root, 'nodes.yaml', 'name: w1', 'name: wk-1');
  expect(configure(root).codes).toEqual(['renames-vm']);
  expect(moves(root)).toEqual(['w1 > wk-1', 'worker-1 > w1']);

  edit(root, 'nodes.yaml', /.*wk-2.*\n/, '');
  const removed = refusedThenDone(root, '--yes');
  expect(removed.codes).toEqual(['destroys-vm', 'consent-needed']);
  expect(removed.stderr).toContain('destroys VM wk-2 (id 122) on pve');
  expect(removed.stderr).toContain('hint: if that is what you want: nigari configure --yes');
  expect(read(root, TFVARS)).not.toContain('wk-2');

  edit(root, 'nodes.yaml', 'vm_id: 121', 'vm_id: 121, vm_disk_size: 100');
  const shrunk = configure(root, '--yes');
  expect(shrunk).toMatchObject({ status: 2, codes: ['disk-shrinks'] });
  expect(shrunk.stderr).toContain('vm_disk_size 256 → 100');
  edit(root, 'nodes.yaml', 'vm_disk_size: 100', 'vm_disk_size: 300');
  expect(configure(root)).toMatchObject({ status: 0, codes: ['in-place'] });

  edit(root, 'nodes.yaml', '10.0.0.21', '10.0.0.31');
  const moved = configure(root);
  expect(moved).toMatchObject({ status: 0, codes: ['not-applied'] });
  expect(moved.stderr).toContain('address 10.0.0.21 → 10.0.0.31');

  expect(configure(root, '--drop-moved')).toMatchObject({ status: 0, codes: [] });
  expect(digests(root).has(MOVED)).toBe(false);
  expect(configure(root)).toMatchObject({ status: 0, codes: [] });
});

test('two machines that swap names are told of, with the way on, and not taken for each other unasked', () => {
  const root = existing();
  edit(root, 'nodes.yaml', /wk-[12]/g, (name: string) => (name === 'wk-1' ? 'wk-2' : 'wk-1'));
  const refused = refusedThenDone(root, '--yes');
  expect(refused.codes).toEqual([
    'names-swapped',
    'replaces-vm',
    'not-applied',
    'in-place',
    'in-place',
    'consent-needed',
  ]);
  expect(refused.stderr).toContain('wk-1 and wk-2 swap names');
  expect(refused.stderr).toContain('each applied before the next: wk-2 → spare-1, wk-1 → wk-2, spare-1 → wk-1');
  expect(digests(root).has(MOVED)).toBe(false);
});

test('they can in steps, each told to be applied before the next', () => {
  const root = existing();
  const steps = [
    ['wk-2', 'spare-1', ['renames-vm']],
    ['wk-1', 'wk-2', ['name-reused', 'renames-vm']],
    ['spare-1', 'wk-1', ['name-reused', 'renames-vm']],
  ] as const;
  for (const [from, to, codes] of steps) {
    edit(root, 'nodes.yaml', `name: ${from}`, `name: ${to}`);
    expect(configure(root)).toMatchObject({ status: 0, codes });
    expect(moves(root)).toContain(`${from} > ${to}`);
  }
});

test('a majority of the control planes goes only with leave of its own', () => {
  const root = existing();
  edit(root, 'nodes.yaml', /vm_id: 11([12])/g, 'vm_id: 21$1');
  expect(configure(root, '--yes')).toMatchObject({ status: 2, codes: ['quorum-loss', 'replaces-vm'] });
  expect(configure(root, '--allow-quorum-loss').codes).toEqual(['quorum-loss', 'replaces-vm', 'consent-needed']);
  const refused = refusedThenDone(root, '--allow-quorum-loss', '--yes');
  expect(refused.stderr).toContain('takes away 2 of 3 control planes at once (cp-1, cp-2)');
  expect(refused.stderr).toContain('replaces VM cp-1 (id 111), VM cp-2 (id 112)');
});

test('what the cluster was made with is told when it changes', () => {
  const root = existing();
  edit(root, 'cluster.yaml', '10.0.0.10', '10.0.0.9');
  const changed = configure(root);
  expect(changed).toMatchObject({ status: 0, codes: ['cluster-changed'] });
  expect(changed.stderr).toContain('cluster_api_addr 10.0.0.10 → 10.0.0.9');
});

test('another host replaces every machine, which is named', () => {
  const root = existing();
  edit(root, 'cluster.yaml', 'proxmox_node: pve', 'proxmox_node: pve2');
  const { codes, stderr } = configure(root, '--allow-quorum-loss');
  expect(codes).toEqual(['quorum-loss', 'replaces-vm', 'consent-needed']);
  expect(stderr).toContain('destroys or replaces cp-1, cp-2, cp-3, wk-1, wk-2');
});

test('--check tells it, asks nobody, and leaves all as it is', () => {
  const root = existing();
  edit(root, 'nodes.yaml', /.*wk-2.*\n/, '');
  const before = digests(root);
  expect(configure(root, '--check')).toMatchObject({ status: 5, codes: ['destroys-vm'] });
  expect(digests(root)).toEqual(before);
});

test('diff tells it beside the patch, and refuses nothing', () => {
  const root = existing();
  edit(root, 'nodes.yaml', 'vm_id: 121', 'vm_id: 121, vm_disk_size: 100');
  const { status, stdout, stderr } = nigari(root, ['diff']);
  expect(status).toBe(0);
  expect(stderr).toContain('(disk-shrinks)');
  expect(stdout).toMatch(/^diff --git /);
  expect(stdout).not.toContain('shrink');
});

test('--json has it as data', () => {
  const root = existing();
  edit(root, 'nodes.yaml', /.*wk-2.*\n/, '');
  const { stdout } = configure(root, '--json', '--yes');
  expect(JSON.parse(stdout)).toMatchObject({
    updated: [TFVARS, 'talos/cluster.yaml'],
    deleted: ['talos/nodes/wk-2.yaml'],
    dangers: [{ code: 'destroys-vm', severity: 'warning', machines: ['wk-2'], consent: true }],
  });
});

test('the infrastructure is switched off: the machines and their files stay, and are remembered', () => {
  const schematic = 'ce4c980550dd2ab1b17bbf2b08801c7eb59418eafe8f279833297925d67c7515';
  const root = existing(REMOTE, NODES.replaceAll('vm_id', `disk: /dev/sda, schematic_id: ${schematic}, vm_id`));
  edit(root, 'cluster.yaml', /proxmox_.*\n/g, '');
  const off = configure(root);
  expect(off.codes).toContain('infrastructure-off');
  expect(off.status).toBe(0);
  expect(digests(root).has(TFVARS)).toBe(true);
  writeFileSync(join(root, 'cluster.yaml'), REMOTE);
  edit(root, 'nodes.yaml', /.*wk-2.*\n/, '');
  expect(configure(root).codes).toEqual(['destroys-vm', 'consent-needed']);
});

test('with a state it counts; where nothing was applied it is only told', () => {
  const root = existing(CLUSTER);
  const state = join(root, 'infrastructure/tofu/terraform.tfstate');
  edit(root, 'nodes.yaml', /.*wk-2.*\n/, '');
  writeFileSync(state, '{}');
  expect(configure(root)).toMatchObject({ status: 2, codes: ['destroys-vm', 'consent-needed'] });
  rmSync(state);
  const told = configure(root);
  expect(told).toMatchObject({ status: 0, codes: ['destroys-vm'] });
  expect(told.stderr).toContain('note  destroys VM wk-2');
});

test("on someone's project the variables that are there say what there was", () => {
  const root = project({
    'cluster.yaml': REMOTE,
    'nodes.yaml': NODES,
    'infrastructure/tofu/backend.tf': 'terraform {\n  backend "http" {\n  }\n}\n',
    // Not with our first line: `--force` replaces it.
    [MOVED]: `moved {\n  from = ${addressOf('theirs')}\n  to = ${addressOf('cp-1')}\n}\n`,
    [TFVARS]: `\
proxmox_node = "pve"
nodes = [
  { name = "cp-1", address = "10.0.0.11", controller = true, mac_addr = "BC:24:11:00:00:11", vm_memory = 4096, vm_disk_size = 40 },
  { name = "old", address = "10.0.0.21", controller = false, mac_addr = "BC:24:11:00:00:21", vm_memory = 4096, vm_disk_size = 512 },
]
`,
  });
  nigari(root, ['init']);
  const first = configure(root, '--force');
  expect(first.codes).toEqual(['disk-shrinks', 'needs-power-off', 'renames-vm', 'needs-reboot', 'in-place']);
  expect(first.status).toBe(2);
  expect(first.stderr).toContain('on wk-1: vm_disk_size 512 → 256');
  expect(first.stderr).toContain('cp-1 4096 → 8192, wk-1 4096 → 16384');
  edit(root, 'nodes.yaml', 'vm_id: 121', 'vm_disk_size: 512');
  expect(configure(root, '--force')).toMatchObject({ status: 0 });
  expect(moves(root)).toEqual(['old > wk-1']);
});

test.each([
  ['missing', (path: string) => rmSync(path)],
  ['damaged', (path: string) => writeFileSync(path, '<<<<<<<')],
])('the moves are known by moved.tf where the manifest is %s', (_, spoil) => {
  const root = existing();
  edit(root, 'nodes.yaml', 'wk-1', 'worker-1');
  configure(root);
  spoil(join(root, '.nigari/manifest.json'));
  edit(root, 'nodes.yaml', 'wk-2', 'worker-2');
  const { status, codes } = configure(root);
  expect(status).toBe(0);
  expect(codes).toContain('renames-vm');
  expect(moves(root)).toEqual(['wk-1 > worker-1', 'wk-2 > worker-2']);
  expect(configure(root)).toMatchObject({ status: 0, codes: [] });
  expect(moves(root)).toEqual(['wk-1 > worker-1', 'wk-2 > worker-2']);
});

test.each([
  ['that is no HCL', '}{'],
  ['of another shape', 'nodes = "none"\nproxmox_node = [1]\n'],
  ['that is empty', ''],
])('a file of variables %s says nothing of before', (_, text) => {
  const root = project({ 'cluster.yaml': REMOTE, 'nodes.yaml': NODES, [TFVARS]: text });
  nigari(root, ['init']);
  expect(configure(root, '--force')).toMatchObject({ status: 0, codes: [] });
});

test.skipIf(!hasScript()).each([
  ['its name', 'wk-2\n', 0],
  ['another word', 'y\n', 2],
  ['Ctrl-D', '\u0004', 130],
])('on a terminal somebody is asked, and types %s', async (_, typed, status) => {
  const root = existing();
  edit(root, 'nodes.yaml', /.*wk-2.*\n/, '');
  const before = digests(root);
  const words = [process.execPath, NIGARI_BIN, 'configure', '--no-init'];
  const env = { PATH: process.env['PATH'] ?? '', HOME: root, TERM: 'dumb' };
  const ended = await onTerminal(words, { cwd: root, env }, [['(wk-2): ', typed]]);
  expect(ended.shown).toContain('destroys VM wk-2 (id 122) on pve');
  expect(ended.status).toBe(status);
  const isUnchanged = [...digests(root)].every(([path, digest]) => before.get(path) === digest);
  expect(isUnchanged).toBe(status !== 0);
});
