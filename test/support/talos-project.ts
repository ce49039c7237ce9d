/** A project of nigari's own before simulated machines that run Talos, and the built nigari run in it as a user would. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { configured, connection, PLANTED, type InfraProject, type NigariProject } from './infra-project.ts';
import { noteSecrets } from './printed.ts';
import { nigari, project } from './project.ts';
import { startTalos, type Simulator, type TalosOptions } from './talos/simulator.ts';
import { ownNetwork } from './talos/loopback.ts';
import { startMachines } from './talos/on-proxmox.ts';

export interface TalosProject extends NigariProject {
  readonly talos: Simulator;
  /** Address of the node with this last number. */
  readonly address: (last: number) => string;
  /** Every value of the cluster's bundle. */
  readonly bundle: () => readonly string[];
}

/** The nodes of a project: names, the last number of their address. The first letter says the role. */
const USUAL = { 'cp-1': 11, 'cp-2': 12, 'cp-3': 13, 'wk-1': 21 } as const;

const mac = (last: number): string => `bc:24:11:00:00:${last.toString(16).padStart(2, '0')}`;

/** Machines of metal: nothing but Talos is needed. @param more lines of cluster.yaml */
export async function talosProject(
  nodes: Readonly<Record<string, number>> = USUAL,
  more = '',
  options: Pick<TalosOptions, 'timings'> = {},
): Promise<TalosProject> {
  const network = nextNetwork();
  const address = (last: number): string => `${network}.${last}`;
  const seeds = Object.entries(nodes).map(([name, last]) => ({ name, address: address(last), mac: mac(last) }));
  const talos = await startTalos({ nodes: seeds, ...options });
  onTestFinished(talos.close);
  const folder = project({ 'cluster.yaml': clusterYaml(network, more), 'nodes.yaml': nodesYaml(nodes, address) });
  const own = await configured(folder);
  return { ...own, talos, address, bundle: () => bundleOf(folder) };
}

/** Virtual machines on a Proxmox VE: they are there after `infra apply`. */
export async function machinesProject(
  nodes: Readonly<Record<string, number>> = USUAL,
): Promise<TalosProject & InfraProject> {
  const network = nextNetwork();
  const address = (last: number): string => `${network}.${last}`;
  const machines = await startMachines({ token: { id: PLANTED.id, secret: PLANTED.token } });
  onTestFinished(machines.close);
  const lines = Object.entries(nodes).map(([name, last]) => machineLine(name, address(last)));
  const folder = project({
    'cluster.yaml': clusterYaml(network, connection(machines.proxmox)),
    'nodes.yaml': ['nodes:', ...lines, ''].join('\n'),
  });
  const own = await configured(folder);
  return { ...own, ...machines, address, bundle: () => bundleOf(folder) };
}

export const machineLine = (name: string, address: string): string =>
  `  - { name: ${name}, address: ${address}, controller: ${name.startsWith('c')} }`;

let networks = 0;

/** Each test of a process has one of its own. */
function nextNetwork(): string {
  const [first, second, third] = ownNetwork().split('.').map(Number);
  networks += 1;
  return `${first}.${((second ?? 0) + 40 * networks) % 250}.${third}`;
}

const clusterYaml = (network: string, more: string): string =>
  `node_cidr: ${network}.0/24\ncluster_api_addr: ${network}.10\ncluster_name: demo\ntalos_version: 1.13.0\nkubernetes_version: 1.36.0\n${more}`;

/** That of the QEMU guest agent: https://www.talos.dev, page on Proxmox. */
const SCHEMATIC = 'ce4c980550dd2ab1b17bbf2b08801c7eb59418eafe8f279833297925d67c7515';

function nodesYaml(nodes: Readonly<Record<string, number>>, address: (last: number) => string): string {
  return ['nodes:', ...Object.entries(nodes).map(([name, last]) => nodeLine(name, address(last), mac(last))), ''].join(
    '\n',
  );
}

const nodeLine = (name: string, address: string, mac_addr: string): string =>
  `  - { name: ${name}, address: ${address}, controller: ${name.startsWith('c')}, disk: /dev/sda, mac_addr: "${mac_addr}", schematic_id: ${SCHEMATIC} }`;

/** Printed in clear since the test asks for it: so that run is none of those that are looked after. */
function bundleOf(folder: string): readonly string[] {
  const ended = nigari(folder, ['secrets', 'decrypt', 'talos/secrets.sops.yaml', '--stdout']);
  const values = textsIn(parse(ended.stdout)).filter(({ length }) => length >= 8);
  expect(values.length).toBeGreaterThan(10);
  noteSecrets(folder, values);
  return values;
}

function textsIn(value: unknown): readonly string[] {
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [String(value)];
}

/** Whether a text holds one of these values, as it is, or in base64 once more. */
export function holdsOneOf(values: readonly string[]): (text: string) => boolean {
  const forms = values
    .flatMap((value) => [value, Buffer.from(value, 'base64').toString('latin1')])
    .filter(({ length }) => length >= 8);
  return (text) => forms.some((form) => text.includes(form));
}

/** Files below a folder that hold one of these values. */
export function filesWith(folder: string, values: readonly string[]): readonly string[] {
  const holds = holdsOneOf(values);
  const names = readdirSync(folder, { recursive: true }) as string[];
  return names.filter((name) => {
    const file = join(folder, name);
    return statSync(file, { throwIfNoEntry: false })?.isFile() === true && holds(readFileSync(file, 'latin1'));
  });
}
