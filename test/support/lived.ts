/** The whole life of a scenario's machines, by nigari's own commands: what `configure` foretells is what the plan says. */
import { expect } from 'vitest';
import { parseDocument, type Document } from 'yaml';
import { derive } from '../../scripts/config/derive.ts';
import type { Model, NodeModel } from '../../scripts/types.ts';
import { inFolder, PLANTED, type InfraProject } from './infra-project.ts';
import { project } from './project.ts';
import { clusterFor } from './proxmox/for-model.ts';
import { startProxmox, type Simulator } from './proxmox/simulator.ts';
import { writtenIn, type Texts } from './render.ts';

interface Plan {
  readonly empty: boolean;
  readonly changes: readonly { readonly action: string; readonly address: string }[];
}

interface Foretold {
  readonly dangers: readonly { readonly code: string; readonly machines: readonly string[] }[];
}

/** Where the state is, is another test's business. */
const NOT_HERE = /^(tfstate_|cloudflare_|cf_)/;

/** What is left of a cluster, and what it was asked that it could not answer. */
export interface Left {
  readonly guests: number;
  readonly volumes: readonly string[];
  readonly unanswered: number;
}

export const NOTHING: Left = { guests: 0, volumes: [], unanswered: 0 };

/** @param texts of cluster.yaml and nodes.yaml, with their comments @returns what is left after all is destroyed */
export async function liveThrough(texts: Texts): Promise<Left> {
  const { model } = derive(writtenIn(texts));
  const proxmox = await startProxmox(clusterFor(model, { id: PLANTED.id, secret: PLANTED.token }));
  try {
    const files = { 'cluster.yaml': connected(texts.cluster, proxmox), 'nodes.yaml': texts.nodes };
    await live(await inFolder(project(files), proxmox), model);
    const unanswered = proxmox.requests.filter(({ status }) => status === 501).length;
    return { guests: proxmox.guests().length, volumes: proxmox.volumes(), unanswered };
  } finally {
    await proxmox.close();
  }
}

function connected(text: string, { endpoint }: Simulator): string {
  const cluster = parseDocument(text);
  for (const key of Object.keys(cluster.toJS() as object)) if (NOT_HERE.test(key)) cluster.delete(key);
  cluster.set('proxmox_api_url', endpoint);
  cluster.set('proxmox_insecure', true);
  cluster.set('proxmox_api_token_id', PLANTED.id);
  cluster.set('proxmox_api_token_secret', PLANTED.token);
  return String(cluster);
}

async function live({ proxmox, nigari, json, edit }: InfraProject, { nodes }: Model): Promise<void> {
  const names = nodes.map(({ name }) => name);
  expect(actions(await json<Plan>(PLAN), 'create')).toEqual(new Set(names));
  await nigari(['infra', 'apply']);
  expect(await json<Plan>(PLAN)).toMatchObject({ empty: true });
  expect(new Set(running(proxmox))).toEqual(new Set(names));

  edit('nodes.yaml', (text) => changed(text, nodes));
  const foretold = await json<Foretold>(['configure', '--yes', '--allow-quorum-loss', '--json']);
  const plan = await json<Plan>(PLAN);
  expect({
    destroyed: actions(plan, 'destroy'),
    replaced: actions(plan, 'replace'),
    changed: actions(plan, 'update', 'move'),
  }).toEqual({
    destroyed: machines(foretold, 'destroys-vm'),
    replaced: machines(foretold, 'replaces-vm'),
    changed: machines(foretold, 'in-place', 'needs-reboot', 'renames-vm'),
  });
  const gone = machines(foretold, 'destroys-vm');
  const survivors = proxmox.guests().filter(({ name }) => !gone.has(name));
  const applied = await nigari(['infra', 'apply', '--yes', '-parallelism=10']);
  // All of these scenarios let Proxmox VE pick the ids, and whoever comes takes the freed one.
  const isReplaced = gone.size > 0;
  expect(applied.all.includes('One machine at a time')).toBe(isReplaced);
  expect(await json<Plan>(PLAN)).toMatchObject({ empty: true });
  expect(running(proxmox)).toContain('renamed');
  expect(survivors.flatMap(({ vmid }) => proxmox.events(vmid))).not.toContain('stopped');

  await nigari(['infra', 'destroy', '--yes']);
}

const PLAN = ['infra', 'plan', '--json'];

const running = (proxmox: Simulator): readonly string[] =>
  proxmox
    .guests()
    .filter(({ status }) => status === 'running')
    .map(({ name }) => name);

/** Names of the machines that a plan does this to. */
function actions({ changes }: Plan, ...wanted: readonly string[]): ReadonlySet<string> {
  const found = changes.filter(({ action, address }) => wanted.includes(action) && address.includes('talos_node'));
  return new Set(found.map(({ address }) => /\["(.+)"\]$/.exec(address)?.[1] ?? address));
}

function machines({ dangers }: Foretold, ...codes: readonly string[]): ReadonlySet<string> {
  return new Set(dangers.filter(({ code }) => codes.includes(code)).flatMap((danger) => danger.machines));
}

/** More cores for the first; the last is renamed and gets a larger disk; a worker between them goes, another one comes. */
function changed(text: string, nodes: readonly NodeModel[]): string {
  const written = parseDocument(text);
  const last = nodes.length - 1;
  const set = (index: number, values: object): void =>
    Object.entries(values).forEach(([key, value]) => written.setIn(['nodes', index, key], value));
  set(0, { vm_cores: (nodes[0]?.vm_cores ?? 0) + 2 });
  const { mac_addr, vm_disk_size = 0 } = nodes[last] ?? {};
  // Of a machine whose cores change, a disk cannot grow at the same time.
  set(last, { name: 'renamed', mac_addr, ...(last > 0 && { vm_disk_size: vm_disk_size + 16 }) });
  replaceOne(written, nodes);
  return String(written);
}

function replaceOne(written: Document, nodes: readonly NodeModel[]): void {
  const gone = nodes.findIndex(({ controller }, index) => !controller && index > 0 && index < nodes.length - 1);
  if (gone < 0) return;
  written.deleteIn(['nodes', gone]);
  written.addIn(['nodes'], written.createNode({ name: 'added', address: nodes[gone]?.address, controller: false }));
}
