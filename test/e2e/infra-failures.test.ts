/** What Proxmox VE refuses, by the real provider through nigari's own commands: each with its code and the way on. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { expectClear } from '../support/clear.ts';
import { inFolder, infraProject, PLANTED, type InfraProject } from '../support/infra-project.ts';
import type { Fault } from '../support/proxmox/faults.ts';
import { project } from '../support/project.ts';
import type { ProxmoxOptions } from '../support/proxmox/seeds.ts';
import { clusterYaml, startProxmox } from '../support/proxmox/simulator.ts';
import { realTool } from '../support/tools.ts';

const APPLY = ['infra', 'apply-auto', '--yes', '--summary'];
/** With no images to ask about before, it is the provider who is refused. */
const NODES = 'nodes:\n  - { name: cp-1, address: 10.0.0.11, controller: true }\n';
const UNASKED = [...APPLY, '--take-images'];

interface Refused {
  readonly code: string;
  /** What the message and its hint say, beyond the code. */
  readonly says?: RegExp;
  readonly proxmox?: ProxmoxOptions;
  /** Added to cluster.yaml. */
  readonly cluster?: string;
  /** What goes before, and the command that fails. */
  readonly story?: (project: InfraProject) => Promise<readonly string[]>;
}

const fails = (match: string, fault: Fault): ProxmoxOptions => ({ faults: [{ match, fault }] });
const CREATE = 'POST nodes/*/qemu';

const REFUSED: Readonly<Record<string, Refused>> = {
  'a privilege that lacks': {
    code: 'proxmox-privilege-missing',
    says: /VM\.Allocate on \/vms\/\d+/,
    proxmox: {
      grants: ['Datastore.Audit,Datastore.AllocateTemplate,Datastore.AllocateSpace,Sys.Audit,Sys.Modify,VM.Audit /'],
    },
  },
  'the right to fetch images': {
    code: 'proxmox-forbidden',
    proxmox: { grants: ['Datastore.Audit,Datastore.AllocateTemplate,VM.Audit /'] },
  },
  'a storage that is not meant for disks': {
    code: 'proxmox-storage-content',
    says: /storage local is not meant for images/,
    cluster: 'proxmox_disk_storage: local\n',
  },
  'a storage that is not meant for images': {
    code: 'proxmox-storage-content',
    says: /storage local-lvm is not meant for iso/,
    cluster: 'proxmox_iso_storage: local-lvm\n',
  },
  'a storage without space for the disk': { code: 'proxmox-storage-full', proxmox: { full: ['local-lvm'] } },
  'a storage without space for the image': { code: 'proxmox-storage-full', proxmox: { full: ['local'] } },
  'a storage that there is not': {
    code: 'proxmox-storage-unknown',
    says: /no storage fast/,
    cluster: 'proxmox_disk_storage: fast\n',
  },
  'a host that there is not': {
    code: 'proxmox-node-unknown',
    says: /no Proxmox node pve\b/,
    proxmox: { nodes: ['pve9'] },
  },
  'an image that the factory does not know': {
    code: 'proxmox-image-unknown',
    says: /nigari talos schematic register/,
    proxmox: { images: {} },
  },
  'a host without internet access': {
    code: 'proxmox-download-failed',
    says: /Can't connect to factory\.talos\.dev/,
    proxmox: fails('GET nodes/*/query-url-metadata', {
      kind: 'status',
      status: 500,
      reason: "invalid server response: '500 Can't connect to factory.talos.dev:443 (Connection timed out)'",
    }),
  },
  'a value that Proxmox VE refuses': {
    code: 'proxmox-value-refused',
    says: /tag/,
    cluster: 'proxmox_vlan_mode: true\nnode_vlan_tag: 20\n',
    story: async ({ edit }) => {
      edit('infrastructure/tofu/main.tf', (text) => text.replace('var.node_vlan_tag : null', '4095 : null'));
      return [...UNASKED, '--stale-ok'];
    },
  },
  'something else': {
    code: 'proxmox-refused',
    says: /refuses: no way \(400\)/,
    proxmox: fails(CREATE, { kind: 'status', status: 400, reason: 'no way' }),
  },
  'a host that is off': {
    code: 'proxmox-failed',
    says: /No route to host \(595\)/,
    proxmox: { nodes: ['pve9', { name: 'pve', online: false }] },
  },
  'a connection that breaks': {
    code: 'proxmox-connection-lost',
    proxmox: fails(CREATE, { kind: 'drop', when: 'before' }),
  },
  'a task that fails': {
    code: 'proxmox-task-failed',
    says: /task of Proxmox VE failed: on fire/,
    proxmox: fails(CREATE, { kind: 'task', exitstatus: 'on fire' }),
  },
  'a task that does not end': {
    code: 'proxmox-timeout',
    proxmox: fails(CREATE, { kind: 'task', milliseconds: 60_000 }),
    story: async ({ edit }) => {
      edit('infrastructure/tofu/main.tf', (text) => text.replace('started   ', 'timeout_create = 2\n  started   '));
      return [...UNASKED, '--stale-ok'];
    },
  },
  'a disk that shrinks': {
    code: 'proxmox-disk-shrunk',
    says: /VM 100 cannot be made smaller/,
    story: async ({ nigari, edit }) => {
      await nigari(APPLY);
      edit('infrastructure/tofu/terraform.tfvars', (text) => text.replace(/(vm_disk_size += )\d+/, '$132'));
      return [...APPLY, '--stale-ok'];
    },
  },
  'a disk that grows together with what wants a restart': {
    code: 'proxmox-needs-power-off',
    story: async ({ nigari, edit }) => {
      await nigari(APPLY);
      edit('nodes.yaml', (text) => text.replace('true', 'true, vm_cores: 8, vm_disk_size: 600'));
      await nigari(['configure']);
      return APPLY;
    },
  },
  'a machine that is protected': {
    code: 'proxmox-vm-protected',
    says: /VM 100 is protected/,
    story: async ({ nigari, proxmox }) => {
      await nigari(APPLY);
      for (const { config } of proxmox.world.guests.values()) config['protection'] = 1;
      return ['infra', 'destroy', '--yes', '--summary'];
    },
  },
};

