/** Virtual machines: `nodes/{node}/qemu`. */
import { checkDrives, driveVolume, isCloudInit, ownDrives, resizeDrive } from './drives.ts';
import { checkId, create, guestAt, guestRoutes, newGuest, start, unlocked } from './guests.ts';
import { cloneConfig, convertToTemplate, migrate, moveDisk } from './moving.ts';
import { releaseOf } from './permissions.ts';
import { failed } from './refused.ts';
import { task, type Call, type Route } from './route.ts';
import { applySettings } from './settings.ts';
import { storageFor } from './storage.ts';
import { configNeeds, storageNeeds } from './vm-needs.ts';
import { checkForm, modelAndMac, VM_SETTINGS } from './vm-settings.ts';
import { nodeOf, record } from './world.ts';

function createVm(call: Call): string {
  const { world, at, form } = call;
  const node = at['node'] ?? '';
  const vmid = Number(form['vmid']);
  checkForm(form);
  checkId(world, vmid, 'qemu');
  checkDrives(world, node, form);
  const guest = newGuest('qemu', vmid, node);
  guest.pool = form['pool'] ?? null;
  return create(call, guest, 'qmcreate', () => {
    try {
      applySettings(world, guest, form, VM_SETTINGS);
    } catch (error) {
      throw failed(`unable to create VM ${vmid} - ${(error as Error).message}`);
    }
    record(world, guest, 'created');
    if (form['start'] === '1') start(world, guest);
  });
}

function configure(call: Call): null {
  checkForm(call.form);
  const guest = unlocked(call, 'qemu');
  checkDrives(call.world, guest.node, call.form);
  const changed = applySettings(call.world, guest, call.form, VM_SETTINGS);
  for (const key of changed) record(call.world, guest, `set ${key}`);
  return null;
}

function resize(call: Call): string {
  const guest = unlocked(call, 'qemu');
  const { disk = '', size = '' } = call.form;
  return task(call, 'resize', guest.vmid, {
    run: () => {
      resizeDrive(call.world, guest, disk, size);
      record(call.world, guest, `resized ${disk}`);
    },
  });
}

function template(call: Call): string {
  const guest = unlocked(call, 'qemu');
  if (guest.status === 'running') throw failed(`you can't convert a VM to template if VM is running`);
  return task(call, 'qmtemplate', guest.vmid, { run: () => convertToTemplate(call.world, guest) });
}

function clone(call: Call): string {
  const { world, form } = call;
  const source = unlocked(call, 'qemu');
  const node = nodeOf(world, form['target'] ?? source.node).name;
  const vmid = Number(form['newid']);
  checkId(world, vmid, 'qemu');
  if (form['storage']) storageFor(world, node, form['storage'], 'images');
  const guest = newGuest('qemu', vmid, node);
  guest.pool = form['pool'] ?? null;
  return create(call, guest, 'qmclone', () => {
    guest.config = cloneConfig(world, source, guest, form);
    record(world, guest, `cloned from ${source.vmid}`);
  });
}

function move(call: Call): string {
  const guest = unlocked(call, 'qemu');
  const { disk = '', storage = '' } = call.form;
  const setting = guest.config[disk];
  if (setting === undefined) throw failed(`disk '${disk}' does not exist`);
  storageFor(call.world, guest.node, storage, 'images');
  if (driveVolume(setting).startsWith(`${storage}:`))
    throw failed("you can't move to the same storage with same format");
  return task(call, 'qmmove', guest.vmid, {
    run: () => {
      moveDisk(call.world, guest, call.form);
      record(call.world, guest, `moved ${disk}`);
    },
  });
}

function migrateVm(call: Call): string {
  const guest = unlocked(call, 'qemu');
  const target = nodeOf(call.world, call.form['target'] ?? '').name;
  if (guest.status === 'running' && call.form['online'] !== '1')
    throw failed("can't migrate running VM without --online");
  return task(call, 'qmigrate', guest.vmid, {
    run: () => {
      migrate(call.world, guest, target);
      record(call.world, guest, `migrated to ${target}`);
    },
  });
}

