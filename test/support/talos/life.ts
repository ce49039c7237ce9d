/** How a machine lives: power, boots, services, and what a cluster does with a node that comes or goes. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Authority } from '../certificate.ts';
import { isReady, newKubernetes } from './kubernetes/objects.ts';
import {
  authorityCertificate,
  authorityIn,
  hostnameOf,
  isController,
  tagOf,
  textAt,
  type MachineConfig,
} from './machine-config.ts';
import {
  answers,
  clusterOf,
  hasQuorum,
  later,
  nodesOf,
  type Cluster,
  type Stage,
  type TalosNode,
  type World,
} from './world.ts';

/** Does something later, unless the node has gone down in between. */
export function whileUp(world: World, node: TalosNode, milliseconds: number, run: () => void): void {
  const { bootId } = node;
  later(world, milliseconds, () => {
    if (node.bootId === bootId) run();
  });
}

function goDown(node: TalosNode, stage: Stage): void {
  node.stage = stage;
  node.bootId = randomUUID();
  node.kubelet = false;
  if (node.etcd === 'up') node.etcd = 'waiting';
  node.events = [];
}

export function powerOn(world: World, node: TalosNode): void {
  if (node.stage !== 'off') return;
  goDown(node, 'starting');
  whileUp(world, node, world.timings.boot, () => comeUp(world, node));
}

export const powerOff = (node: TalosNode): void => goDown(node, 'off');

export function reboot(world: World, node: TalosNode): void {
  goDown(node, 'rebooting');
  whileUp(world, node, world.timings.reboot, () => comeUp(world, node));
}

/** What each boot ends in: maintenance mode, or services that come up. */
export function comeUp(world: World, node: TalosNode): void {
  const fault = world.faults.atBoot(node.name);
  if (fault === 'never') return;
  node.config = node.staged ?? node.config;
  node.staged = null;
  if (node.installed !== null) node.version = tagOf(node.installed) || node.version;
  node.running = node.installed;
  if (node.config !== null) return startWhenSigned(world, node, node.config, fault === null);
  node.stage = 'maintenance';
}

/** A worker gets its certificate from a control plane, and waits for one. */
function startWhenSigned(world: World, node: TalosNode, config: MachineConfig, hasKubelet: boolean): void {
  if (authorityFor(world, config) !== null) startServices(world, node, config, hasKubelet);
  else whileUp(world, node, world.timings.services, () => startWhenSigned(world, node, config, hasKubelet));
}

/** Who signs for Talos's API: the key is in the configuration of control planes only. */
export function authorityFor(world: World, config: MachineConfig): Authority | null {
  const all = [config, ...nodesOf(world, clusterOf(world, config)).flatMap((node) => node.config ?? [])];
  const same = all.filter(
    (one) => authorityCertificate(one, 'machine.ca') === authorityCertificate(config, 'machine.ca'),
  );
  return same.map((one) => authorityIn(one, 'machine.ca')).find((authority) => authority !== null) ?? null;
}

function startServices(world: World, node: TalosNode, config: MachineConfig, hasKubelet: boolean): void {
  const cluster = clusterOf(world, config);
  node.stage = 'booting';
  if (isController(config)) {
    node.etcd = 'waiting';
    whileUp(world, node, world.timings.services, () => startEtcd(world, node, cluster));
  }
  if (!hasKubelet) return;
  whileUp(world, node, world.timings.services, () => {
    node.kubelet = true;
    settle(node);
    register(world, node, cluster);
  });
}

/** A configuration that takes effect at once; another kubelet is started anew. */
export function change(world: World, node: TalosNode, config: MachineConfig): void {
  const kubelet = (one: MachineConfig | null): unknown => one?.main && textAt(one.main, 'machine.kubelet.image');
  const isOther = kubelet(node.config) !== kubelet(config);
  node.config = config;
  if (!isOther || !node.kubelet) return;
  node.kubelet = false;
  whileUp(world, node, world.timings.services, () => {
    node.kubelet = true;
  });
}

/** Waits until there is something to start with: data on the disk, or a cluster that takes it in. */
function startEtcd(world: World, node: TalosNode, cluster: Cluster): void {
  if (node.etcd === 'up') return;
  if (!node.etcdData && cluster.kubernetes !== null && hasQuorum(world, cluster)) joinEtcd(node, cluster);
  if (node.etcdData) etcdIsUp(node, cluster);
  else whileUp(world, node, world.timings.services, () => startEtcd(world, node, cluster));
}

