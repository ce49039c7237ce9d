/** The cluster as a whole, and its hosts. */
import { describeGuest } from './guests.ts';
import { maySee, privilegesAt } from './permissions.ts';
import { invalid } from './refused.ts';
import type { Call, Route } from './route.ts';
import { describeStorage, storagesAt } from './storage.ts';
import { nodeOf, type Node, type World } from './world.ts';

const GIB = 2 ** 30;

const version = ({ world }: Call): unknown => ({
  version: world.version,
  release: world.version.split('.').slice(0, 2).join('.'),
  repoid: '0123456789abcdef',
  console: 'html5',
});

/** The same for each host: what it has is of no matter here. */
const describeNode = ({ name, online }: Node): Record<string, unknown> => ({
  node: name,
  id: `node/${name}`,
  type: 'node',
  status: online ? 'online' : 'offline',
  ssl_fingerprint: Array.from({ length: 32 }, () => '00').join(':'),
  level: '',
  ...(online
    ? { uptime: 100_000, cpu: 0.1, maxcpu: 32, mem: 16 * GIB, maxmem: 256 * GIB, disk: 8 * GIB, maxdisk: 64 * GIB }
    : {}),
});

function nodeStatus({ world, at }: Call): unknown {
  const { name } = nodeOf(world, at['node'] ?? '');
  return {
    uptime: 100_000,
    pveversion: `pve-manager/${world.version}/0123456789abcdef`,
    kversion: 'Linux 6.14.0-1-pve',
    cpuinfo: { cpus: 32, cores: 16, sockets: 1, model: `Simulated CPU of ${name}` },
    memory: { total: 256 * GIB, used: 16 * GIB, free: 240 * GIB },
    rootfs: { total: 64 * GIB, used: 8 * GIB, free: 56 * GIB, avail: 56 * GIB },
    loadavg: ['0.10', '0.10', '0.10'],
  };
}

/** What lists leave out without a word: what the caller may not see. */
const RESOURCES: readonly (readonly [type: string, list: (call: Call) => readonly object[]])[] = [
  [
    'vm',
    ({ world, caller }) =>
      [...world.guests.values()]
        .filter(({ vmid }) => maySee(world.access, caller, `VM.Audit /vms/${vmid}`))
        .map((guest) => {
          const { cpus, ...known } = describeGuest(guest);
          const { kind, vmid, node, pool } = guest;
          return { ...known, type: kind, id: `${kind}/${vmid}`, node, maxcpu: cpus, ...(pool ? { pool } : {}) };
        }),
  ],
  ['node', ({ world }) => [...world.nodes.values()].map(describeNode)],
  [
    'storage',
    (call) =>
      [...call.world.nodes.keys()].flatMap((node) =>
        storagesAt(call, node).map((storage) => {
          const { type, total, used, content, shared } = describeStorage(call.world, node, storage);
          const id = `storage/${node}/${storage.storage}`;
          const sizes = { maxdisk: total, disk: used };
          return {
            type: 'storage',
            id,
            node,
            storage: storage.storage,
            plugintype: type,
            content,
            shared,
            status: 'available',
            ...sizes,
          };
        }),
      ),
  ],
];

const resources = (call: Call): unknown =>
  RESOURCES.filter(([type]) => !call.form['type'] || call.form['type'] === type).flatMap(([, list]) => list(call));

/** With `vmid`: whether it is free, asked without any privilege. */
function nextId({ world, form }: Call): string {
  const asked = form['vmid'];
  if (asked === undefined) return String(firstFree(world));
  if (world.guests.has(Number(asked))) throw invalid({ vmid: `VM ${asked} already exists` });
  return asked;
}

function firstFree({ guests }: World): number {
  let vmid = 100;
  while (guests.has(vmid)) vmid += 1;
  return vmid;
}

function permissions({ world, caller, form }: Call): unknown {
  const paths = form['path']
    ? [form['path']]
    : ['/', '/access', '/nodes', '/pool', '/sdn', '/storage', '/vms', ...world.access.acl.map(({ path }) => path)];
  const held = paths.map((path) => [path, [...privilegesAt(world.access, caller, path)]] as const);
  const known = held.filter(([, names]) => names.length > 0);
  return Object.fromEntries(known.map(([path, names]) => [path, Object.fromEntries(names.map((name) => [name, 1]))]));
}

export const clusterRoutes: readonly Route[] = [
  ['GET version', 'user', version],
  ['GET nodes', 'user', ({ world }) => [...world.nodes.values()].map(describeNode)],
  ['GET nodes/{node}/status', ['Sys.Audit /nodes/{node}'], nodeStatus],
  ['GET cluster/resources', 'user', resources],
  ['GET cluster/nextid', 'user', nextId],
  [
    'GET cluster/status',
    ['Sys.Audit /'],
    ({ world }) =>
      [...world.nodes.values()].map(({ name, online }) => ({
        type: 'node',
        id: `node/${name}`,
        name,
        online: Number(online),
      })),
  ],
  ['GET access/permissions', 'user', permissions],
];
