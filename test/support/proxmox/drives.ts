/** Disks, CD drives, cloud-init drives, EFI and TPM state: settings that have a volume behind them. */
import { failed } from './refused.ts';
import { printOptions, readOptions, type Change, type Options, type SettingRule } from './settings.ts';
import { allocate, findVolume, removeVolume, storageFor, storageName, storageOf, volumeOf } from './storage.ts';
import type { Guest, Setting, Volume, World } from './world.ts';

const KIB = 2 ** 10;
const MIB = 2 ** 20;
const GIB = 2 ** 30;

const DRIVE = /^((scsi|virtio|sata|ide|unused|mp)\d+|efidisk0|tpmstate0|rootfs)$/;
/** They are as large as their contents, whatever is asked for. */
const SMALL = /^(efidisk0|tpmstate0)$/;
/** Said at creation, and no option of the drive afterwards. */
const TRANSIENT = new Set(['', 'file', 'volume', 'size', 'format', 'import-from']);

/** `32G`, as far as it divides; otherwise bytes. */
function printSize(bytes: number): string {
  const unit = (
    [
      [GIB, 'G'],
      [MIB, 'M'],
      [KIB, 'K'],
    ] as const
  ).find(([size]) => bytes % size === 0);
  return unit ? `${bytes / unit[0]}${unit[1]}` : String(bytes);
}

/** Bytes of `34359738368`, `32G` or, counted from `now`, `+5G`. */
function readSize(text: string, now: number): number {
  const [, plus, number, unit] = /^(\+)?(\d+(?:\.\d+)?)([KMGT])?$/.exec(text) ?? [];
  if (number === undefined) throw failed(`unable to parse size '${text}'`);
  const factor = { K: KIB, M: MIB, G: GIB, T: KIB * GIB }[unit ?? ''] ?? 1;
  return Number(number) * factor + (plus ? now : 0);
}

/** The volume of a drive: the part without a name, or the one named so. */
export function driveVolume(setting: Setting): string {
  const options = readOptions(String(setting));
  return options.find(([name]) => ['', 'file', 'volume'].includes(name))?.[1] ?? '';
}

/** Names of a guest's settings that have a volume of its own. */
export function ownDrives(guest: Guest): readonly string[] {
  const own = new RegExp(`[:/](vm|base|subvol)-${guest.vmid}-`);
  return Object.entries(guest.config)
    .filter(([key, setting]) => DRIVE.test(key) && own.test(driveVolume(setting)))
    .map(([key]) => key);
}

export const isCloudInit = (volid: string): boolean => /[:/]vm-\d+-cloudinit/.test(volid);

/** What is asked for in advance: nothing is made yet. */
export function checkDrives(world: World, node: string, form: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(form)) {
    const volume = DRIVE.test(key) ? driveVolume(value) : '';
    const storage = storageName(volume);
    if (!volume.includes(':')) continue;
    if (isNew(volume)) storageFor(world, node, storage, /^(rootfs|mp\d+)$/.test(key) ? 'rootdir' : 'images');
    else if (storageOf(world, node, storage)) volumeOf(world, node, volume);
    const source = readOptions(value).find(([name]) => name === 'import-from')?.[1];
    if (source) volumeOf(world, node, source);
  }
}

/** `local-lvm:32` and `local-lvm:cloudinit` ask for a volume; anything else names one. */
export const isNew = (volume: string): boolean => /^[^:]+:(\d+(\.\d+)?|cloudinit)$/.test(volume);

export const driveRule: SettingRule = { keys: DRIVE, take: takeDrive, drop: releaseDrive };

function takeDrive(change: Change): string {
  const { world, guest, key, value, old } = change;
  const wanted = driveVolume(value);
  const options = readOptions(value).filter(([name]) => !TRANSIENT.has(name));
  if (!wanted.includes(':')) return printOptions([['', wanted], ...options]);
  const volume = place(change, wanted);
  if (old !== undefined && driveVolume(old) !== volume.volid) releaseDrive(world, guest, old);
  forgetUnused(guest, volume.volid, key);
  return printDrive(volume, options);
}

export function printDrive({ volid, size }: Volume, options: Options): string {
  const media: Options = isCloudInit(volid) ? [['media', 'cdrom']] : [];
  const others = options.filter(([name]) => name !== 'size' && !(name === 'media' && media.length > 0));
  return printOptions([['', volid], ...media, ...others, ['size', printSize(size)]]);
}

/** The volume that a drive asks for, made where it is a new one. */
function place({ world, guest, key, value, old }: Change, wanted: string): Volume {
  const { node, vmid } = guest;
  if (!isNew(wanted)) return volumeOf(world, node, wanted);
  const [storage = '', what = ''] = wanted.split(':');
  const options = new Map(readOptions(value));
  const content = guest.kind === 'lxc' ? 'rootdir' : 'images';
  const format = options.get('format') ?? (guest.kind === 'lxc' ? 'raw' : 'qcow2');
  const place = { node, storage, vmid, content, format } as const;
  if (what === 'cloudinit') {
    const kept = old === undefined ? undefined : findVolume(world, node, driveVolume(old));
    if (kept && isCloudInit(kept.volid) && kept.storage === storage) return kept;
    return allocate(world, { ...place, name: 'cloudinit', size: 4 * MIB });
  }
  const source = options.get('import-from');
  const size = source ? volumeOf(world, node, source).size : Number(what) * GIB;
  return allocate(world, { ...place, name: 'disk-{n}', size: SMALL.test(key) ? 4 * MIB : size });
}

/** A disk that is taken out stays as an unused one; a cloud-init drive, and one that was unused, goes. */
function releaseDrive(world: World, guest: Guest, old: Setting): void {
  const volid = driveVolume(old);
  const volume = findVolume(world, guest.node, volid);
  if (!volume || volume.vmid !== guest.vmid) return;
  if (isCloudInit(volid) || isBareVolume(old)) removeVolume(world, guest.node, volid);
  else keepUnused(guest, volid);
}

/** `unused0` has no options: that is how it is told from a disk that was in use. */
const isBareVolume = (setting: Setting): boolean => !String(setting).includes(',');

export function keepUnused(guest: Guest, volid: string): void {
  for (let number = 0; ; number += 1) {
    const key = `unused${number}`;
    if (key in guest.config) continue;
    guest.config[key] = volid;
    return;
  }
}

/** A volume that is put in is not unused any more. */
function forgetUnused(guest: Guest, volid: string, now: string): void {
  for (const [key, setting] of Object.entries(guest.config)) {
    if (key !== now && key.startsWith('unused') && setting === volid) delete guest.config[key];
  }
}

/** Writes a volume's new size into the drive that has it. */
export function resizeDrive(world: World, guest: Guest, key: string, size: string): void {
  const setting = guest.config[key];
  if (setting === undefined) throw failed(`disk '${key}' does not exist`);
  const volume = volumeOf(world, guest.node, driveVolume(setting));
  const bytes = readSize(size, volume.size);
  if (bytes < volume.size) throw failed('shrinking disks is not supported');
  volume.size = bytes;
  guest.config[key] = printDrive(
    volume,
    readOptions(String(setting)).filter(([name]) => name !== ''),
  );
}
