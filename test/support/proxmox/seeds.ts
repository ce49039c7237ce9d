/** What a cluster holds when it starts. */
import { builtInRoles, privilegesOf, tokenId, type Access } from './permissions.ts';
import { newGuest, start } from './guests.ts';
import { applySettings } from './settings.ts';
import { VM_SETTINGS } from './vm-settings.ts';
import type { Fault } from './faults.ts';
import type { FaultRule } from '../faults.ts';
import type { Entry, Guest, Images, Node, Storage, Volume, World } from './world.ts';

const GIB = 2 ** 30;
const MIB = 2 ** 20;

export interface GuestSeed {
  readonly vmid: number;
  readonly name: string;
  readonly node?: string;
  readonly running?: boolean;
  readonly agent?: boolean;
  readonly deaf?: boolean;
  readonly pool?: string;
  /** As a client would send it: `{ cores: '2', scsi0: 'local-lvm:32' }`. */
  readonly config?: Readonly<Record<string, string>>;
}

export interface VolumeSeed {
  /** `local:iso/x.iso` */
  readonly volid: string;
  readonly node?: string;
  /** Bytes. */
  readonly size?: number;
}

export interface NodeSeed {
  readonly name: string;
  readonly online?: boolean;
  /** `vmbr0` by default. */
  readonly bridges?: readonly string[];
}

export interface ProxmoxToken {
  /** user@realm!name */
  readonly id: string;
  readonly secret: string;
  readonly privsep?: boolean;
}

/** All that a cluster can start with; each has a default. */
export interface ProxmoxOptions {
  /** 0, the default: one that is free. */
  readonly port?: number;
  /** Such as 8.4.1; 9.0.3 by default. */
  readonly version?: string;
  readonly nodes?: readonly (string | NodeSeed)[];
  readonly storages?: readonly (Partial<Storage> & Pick<Storage, 'storage'>)[];
  /** Storages without space. */
  readonly full?: readonly string[];
  readonly guests?: readonly GuestSeed[];
  readonly volumes?: readonly VolumeSeed[];
  readonly images?: Images;
  /**
   * What the token may do: `ROLE PATH`, or `Privilege,Privilege PATH`; on everything below the path too.
   * Everything by default.
   */
  readonly grants?: readonly string[];
  readonly token?: ProxmoxToken;
  /** For logging in as root@pam. */
  readonly rootPassword?: string;
  readonly taskMilliseconds?: number;
  readonly faults?: readonly FaultRule<Fault>[];
}

export const DEFAULT_TOKEN = { id: 'nigari@pve!tofu', secret: '51b0e7a5-0000-4000-8000-00000000cafe' };

const STORAGES: readonly (Partial<Storage> & Pick<Storage, 'storage'>)[] = [
  { storage: 'local', type: 'dir', content: ['iso', 'vztmpl', 'import', 'snippets', 'backup'] },
  { storage: 'local-lvm', type: 'lvmthin', content: ['images', 'rootdir'] },
];

const IMAGES: Images = { 'https://factory.talos.dev/image/*': 100 * MIB };

export function makeWorld(options: ProxmoxOptions): World {
  const version = options.version ?? '9.0.3';
  const world: World = {
    version,
    nodes: new Map((options.nodes ?? ['pve']).map(makeNode).map((node) => [node.name, node])),
    storages: new Map((options.storages ?? STORAGES).map((seed) => [seed.storage, makeStorage(seed)])),
    volumes: [],
    guests: new Map(),
    pools: new Map(),
    firewalls: new Map(),
    collections: new Map(),
    tasks: new Map(),
    events: [],
    access: makeAccess(version, options),
    images: options.images ?? IMAGES,
    macs: 0,
    taskMilliseconds: options.taskMilliseconds ?? 0,
  };
  for (const name of options.full ?? []) fillStorage(world, name);
  for (const seed of options.volumes ?? []) addVolume(world, seed);
  for (const seed of options.guests ?? []) addGuest(world, seed);
  return world;
}

