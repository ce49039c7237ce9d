/** What virtual machines and containers have in common: being there, running, and going away. */
import { maySee } from './permissions.ts';
import { failed, invalid } from './refused.ts';
import { task, type Call, type Route } from './route.ts';
import { driveVolume, ownDrives } from './drives.ts';
import { removeVolume } from './storage.ts';
import { guestOf, record, type Guest, type World } from './world.ts';

type Kind = Guest['kind'];

/** The guest that a path names. */
export const guestAt = ({ world, at }: Call, kind: Kind): Guest =>
  guestOf(world, kind, at['node'] ?? '', Number(at['vmid']));

/** The same, unless a task holds it. */
export function unlocked(call: Call, kind: Kind): Guest {
  const guest = guestAt(call, kind);
  if (guest.lock) throw failed(`${LABEL[kind]} is locked (${guest.lock})`);
  return guest;
}

const LABEL: Readonly<Record<Kind, string>> = { qemu: 'VM', lxc: 'CT' };
const TASK: Readonly<Record<Kind, string>> = { qemu: 'qm', lxc: 'vz' };

/** A new guest without a configuration, not yet part of the world. */
export const newGuest = (kind: Kind, vmid: number, node: string): Guest => ({
  kind,
  vmid,
  node,
  status: 'stopped',
  config: {},
  startedWith: null,
  lock: null,
  pool: null,
  agent: false,
  deaf: false,
});

/** @throws as Proxmox VE does for an id that is out of range, or taken anywhere in the cluster */
export function checkId(world: World, vmid: number, kind: Kind): void {
  if (!Number.isInteger(vmid) || vmid < 100 || vmid > 999_999_999)
    throw invalid({ vmid: 'invalid format - value does not look like a valid VM ID' });
  const taken = world.guests.get(vmid);
  if (!taken) return;
  const label = LABEL[kind];
  throw failed(
    `unable to create ${label} ${vmid} - ${LABEL[taken.kind]} ${vmid} already exists on node '${taken.node}'`,
  );
}

/** Makes a guest in a task: its id is taken from the start, and free again when the task fails. */
export function create(call: Call, guest: Guest, type: string, build: () => void): string {
  const { world } = call;
  return task(call, type, guest.vmid, {
    begin: () => world.guests.set(guest.vmid, Object.assign(guest, { lock: 'create' })),
    run: () => {
      build();
      guest.lock = null;
    },
    undo: () => {
      removeAll(world, guest);
      world.guests.delete(guest.vmid);
    },
  });
}

function removeAll(world: World, { vmid, node }: Guest): void {
  const own = world.volumes.filter((volume) => volume.vmid === vmid).map(({ volid }) => volid);
  for (const volid of own) removeVolume(world, node, volid);
}

export function start(world: World, guest: Guest): void {
  if (guest.status === 'running') throw failed(`${LABEL[guest.kind]} ${guest.vmid} already running`);
  if (guest.config['template']) throw failed("you can't start a vm if it's a template");
  checkBridges(world, guest);
  guest.status = 'running';
  guest.startedWith = { ...guest.config };
  record(world, guest, 'started');
}

function checkBridges(world: World, { node, config }: Guest): void {
  for (const [key, setting] of Object.entries(config)) {
    const bridge = /^net\d+$/.test(key) ? /(?:^|,)bridge=([^,]+)/.exec(String(setting))?.[1] : undefined;
    if (bridge && world.nodes.get(node)?.interfaces.get(bridge)?.['type'] !== 'bridge')
      throw failed(`bridge '${bridge}' does not exist`);
  }
}

function stop(world: World, guest: Guest, event: string): void {
  if (guest.status === 'stopped') return;
  guest.status = 'stopped';
  guest.startedWith = null;
  record(world, guest, event);
}

const powerTask = (call: Call, guest: Guest, name: string, run: () => void): string =>
  task(call, `${TASK[guest.kind]}${name}`, guest.vmid, { run });

function shutdown(call: Call, kind: Kind): string {
  const guest = unlocked(call, kind);
  return powerTask(call, guest, 'shutdown', () => {
    if (guest.deaf && call.form['forceStop'] !== '1') throw failed('VM quit/powerdown failed - got timeout');
    stop(call.world, guest, 'shut down');
  });
}

function reboot(call: Call, kind: Kind): string {
  const guest = unlocked(call, kind);
  if (guest.status !== 'running') throw failed(`${LABEL[kind]} ${guest.vmid} not running`);
  return powerTask(call, guest, 'reboot', () => {
    guest.startedWith = { ...guest.config };
    record(call.world, guest, 'rebooted');
  });
}

function destroy(call: Call, kind: Kind): string {
  const { world, form } = call;
  const guest = unlocked(call, kind);
  const label = `${LABEL[kind]} ${guest.vmid}`;
  if (guest.config['protection']) throw failed(`can't remove ${label} - protection mode enabled`);
  if (guest.status === 'running') throw failed(`${label} is running - destroy failed`);
  return task(call, `${TASK[kind]}destroy`, guest.vmid, {
    run: () => {
      if (form['destroy-unreferenced-disks'] === '1') removeAll(world, guest);
      for (const key of ownDrives(guest)) removeVolume(world, guest.node, driveVolume(guest.config[key] ?? ''));
      world.guests.delete(guest.vmid);
      world.firewalls.delete(String(guest.vmid));
      record(world, guest, 'deleted');
    },
  });
}

