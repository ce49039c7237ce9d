/** The privileges that settings of a VM need. Source: `PVE::API2::Qemu`, `check_vm_modify_config_perm` and its neighbours. */
import { isNew, driveVolume } from './drives.ts';
import { listed, type Call } from './route.ts';
import { readOptions } from './settings.ts';
import { storageName } from './storage.ts';

/** Privilege on the VM by the name of the setting; what is not here needs VM.Config.Options. */
const BY_KEY: readonly (readonly [RegExp, string])[] = [
  [/^(cores|cpu|cpulimit|cpuunits|numa\d*|sockets|vcpus|affinity)$/, 'VM.Config.CPU'],
  [/^(balloon|hugepages|keephugepages|memory|shares)$/, 'VM.Config.Memory'],
  [
    /^(acpi|audio\d|hotplug|kvm|machine|scsihw|smbios1|tablet|vga|watchdog|serial\d|hostpci\d+|usb\d+)$/,
    'VM.Config.HWType',
  ],
  [/^(boot|bootdisk|vmstatestorage|unused\d+)$/, 'VM.Config.Disk'],
  [/^net\d+$/, 'VM.Config.Network'],
  [/^(ci\w+|nameserver|searchdomain|sshkeys|ipconfig\d+)$/, 'VM.Config.Cloudinit|VM.Config.Network'],
];
const DRIVE = /^((scsi|virtio|sata|ide)\d+|efidisk0|tpmstate0)$/;
/** They say how, and need nothing of their own. */
const FREE = new Set('vmid delete digest pool force start storage archive skiplock template'.split(' '));

export function configNeeds({ form }: Call, vmid: string): readonly string[] {
  const keys = [...Object.keys(form), ...listed(form['delete'])].filter((key) => !FREE.has(key));
  return [...new Set(keys.flatMap((key) => keyNeeds(key, form[key], vmid)))];
}

function keyNeeds(key: string, value: string | undefined, vmid: string): readonly string[] {
  const vm = (privilege: string): string => `${privilege} /vms/${vmid}`;
  if (DRIVE.test(key)) return value === undefined ? [vm('VM.Config.Disk')] : driveNeeds(value, vm);
  const needs = [vm(BY_KEY.find(([keys]) => keys.test(key))?.[1] ?? 'VM.Config.Options')];
  // The order in which guests start is the host's business too.
  if (key === 'startup') needs.push('Sys.Modify /');
  if (/^net\d+$/.test(key) && value !== undefined) needs.push(...bridgeNeeds(value));
  return needs;
}

function driveNeeds(value: string, vm: (privilege: string) => string): readonly string[] {
  const volume = driveVolume(value);
  if (volume.endsWith(':cloudinit')) return [vm('VM.Config.Cloudinit'), ...storageNeeds(storageName(volume))];
  if (value.includes('media=cdrom')) return [vm('VM.Config.CDROM'), ...isoNeeds(volume)];
  return [vm('VM.Config.Disk'), ...(isNew(volume) ? storageNeeds(storageName(volume)) : [])];
}

const isoNeeds = (volume: string): readonly string[] =>
  volume.includes(':') ? [`Datastore.AllocateSpace|Datastore.Audit /storage/${storageName(volume)}`] : [];

/** To make a volume there. */
export const storageNeeds = (storage: string | undefined): readonly string[] =>
  storage ? [`Datastore.AllocateSpace /storage/${storage}`] : [];

function bridgeNeeds(network: string): readonly string[] {
  const options = new Map(readOptions(network));
  const bridge = options.get('bridge');
  if (!bridge) return [];
  const tag = options.get('tag');
  return [`SDN.Use /sdn/zones/localnetwork/${bridge}${tag ? `/${tag}` : ''}`];
}
