/** What the inputs mean and the files that they become, from texts, in memory. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { derive } from '../../scripts/config/derive.ts';
import { validate } from '../../scripts/config/validate.ts';
import type { Generated } from '../../scripts/explain/answer.ts';
import type { Meaning } from '../../scripts/explain/leaves.ts';
import { Exit, must } from '../../scripts/problem.ts';
import { render } from '../../scripts/render/render.ts';
import { loadTemplates } from '../../scripts/system/templates.ts';
import type { Disk, Template } from '../../scripts/types.ts';
import { ROOT } from './copy.ts';
import { inputs } from './input.ts';
import { scenarios } from './render.ts';

/** Texts of the two input files, by their names. */
export type InputTexts = Readonly<Record<string, string>>;

export interface Case {
  readonly texts: InputTexts;
  readonly meaning: Meaning;
}

export function caseOf(cluster: string, nodes: string): Case {
  const config = must(validate(inputs(cluster, nodes)), Exit.refusedInput);
  return { texts: { 'cluster.yaml': cluster, 'nodes.yaml': nodes }, meaning: { config, derived: derive(config) } };
}

export function scenarioCase(name: string): Case {
  const read = (file: string): string => readFileSync(join(ROOT, 'test/fixtures/valid', name, file), 'utf8');
  return caseOf(read('cluster.yaml'), read('nodes.yaml'));
}

/** Written in ways that the fixtures do not use: block lists, quotes, anchors, merged keys, a value over two lines. */
export const UNUSUAL = caseOf(
  `node_cidr: &net "10.0.0.0/24"
"cluster_api_addr": '10.0.0.10'
cluster_pod_cidr: 10.42.0.0/16
node_dns_servers:
  - 9.9.9.9
  - "149.112.112.112"
node_vlan_tag: 0x14
proxmox_api_url: https://pve.example.com:8006/
proxmox_node: >-
  pve
proxmox_vm_defaults: &size {cores: 2, memory: 4096}
proxmox_vm_worker_defaults:
  <<: *size
  memory: 8192
proxmox_vm_advanced:
  tags:
    - Lab
    - talos
tfstate_url: https://state.example.com
`,
  `nodes:
  - &node
    name: cp-1
    address: 10.0.0.11
    controller: true
    mac_addr: BC-24-11-00-00-01
  - <<: *node
    name: wk-1
    address: 10.0.0.21
    controller: false
    mac_addr:
      bc24.1100.0002
    vars: {rack: b2, deep: {list: [1, two]}}
`,
);

/** Every valid scenario, and the unusual one. */
export const cases: readonly (readonly [name: string, made: Case])[] = [
  ...scenarios.map((name) => [name, scenarioCase(name)] as const),
  ['written in unusual ways', UNUSUAL],
];

/** @param own templates of the project, which take the place of built-in ones */
export async function generated(
  { derived }: Meaning,
  own: readonly Template[] = [],
  disk: Disk = new Map(),
): Promise<Generated> {
  const builtIn = must(await loadTemplates({ builtIn: ROOT, project: ROOT }), Exit.bug);
  const templates = [...new Map([...builtIn, ...own].map((template) => [template.path, template])).values()];
  const artifacts = must(render(derived.model, templates), Exit.refusedTemplate);
  return { artifacts, templates, disk, root: '/project' };
}