function interfaces(call: Call): unknown {
  const guest = guestAt(call, 'qemu');
  if (!/(^1|enabled=1)/.test(String(guest.config['agent'] ?? ''))) throw failed('No QEMU guest agent configured');
  if (guest.status !== 'running') throw failed(`VM ${guest.vmid} is not running`);
  if (!guest.agent) throw failed('QEMU guest agent is not running');
  const mac = modelAndMac(String(guest.config['net0'] ?? ''))[1] ?? '';
  const [address, prefix] = (/ip=([\d.]+)\/(\d+)/.exec(String(guest.config['ipconfig0'] ?? '')) ?? []).slice(1);
  const addresses =
    address === undefined ? [] : [{ 'ip-address': address, 'ip-address-type': 'ipv4', prefix: Number(prefix) }];
  return {
    result: [
      {
        name: 'lo',
        'hardware-address': '00:00:00:00:00:00',
        'ip-addresses': [{ 'ip-address': '127.0.0.1', 'ip-address-type': 'ipv4', prefix: 8 }],
      },
      { name: 'eth0', 'hardware-address': mac.toLowerCase(), 'ip-addresses': addresses },
    ],
  };
}

/** What a cloud-init drive is made of changes with the configuration; there is nothing to rebuild. */
function rebuildCloudInit(call: Call): null {
  const guest = unlocked(call, 'qemu');
  const drives = ownDrives(guest).map((key) => driveVolume(guest.config[key] ?? ''));
  if (!drives.some(isCloudInit)) throw failed('no cloudinit drive found');
  return null;
}

const AT = 'nodes/{node}/qemu/{vmid}';
const GUEST_AGENT: Readonly<Record<string, string>> = {
  8: 'VM.Monitor',
  9: 'VM.GuestAgent.Audit|VM.GuestAgent.Unrestricted',
};

export const vmRoutes: readonly Route[] = [
  [
    'POST nodes/{node}/qemu',
    (call) => [`VM.Allocate /vms/${call.form['vmid']}`, ...configNeeds(call, call.form['vmid'] ?? '')],
    createVm,
  ],
  [`PUT ${AT}/config`, (call) => configNeeds(call, call.at['vmid'] ?? ''), configure],
  [
    `POST ${AT}/config`,
    (call) => configNeeds(call, call.at['vmid'] ?? ''),
    (call) => task(call, 'qmconfig', call.at['vmid'] ?? '', { run: () => void configure(call) }),
  ],
  [`PUT ${AT}/resize`, ['VM.Config.Disk /vms/{vmid}'], resize],
  [`PUT ${AT}/cloudinit`, ['VM.Config.Cloudinit /vms/{vmid}'], rebuildCloudInit],
  [`POST ${AT}/template`, ['VM.Allocate /vms/{vmid}'], template],
  [
    `POST ${AT}/clone`,
    ({ at, form }) => [
      `VM.Clone /vms/${at['vmid']}`,
      `VM.Allocate /vms/${form['newid']}`,
      ...storageNeeds(form['storage']),
    ],
    clone,
  ],
  [`POST ${AT}/move_disk`, ['VM.Config.Disk /vms/{vmid}', 'Datastore.AllocateSpace /storage/{storage}'], move],
  [`POST ${AT}/migrate`, ['VM.Migrate /vms/{vmid}'], migrateVm],
  [
    `GET ${AT}/agent/network-get-interfaces`,
    ({ world, at }) => [`${GUEST_AGENT[releaseOf(world.version)]} /vms/${at['vmid']}`],
    interfaces,
  ],
  [`POST ${AT}/agent/ping`, ['VM.Audit /vms/{vmid}'], (call) => void interfaces(call)],
  ...guestRoutes('qemu'),
];
