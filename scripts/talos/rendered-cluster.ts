/** `talos/cluster.yaml`, as it was rendered: what the commands for Talos run by, with or without the inputs. */
import { parse } from 'yaml';
import { isMapping } from '../config/mapping.ts';
import { decodeText } from '../config/decode.ts';
import { checked, refused, type Checked, type Problem } from '../problem.ts';
import type { SourceFile } from '../types.ts';
import { installDisk, type InstallDisk } from './install-disk.ts';

export const CLUSTER_FILE = 'talos/cluster.yaml';

export type Role = 'controller' | 'worker';

export interface TalosNode {
  readonly name: string;
  readonly role: Role;
  /** Where its API answers; without a port. */
  readonly address: string;
  /** `bc:24:11:00:00:01` */
  readonly mac: string;
  /** Where Talos is installed; null where the file does not say. */
  readonly disk: InstallDisk | null;
  /** `factory.talos.dev/nocloud-installer/<schematic>:v1.13.0` */
  readonly image: string;
  /** Files relative to the project, in the order in which they count. */
  readonly patches: readonly string[];
}

export interface TalosCluster {
  readonly name: string;
  /** Of the Kubernetes API: `https://10.0.0.10:6443`. */
  readonly endpoint: string;
  /** `1.13.0` */
  readonly talosVersion: string;
  readonly kubernetesVersion: string;
  readonly driver: 'talosctl' | 'talhelper';
  /** Without one nodes are not ready until somebody installs one. */
  readonly cni: 'flannel' | 'none';
  /** As the inputs have them. */
  readonly nodes: readonly TalosNode[];
}

export const controllersOf = ({ nodes }: Pick<TalosCluster, 'nodes'>): readonly TalosNode[] =>
  nodes.filter(({ role }) => role === 'controller');

/** @returns `talos-cluster-unreadable` where it is not as a template of ours makes it */
export function readCluster(file: SourceFile): Checked<TalosCluster> {
  const text = decodeText(file);
  if (!text.ok) return text;
  const cluster = clusterOf(parsed(text.value));
  return cluster === null ? refused(unreadable) : checked(cluster);
}

function parsed(text: string): unknown {
  try {
    return parse(text) as unknown;
  } catch {
    return null;
  }
}

function clusterOf(value: unknown): TalosCluster | null {
  if (!isMapping(value) || !Array.isArray(value['nodes'])) return null;
  const shared = textsOf(value['patches']);
  const nodes = value['nodes'].map((node) => nodeOf(node, shared));
  const [name, endpoint, talosVersion, kubernetesVersion] = TEXTS.map((key) => value[key]);
  if (!isText(name) || !isText(endpoint) || !isText(talosVersion) || !isText(kubernetesVersion)) return null;
  if (shared === null || !nodes.every((node) => node !== null)) return null;
  const driver = value['driver'] === 'talhelper' ? 'talhelper' : 'talosctl';
  const cni = value['cni'] === 'none' ? 'none' : 'flannel';
  return { name, endpoint, talosVersion, kubernetesVersion, driver, cni, nodes };
}

const TEXTS = ['cluster_name', 'endpoint', 'talos_version', 'kubernetes_version'] as const;

function nodeOf(value: unknown, shared: readonly string[] | null): TalosNode | null {
  const own = isMapping(value) ? textsOf(value['patches']) : null;
  if (!isMapping(value) || own === null || shared === null) return null;
  const { name, address, mac_addr: mac, install_image: image } = value;
  if (!isText(name) || !isText(address) || !isText(mac) || !isText(image)) return null;
  const role = value['role'] === 'controller' ? 'controller' : 'worker';
  return {
    name,
    role,
    address,
    mac: mac.toLowerCase(),
    disk: installDisk(value['disk'], value['disk_selector']),
    image,
    patches: [...shared, ...own],
  };
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const textsOf = (value: unknown): readonly string[] | null =>
  Array.isArray(value) && value.every(isText) ? value : null;

const unreadable: Problem = {
  code: 'talos-cluster-unreadable',
  severity: 'error',
  file: CLUSTER_FILE,
  message: 'this is not what nigari writes there',
  hint: '`nigari configure --force` writes it anew',
};
