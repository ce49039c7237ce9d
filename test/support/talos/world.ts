/** What the simulated machines and their clusters consist of. The functions beside this file change it; nothing else does. */
import type { EventEmitter } from 'node:events';
import type { Faults } from './faults.ts';
import type { Kubernetes } from './kubernetes/objects.ts';
import { textAt, type MachineConfig } from './machine-config.ts';

/**
 * `off`, and `starting` or `rebooting` where nothing answers; `maintenance` without a configuration; `booting` while services
 * come up, `running` when all are; `upgrading` and `resetting` while that is done.
 */
export type Stage =
  | 'off'
  | 'starting'
  | 'maintenance'
  | 'booting'
  | 'running'
  | 'upgrading'
  | 'resetting'
  | 'rebooting';

export interface Disk {
  /** `/dev/sda` */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly serial?: string;
  readonly model?: string;
  readonly wwid?: string;
  readonly transport?: string;
  readonly rotational?: boolean;
  /** Other names: `/dev/disk/by-id/…`. */
  readonly symlinks?: readonly string[];
}

/** One call, and how it was answered. */
export interface LoggedCall {
  /** `Version`, `ApplyConfiguration`, …; those of other services as `State/List`, `ImageService/Pull`. */
  readonly call: string;
  readonly request: Readonly<Record<string, unknown>>;
  /** `OK`, `PERMISSION_DENIED`, …; `SILENCE` where no answer came. */
  readonly status: string;
}

/** What `talosctl events` shows. */
export interface MachineEvent {
  readonly type: 'SequenceEvent' | 'PhaseEvent' | 'TaskEvent' | 'MachineStatusEvent';
  readonly value: object;
  readonly actorId: string;
}

export interface TalosNode {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly mac: string;
  readonly serial: string;
  readonly disks: readonly Disk[];
  stage: Stage;
  /** Of the Talos that runs, without `v`. */
  version: string;
  /** The installer image on its disk; null before it was installed. */
  installed: string | null;
  /** The one that it was booted from. */
  running: string | null;
  /** The configuration in force. */
  config: MachineConfig | null;
  /** In force after the next boot. */
  staged: MachineConfig | null;
  /** Another one at each boot. */
  bootId: string;
  /** `waiting` until the cluster is bootstrapped or has taken it in. */
  etcd: 'none' | 'waiting' | 'up';
  /** There is data of etcd on its disk. */
  etcdData: boolean;
  kubelet: boolean;
  /** Of this boot. */
  events: MachineEvent[];
  readonly calls: LoggedCall[];
  /** What is done next fails; see faults. */
  broken: boolean;
}

export interface Cluster {
  /** `cluster.id` of the machine configurations. */
  readonly id: string;
  /** Names of nodes that etcd counts, with the id that it gave them. */
  readonly members: Map<string, bigint>;
  /** Bootstrapped twice, at two nodes: what nobody may ever do. */
  split: boolean;
  /** Null until etcd was bootstrapped. */
  kubernetes: Kubernetes | null;
}

/** Milliseconds. */
export interface Timings {
  /** From power to an answer. */
  readonly boot: number;
  /** From an answer to the configuration until the node goes down to boot into it. */
  readonly install: number;
  /** How long nobody answers in a reboot: above 1000 `talosctl` notices it in its stream of events. */
  readonly reboot: number;
  /** Until kubelet and etcd are up. */
  readonly services: number;
  /** Until the kubelet of a new node has registered, and one with a network is ready. */
  readonly register: number;
  /** How long an image is pulled, and how long it is installed. */
  readonly upgrade: number;
}

export interface World {
  readonly nodes: Map<string, TalosNode>;
  readonly clusters: Map<string, Cluster>;
  readonly timings: Timings;
  readonly faults: Faults;
  /** `changed` after each step. */
  readonly changes: EventEmitter;
  readonly timers: Set<NodeJS.Timeout>;
}

const ANSWERING: readonly Stage[] = ['maintenance', 'booting', 'running', 'upgrading', 'resetting'];

export const answers = ({ stage }: TalosNode): boolean => ANSWERING.includes(stage);

export const changed = ({ changes }: World): void => void changes.emit('changed');

/** Turns of the event loop in which an answer is sent for sure, also where this process was not let run for a while. */
const TURNS = 10;

/** Does something later, and not before what was just answered is on its way; never after `close`. */
export function later(world: World, milliseconds: number, run: () => void, turns = TURNS): void {
  const timer = setTimeout(() => {
    world.timers.delete(timer);
    if (turns > 0) return later(world, 0, run, turns - 1);
    run();
    return changed(world);
  }, milliseconds);
  world.timers.add(timer);
}

/** The cluster that a configuration names; made when it is named first. */
export function clusterOf(world: World, { main }: MachineConfig): Cluster {
  const id = textAt(main, 'cluster.id');
  const known = world.clusters.get(id);
  if (known) return known;
  const cluster: Cluster = { id, members: new Map(), split: false, kubernetes: null };
  world.clusters.set(id, cluster);
  return cluster;
}

/** Nodes whose configuration names this cluster, whether or not they answer. */
export const nodesOf = (world: World, cluster: Cluster): readonly TalosNode[] =>
  [...world.nodes.values()].filter(({ config }) => config !== null && clusterOf(world, config) === cluster);

/** More than half of the members are up. */
export function hasQuorum(world: World, cluster: Cluster): boolean {
  const up = [...cluster.members.keys()].filter((name) => world.nodes.get(name)?.etcd === 'up');
  return up.length > cluster.members.size / 2;
}