describe.skipIf(realTool('tofu') === null)('what Proxmox VE refuses', () => {
  test.each(Object.entries(REFUSED))('%s', async (_, { code, says = /./, proxmox = {}, cluster = '', story }) => {
    const project = await infraProject(cluster, proxmox, { 'nodes.yaml': NODES });
    const ended = await project.nigari((await story?.(project)) ?? UNASKED, 4);
    expectClear(ended, code);
    expect(ended.stderr.slice(ended.stderr.lastIndexOf('\nerror '))).toMatch(says);
  });

  test('a token that is not known, or a host that is away, before OpenTofu starts', async () => {
    const { nigari, edit, proxmox } = await infraProject('', {}, { 'nodes.yaml': NODES });
    await proxmox.down();
    expect((await nigari(['infra', 'plan', '--summary'])).stderr).toMatch(/^warning .*\(proxmox-unreachable\)$/m);
    expectClear(await nigari(APPLY, 4), 'proxmox-unreachable');
    await proxmox.up();
    await nigari(APPLY);
    edit('nodes.yaml', (text) => text.replace('true', 'true, vm_cores: 8'));
    await nigari(['configure']);
    await nigari(['infra', 'plan', '--summary']);
    const { length } = proxmox.requests;
    await proxmox.down();
    for (const args of [['plan'], ['apply'], ['apply-auto', '--yes'], ['destroy', '--yes'], ['refresh']])
      expectClear(await nigari(['infra', ...args], 4), 'proxmox-unreachable');
    await nigari(['infra', 'plan', '--summary', '-refresh=false']);
    await proxmox.up();
    edit('cluster.yaml', (text) => text.replace(PLANTED.token, PLANTED.token.replace('51b0', '61b0')));
    await nigari(['configure']);
    expectClear(await nigari(['infra', 'plan'], 4), 'proxmox-unauthorized');
    expect(proxmox.requests.slice(length).map(({ kind }) => kind)).toEqual(['GET version']);
  });

  test('a state that somebody changes between the plan and the apply', async () => {
    const state = {
      version: 4,
      terraform_version: '1.12.6',
      serial: 7,
      lineage: 'another',
      outputs: {},
      resources: [],
    };
    let file = '';
    const proxmox = await startProxmox({}, ({ kind }) => {
      if (kind === 'GET cluster/resources') writeFileSync(file, JSON.stringify(state));
    });
    onTestFinished(proxmox.close);
    const cluster = `node_cidr: 10.0.0.0/24\ncluster_api_addr: 10.0.0.10\n${clusterYaml(proxmox)}`;
    const { nigari, folder } = await inFolder(project({ 'cluster.yaml': cluster, 'nodes.yaml': NODES }), proxmox);
    file = join(folder, 'infrastructure/tofu/terraform.tfstate');
    expectClear(await nigari(APPLY, 4), 'plan-stale');
    expect(proxmox.guests()).toEqual([]);
  });
});
