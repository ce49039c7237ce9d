/** Small inputs for the tests of rules: cluster.yaml by its lines, nodes.yaml with a node in each line. */
import { validate } from '../../scripts/config/validate.ts';
import { inputs } from './input.ts';

/** What cluster.yaml must say. */
export const BARE = 'node_cidr: 10.0.0.0/24\ncluster_api_addr: 10.0.0.10\n';
const TOKEN = 'proxmox_api_token_id: fake@pve!nigari\nproxmox_api_token_secret: 00000000-1111-2222-3333-444444444444\n';
/** The same with the infrastructure on, and nothing to find. */
export const PROXMOX = `${BARE}proxmox_api_url: https://pve:8006\nproxmox_node: pve\n${TOKEN}`;

/** A nodes.yaml with these nodes, each in one line, the first in line 2. */
export const nodes = (...lines: readonly string[]): string =>
  `nodes:\n${lines.map((line) => `  - {${line}}\n`).join('')}`;

/** A node that says what it must: a controller at 10.0.0.`last`. */
export const controller = (name: string, last: number, more = ''): string =>
  `name: ${name}, address: 10.0.0.${last}, controller: true${more}`;
export const worker = (name: string, last: number, more = ''): string =>
  controller(name, last, more).replace('controller: true', 'controller: false');

/** One controller, of which there is nothing to find. */
export const ONE = nodes(controller('a', 2));

/** `3 code: message` for each finding, in their order. */
export const said = (cluster: string, list: string = ONE): readonly string[] =>
  validate(inputs(cluster, list)).problems.map(({ code, line, message }) => `${line} ${code}: ${message}`);

export const codes = (cluster: string, list: string = ONE): readonly string[] =>
  validate(inputs(cluster, list)).problems.map(({ code }) => code);

/** `code: hint` for each finding. */
export const hints = (cluster: string, list: string = ONE): readonly string[] =>
  validate(inputs(cluster, list)).problems.map(({ code, hint }) => `${code}: ${hint}`);

/** A cluster.yaml with some of its lines in the place of those of `PROXMOX`. */
export function withLines(...lines: readonly string[]): string {
  const keys = lines.map((line) => line.split(':')[0]);
  const kept = PROXMOX.split('\n').filter((line) => !keys.includes(line.split(':')[0]));
  return `${lines.join('\n')}\n${kept.join('\n')}`;
}