function makeNode(seed: string | NodeSeed): Node {
  const { name, online = true, bridges = ['vmbr0'] } = typeof seed === 'string' ? { name: seed } : seed;
  const card: Entry = { iface: 'eno1', type: 'eth', active: 1, exists: 1, method: 'manual', priority: 2 };
  const all = [card, ...bridges.map((iface, index) => bridge(iface, index))];
  const interfaces = new Map(all.map((entry) => [String(entry['iface']), entry]));
  return {
    name,
    online,
    interfaces,
    settings: { dns: { search: 'local' }, hosts: { data: '' }, time: { timezone: 'UTC' } },
  };
}

const bridge = (iface: string, index: number): Entry => ({
  iface,
  type: 'bridge',
  active: 1,
  autostart: 1,
  method: 'manual',
  priority: 3 + index,
  bridge_ports: index === 0 ? 'eno1' : '',
});

function fillStorage({ storages }: World, name: string): void {
  const storage = storages.get(name);
  if (!storage) throw new Error(`there is no storage ${name}, only ${[...storages.keys()].join(', ')}`);
  storage.full = true;
}

const makeStorage = (seed: Partial<Storage> & Pick<Storage, 'storage'>): Storage => ({
  type: 'dir',
  content: ['images', 'iso'],
  shared: false,
  total: 1024 * GIB,
  full: false,
  ...seed,
});

function makeAccess(version: string, options: ProxmoxOptions): Access {
  const { id, secret, privsep = false }: ProxmoxToken = options.token ?? DEFAULT_TOKEN;
  const [userid = '', name = ''] = id.split('!');
  const user = (one: string, password: string): [string, Access['users'] extends Map<string, infer U> ? U : never] => [
    one,
    { userid: one, password, enable: true, groups: [], fields: {} },
  ];
  const access: Access = {
    users: new Map([user('root@pam', options.rootPassword ?? ''), user(userid, '')]),
    tokens: new Map(),
    groups: new Map(),
    roles: builtInRoles(version),
    acl: [],
  };
  const token = { userid, name, secret, privsep, comment: '' };
  access.tokens.set(tokenId(token), token);
  for (const grant of options.grants ?? ['Administrator /']) addGrant(access, version, userid, grant);
  return access;
}

/** A grant that names privileges gets a role of its own. */
function addGrant(access: Access, version: string, userid: string, grant: string): void {
  const [what = '', path = '/'] = grant.split(' ');
  const known = privilegesOf(version);
  const privileges = what.split(',');
  const unknown = privileges.filter((name) => !known.includes(name));
  const roleid = access.roles.has(what) ? what : `Seeded${access.acl.length}`;
  if (!access.roles.has(what)) {
    if (unknown.length > 0) throw new Error(`Proxmox VE ${version} has no role or privilege ${unknown.join(', ')}`);
    access.roles.set(roleid, privileges);
  }
  access.acl.push({ path, type: 'user', ugid: userid, roleid, propagate: true });
}

const firstNode = (world: World): string => world.nodes.keys().next().value ?? '';

/** A VM of someone else, or of an earlier life. */
export function addGuest(world: World, seed: GuestSeed): Guest {
  const guest = newGuest('qemu', seed.vmid, seed.node ?? firstNode(world));
  Object.assign(guest, { agent: seed.agent ?? false, deaf: seed.deaf ?? false, pool: seed.pool ?? null });
  world.guests.set(seed.vmid, guest);
  applySettings(world, guest, { name: seed.name, ...seed.config }, VM_SETTINGS);
  if (seed.running) start(world, guest);
  return guest;
}

export function addVolume(world: World, { volid, node = firstNode(world), size = MIB }: VolumeSeed): Volume {
  const [, storage = '', content = '', file = ''] = /^([^:]+):(\w+)\/(.*)$/.exec(volid) ?? [];
  const shared = world.storages.get(storage)?.shared ?? false;
  const volume = { volid, storage, node: shared ? '' : node, content, format: file.split('.').at(-1) ?? '', size };
  world.volumes.push(volume);
  return volume;
}