function joinEtcd(node: TalosNode, cluster: Cluster): void {
  cluster.members.set(node.name, randomBytes(8).readBigUInt64BE());
  node.etcdData = true;
}

function etcdIsUp(node: TalosNode, cluster: Cluster): void {
  cluster.kubernetes ??= newKubernetes();
  node.etcd = 'up';
  settle(node);
}

/** The first member; a second first member of the same cluster is a cluster of its own, as with the real one. */
export function bootstrap(world: World, node: TalosNode, cluster: Cluster): void {
  if (cluster.members.size > 0) cluster.split = true;
  joinEtcd(node, cluster);
  whileUp(world, node, world.timings.services, () => etcdIsUp(node, cluster));
}

function settle(node: TalosNode): void {
  if (node.stage !== 'booting' || !node.kubelet || node.etcd === 'waiting') return;
  node.stage = 'running';
}

/** A kubelet that finds an API makes its node known there. */
function register(world: World, node: TalosNode, cluster: Cluster): void {
  whileUp(world, node, world.timings.register, () => {
    const { kubernetes } = cluster;
    const name = nodeName(node);
    if (kubernetes === null || !hasQuorum(world, cluster)) register(world, node, cluster);
    else if (!kubernetes.nodes.has(name)) kubernetes.nodes.set(name, { name, node, unschedulable: false });
  });
}

/** The name that a node goes by; made up, but always the same, where its configuration has none. */
export function nodeName({ config, mac }: TalosNode): string {
  const configured = config === null ? '' : hostnameOf(config);
  return configured || `talos-${mac.replaceAll(':', '').slice(-6)}`;
}

/** Everything on the disk that is named is gone. */
export function wipe(node: TalosNode, what: Readonly<Record<'state' | 'ephemeral' | 'meta', boolean>>): void {
  if (what.ephemeral) {
    node.etcdData = false;
    node.etcd = 'none';
  }
  if (what.state) {
    node.config = null;
    node.staged = null;
    node.etcd = 'none';
  }
  // By this partition Talos knows that it is installed (`MachineState.Installed`).
  if (what.meta) node.installed = null;
}

/** What `MachineStatusEvent` calls a stage. */
const STAGES: Readonly<Partial<Record<Stage, string>>> = {
  maintenance: 'MAINTENANCE',
  booting: 'BOOTING',
  running: 'RUNNING',
  upgrading: 'UPGRADING',
  resetting: 'RESETTING',
};

export interface MachineStatus {
  readonly ready: boolean;
  readonly unmetConditions: readonly { readonly name: string; readonly reason: string }[];
}

/** Ready is a machine whose services are up and whose Kubernetes node is ready: without a network it never is. */
export function machineStatus(world: World, node: TalosNode): MachineStatus {
  const { stage, config, kubelet, etcd } = node;
  if (config === null || (stage !== 'booting' && stage !== 'running')) return { ready: true, unmetConditions: [] };
  const down = [...(kubelet ? [] : ['kubelet not running']), ...(etcd === 'waiting' ? ['etcd not running'] : [])];
  const unmetConditions = [
    ...(down.length > 0 ? [{ name: 'services', reason: down.join(', ') }] : []),
    ...(isReady(clusterOf(world, config), node) ? [] : [{ name: 'nodeReady', reason: notReady(node) }]),
  ];
  return { ready: unmetConditions.length === 0, unmetConditions };
}

const notReady = (node: TalosNode): string => `node "${nodeName(node)}" is not ready`;

/** Tells those who follow the events of a machine when its stage or its readiness has changed. */
export function announce(world: World): void {
  for (const node of world.nodes.values()) {
    const stage = STAGES[node.stage];
    const last = node.events.findLast(({ type }) => type === 'MachineStatusEvent')?.value;
    const value = { stage, status: machineStatus(world, node) };
    if (stage === undefined || JSON.stringify(last) === JSON.stringify(value)) continue;
    node.events.push({ type: 'MachineStatusEvent', value, actorId: '' });
  }
}

/** Whether Kubernetes' API answers at this control plane. */
export const isServing = (world: World, node: TalosNode, cluster: Cluster): boolean =>
  answers(node) && node.etcd === 'up' && hasQuorum(world, cluster);
