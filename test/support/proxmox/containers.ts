/** Containers: `nodes/{node}/lxc`. */
import { checkDrives, driveRule, resizeDrive } from './drives.ts';
import { checkId, create, guestAt, guestRoutes, newGuest, start, unlocked } from './guests.ts';
import { cloneConfig, convertToTemplate } from './moving.ts';
import { failed } from './refused.ts';
import { task, type Call, type Route } from './route.ts';
import {
  applySettings,
  nextMac,
  numbersRule,
  printOptions,
  readOptions,
  tagRule,
  type Change,
  type SettingRule,
} from './settings.ts';
import { storageName, volumeOf } from './storage.ts';
import { nodeOf, record } from './world.ts';

const SETTINGS: readonly SettingRule[] = [
  driveRule,
  { keys: /^net\d+$/, take: takeNetwork },
  tagRule,
  { keys: /^description$/, take: ({ value }) => `${value.trimEnd()}\n` },
  { keys: /^template$/, take: ({ value }) => (value === '1' ? 1 : null) },
  numbersRule('cores cpuunits memory swap tty onboot protection unprivileged console'),
];

function takeNetwork({ world, value, old }: Change): string {
  const options = new Map(readOptions(value));
  const kept = old === undefined ? undefined : new Map(readOptions(String(old))).get('hwaddr');
  options.set('hwaddr', options.get('hwaddr') ?? kept ?? nextMac(world));
  options.set('type', 'veth');
  return printOptions([...options]);
}

function createContainer(call: Call): string {
  const { world, at, form } = call;
  const node = at['node'] ?? '';
  const vmid = Number(form['vmid']);
  checkId(world, vmid, 'lxc');
  volumeOf(world, node, form['ostemplate'] ?? '');
  checkDrives(world, node, form);
  const guest = newGuest('lxc', vmid, node);
  guest.pool = form['pool'] ?? null;
  return create(call, guest, 'vzcreate', () => {
    const rootfs = form['rootfs'] ?? `${form['storage'] ?? 'local'}:4`;
    applySettings(world, guest, { arch: 'amd64', ...form, rootfs }, SETTINGS);
    record(world, guest, 'created');
    if (form['start'] === '1') start(world, guest);
  });
}

function configure(call: Call): void {
  const guest = unlocked(call, 'lxc');
  checkDrives(call.world, guest.node, call.form);
  const changed = applySettings(call.world, guest, call.form, SETTINGS);
  for (const key of changed) record(call.world, guest, `set ${key}`);
}

function resize(call: Call): string {
  const guest = unlocked(call, 'lxc');
  const { disk = '', size = '' } = call.form;
  return task(call, 'resize', guest.vmid, {
    run: () => {
      resizeDrive(call.world, guest, disk, size);
      record(call.world, guest, `resized ${disk}`);
    },
  });
}

function clone(call: Call): string {
  const { world, form } = call;
  const source = unlocked(call, 'lxc');
  const vmid = Number(form['newid']);
  checkId(world, vmid, 'lxc');
  const guest = newGuest('lxc', vmid, nodeOf(world, form['target'] ?? source.node).name);
  return create(call, guest, 'vzclone', () => {
    const { name: _, ...config } = cloneConfig(world, source, guest, form);
    guest.config = { ...config, hostname: form['hostname'] ?? `CT${vmid}` };
    record(world, guest, `cloned from ${source.vmid}`);
  });
}

function interfaces(call: Call): unknown {
  const guest = guestAt(call, 'lxc');
  if (guest.status !== 'running') throw failed(`CT ${guest.vmid} not running`);
  const networks = Object.entries(guest.config).filter(([key]) => /^net\d+$/.test(key));
  return networks.map(([, setting]) => {
    const options = new Map(readOptions(String(setting)));
    const [address = '', bits = ''] = (options.get('ip') ?? '').split('/');
    const known = bits ? [{ 'ip-address': address, 'ip-address-type': 'inet', prefix: bits }] : [];
    return { name: options.get('name'), 'hardware-address': options.get('hwaddr'), 'ip-addresses': known };
  });
}

/** A coarser choice than for VMs: what is sent for containers is not told apart any further. */
function createNeeds({ form }: Call): readonly string[] {
  const storage = storageName(new Map(readOptions(form['rootfs'] ?? '')).get('volume') ?? form['rootfs'] ?? '');
  return [
    `VM.Allocate /vms/${form['vmid']}`,
    `Datastore.AllocateSpace /storage/${storage || form['storage']}`,
    `Datastore.Audit|Datastore.AllocateSpace /storage/${storageName(form['ostemplate'] ?? '')}`,
  ];
}

const AT = 'nodes/{node}/lxc/{vmid}';

export const containerRoutes: readonly Route[] = [
  ['POST nodes/{node}/lxc', createNeeds, createContainer],
  [`PUT ${AT}/config`, ['VM.Config.Options /vms/{vmid}'], configure],
  [`PUT ${AT}/resize`, ['VM.Config.Disk /vms/{vmid}'], resize],
  [`POST ${AT}/clone`, ['VM.Clone /vms/{vmid}', 'VM.Allocate /vms/{newid}'], clone],
  [
    `POST ${AT}/template`,
    ['VM.Allocate /vms/{vmid}'],
    (call) =>
      task(call, 'vztemplate', call.at['vmid'] ?? '', {
        run: () => convertToTemplate(call.world, unlocked(call, 'lxc')),
      }),
  ],
  [`GET ${AT}/interfaces`, ['VM.Audit /vms/{vmid}'], interfaces],
  ...guestRoutes('lxc'),
];