const MIB = 2 ** 20;

/** What lists and status have in common. */
export function describeGuest({ kind, vmid, status, config, lock, startedWith }: Guest): Record<string, unknown> {
  const running = startedWith ?? config;
  return {
    vmid,
    name: config['name'] ?? config['hostname'] ?? `${LABEL[kind]}${vmid}`,
    status,
    cpus: Number(running['cores'] ?? 1) * Number(running['sockets'] ?? 1),
    maxmem: Number(running['memory'] ?? 512) * MIB,
    uptime: status === 'running' ? 100 : 0,
    template: Number(config['template'] ?? 0),
    ...(config['tags'] ? { tags: config['tags'] } : {}),
    ...(lock ? { lock } : {}),
  };
}

const haId = ({ kind, vmid }: Guest): string => `${kind === 'qemu' ? 'vm' : 'ct'}:${vmid}`;

function current(call: Call, kind: Kind): unknown {
  const guest = guestAt(call, kind);
  return {
    ...describeGuest(guest),
    ...(kind === 'qemu' ? { qmpstatus: guest.status } : { type: 'lxc' }),
    ...(guest.status === 'running' ? { pid: 20_000 + guest.vmid } : {}),
    ha: { managed: Number(call.world.collections.get('cluster/ha/resources')?.has(haId(guest)) ?? false) },
  };
}

/** Only what is cold waits for a reboot; the rest is changed while the guest runs. */
const HOT =
  /^((net|scsi|virtio|sata|ide|unused|ipconfig|mp)\d+|name|hostname|description|tags|onboot|startup|protection|boot|nameserver|searchdomain|ci\w+|sshkeys|cpuunits|cpulimit)$/;

/** Settings that a running guest does not have yet. */
export function pending(guest: Guest): readonly string[] {
  const { startedWith, config, kind } = guest;
  if (!startedWith || kind === 'lxc') return [];
  const keys = Object.keys({ ...startedWith, ...config });
  return keys.filter((key) => !HOT.test(key) && startedWith[key] !== config[key]).toSorted();
}

function showPending(call: Call, kind: Kind): unknown {
  const guest = guestAt(call, kind);
  const { startedWith, config } = guest;
  const waiting = new Set(pending(guest));
  return Object.keys({ ...startedWith, ...config }).map((key) => ({
    key,
    ...(waiting.has(key)
      ? { value: startedWith?.[key], ...(key in config ? { pending: config[key] } : { delete: 1 }) }
      : { value: config[key] }),
  }));
}

/** What both kinds answer below `nodes/{node}/{kind}`. */
export function guestRoutes(kind: Kind): readonly Route[] {
  const at = `nodes/{node}/${kind}/{vmid}`;
  return [
    [`GET nodes/{node}/${kind}`, 'user', (call) => list(call, kind)],
    [`GET ${at}/status/current`, ['VM.Audit /vms/{vmid}'], (call) => current(call, kind)],
    [`GET ${at}/config`, ['VM.Audit /vms/{vmid}'], (call) => ({ ...guestAt(call, kind).config, digest: DIGEST })],
    [`GET ${at}/pending`, ['VM.Audit /vms/{vmid}'], (call) => showPending(call, kind)],
    [
      `POST ${at}/status/start`,
      ['VM.PowerMgmt /vms/{vmid}'],
      (call) => {
        const guest = unlocked(call, kind);
        return powerTask(call, guest, 'start', () => start(call.world, guest));
      },
    ],
    [
      `POST ${at}/status/stop`,
      ['VM.PowerMgmt /vms/{vmid}'],
      (call) => {
        const guest = unlocked(call, kind);
        return powerTask(call, guest, 'stop', () => stop(call.world, guest, 'stopped'));
      },
    ],
    [`POST ${at}/status/shutdown`, ['VM.PowerMgmt /vms/{vmid}'], (call) => shutdown(call, kind)],
    [`POST ${at}/status/reboot`, ['VM.PowerMgmt /vms/{vmid}'], (call) => reboot(call, kind)],
    [`DELETE ${at}`, ['VM.Allocate /vms/{vmid}'], (call) => destroy(call, kind)],
  ];
}

/** Clients send it back to notice that someone else changed something; nobody does here. */
const DIGEST = 'da39a3ee5e6b4b0d3255bfef95601890afd80709';

function list({ world, caller, at }: Call, kind: Kind): unknown {
  return [...world.guests.values()]
    .filter((guest) => guest.kind === kind && guest.node === at['node'])
    .filter(({ vmid }) => maySee(world.access, caller, `VM.Audit /vms/${vmid}`))
    .map(describeGuest);
}
