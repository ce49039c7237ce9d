/** Machines that run Talos, to talk to: each on a loopback address of its own, and a view of what became of them. */
import { EventEmitter, once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { Faults, type FaultRule } from './faults.ts';
import { openServers } from './kubernetes/server.ts';
import { announce, powerOff, powerOn } from './life.ts';
import { openPort, type Port } from './port.ts';
import {
  changed,
  type Cluster,
  type Disk,
  type LoggedCall,
  type TalosNode,
  type Timings,
  type World,
} from './world.ts';

export interface NodeSeed {
  readonly name: string;
  /** Of the loopback network, 127.x.y.z: parallel tests take different ones. */
  readonly address: string;
  /** 50000, where `talosctl` looks. */
  readonly port?: number;
  readonly mac?: string;
  readonly serial?: string;
  readonly disks?: readonly Disk[];
  /** Of the Talos that it is booted from, without `v`. */
  readonly version?: string;
  /** Off until it is switched on. */
  readonly off?: boolean;
}

export interface TalosOptions {
  readonly nodes?: readonly NodeSeed[];
  readonly timings?: Partial<Timings>;
}

export interface Simulator {
  /** The state itself, by name. */
  readonly nodes: ReadonlyMap<string, TalosNode>;
  readonly world: World;
  readonly add: (seed: NodeSeed) => TalosNode;
  /** The machine does not exist any more. */
  readonly remove: (name: string) => void;
  readonly power: (name: string, state: 'off' | 'on') => void;
  readonly fail: (...rules: readonly FaultRule[]) => void;
  /** No more faults. */
  readonly heal: () => void;
  /** Comes back when all of these are so; it does not give up. */
  readonly until: (isSo: (talos: Simulator) => boolean) => Promise<void>;
  /** Those of a node, `Version,ApplyConfiguration,…`, in order. */
  readonly calls: (name: string) => readonly LoggedCall[];
  /** The clusters that the configurations name. */
  readonly clusters: () => readonly Cluster[];
  readonly close: () => Promise<void>;
}

const TIMINGS: Timings = { boot: 50, install: 50, reboot: 1200, services: 50, register: 50, upgrade: 200 };

const GIGA = 1_000_000_000;
const DISKS: readonly Disk[] = [{ path: '/dev/sda', size: 32 * GIGA }];

export async function startTalos(options: TalosOptions = {}): Promise<Simulator> {
  const world = makeWorld(options);
  const ports = new Map<string, Port>();
  const kubernetes = openServers(world);
  world.changes.on('changed', () => {
    announce(world);
    for (const port of ports.values()) port.follow();
    kubernetes.follow();
  });
  const add = (seed: NodeSeed): TalosNode => {
    const node = newNode(seed);
    world.nodes.set(node.name, node);
    ports.set(node.name, openPort(world, node));
    if (!seed.off) powerOn(world, node);
    return node;
  };
  const talos = view(world, {
    add,
    remove: (name) => remove(world, ports, name),
    close: () => close(world, [...ports.values(), kubernetes]),
  });
  for (const seed of options.nodes ?? []) add(seed);
  await talos.until(() => [...world.nodes.values()].every(({ stage }) => stage !== 'starting'));
  return talos;
}

function makeWorld({ timings }: TalosOptions): World {
  return {
    nodes: new Map(),
    clusters: new Map(),
    timings: { ...TIMINGS, ...timings },
    faults: new Faults(),
    changes: new EventEmitter().setMaxListeners(0),
    timers: new Set(),
  };
}

/** Distinct for distinct addresses, in the range that Proxmox VE gives out. */
const macFor = (address: string): string =>
  [
    'bc',
    '24',
    '11',
    ...address
      .split('.')
      .slice(1)
      .map((part) => Number(part).toString(16).padStart(2, '0')),
  ].join(':');

function newNode({
  name,
  address,
  port = 50_000,
  mac,
  serial = '',
  disks = DISKS,
  version = '1.13.0',
}: NodeSeed): TalosNode {
  return {
    name,
    address,
    port,
    mac: (mac ?? macFor(address)).toLowerCase(),
    serial,
    disks,
    stage: 'off',
    version,
    installed: null,
    running: null,
    config: null,
    staged: null,
    bootId: randomUUID(),
    etcd: 'none',
    etcdData: false,
    kubelet: false,
    events: [],
    calls: [],
    broken: false,
  };
}

type Changing = Pick<Simulator, 'add' | 'remove' | 'close'>;

function view(world: World, changing: Changing): Simulator {
  const nodeOf = (name: string): TalosNode => {
    const node = world.nodes.get(name);
    if (!node) throw new Error(`there is no node ${name}`);
    return node;
  };
  const and = (_done: void): void => changed(world);
  const talos: Simulator = {
    ...changing,
    world,
    nodes: world.nodes,
    power: (name, state) => and(state === 'on' ? powerOn(world, nodeOf(name)) : powerOff(nodeOf(name))),
    fail: (...rules) => and(rules.forEach((rule) => world.faults.add(rule))),
    heal: () => and(world.faults.clear()),
    until: async (isSo) => until(world, () => isSo(talos)),
    calls: (name) => nodeOf(name).calls,
    clusters: () => [...world.clusters.values()],
  };
  return talos;
}

async function until(world: World, isSo: () => boolean): Promise<void> {
  while (!isSo()) await once(world.changes, 'changed');
}

function remove(world: World, ports: Map<string, Port>, name: string): void {
  const node = world.nodes.get(name);
  if (!node) return;
  powerOff(node);
  changed(world);
  world.nodes.delete(name);
  ports.delete(name);
}

async function close(world: World, open: readonly Pick<Port, 'close'>[]): Promise<void> {
  for (const timer of world.timers) clearTimeout(timer);
  world.changes.removeAllListeners();
  await Promise.all(open.map(async (one) => one.close()));
}
