/** VMs that become another's copy, a template, or another host's, and disks that change their storage. */
import { driveVolume, isCloudInit, keepUnused, ownDrives, printDrive } from './drives.ts';
import { nextMac, printOptions, readOptions } from './settings.ts';
import { allocate, removeVolume, volumeOf } from './storage.ts';
import { record, type Guest, type Setting, type Volume, type World } from './world.ts';

/** The options of a drive without its volume. */
const optionsOf = (setting: Setting): ReturnType<typeof readOptions> =>
  readOptions(String(setting)).filter(([name]) => name !== '');

/** The configuration of a copy: volumes and MAC addresses of its own, and no template. */
export function cloneConfig(
  world: World,
  source: Guest,
  guest: Guest,
  form: Readonly<Record<string, string>>,
): Guest['config'] {
  const { template: _, ...config } = source.config;
  for (const key of ownDrives(source)) {
    const setting = config[key] ?? '';
    const original = volumeOf(world, source.node, driveVolume(setting));
    config[key] = printDrive(copyVolume(world, original, guest, form['storage']), optionsOf(setting));
  }
  for (const key of Object.keys(config).filter((name) => /^net\d+$/.test(name))) {
    const [[model] = [''], ...others] = readOptions(String(config[key]));
    config[key] = printOptions([[model, nextMac(world)], ...others]);
  }
  return { ...config, name: form['name'] ?? `Copy-of-${source.vmid}` };
}

function copyVolume(world: World, original: Volume, { vmid, node }: Guest, storage = original.storage): Volume {
  const name = isCloudInit(original.volid) ? 'cloudinit' : 'disk-{n}';
  return allocate(world, { node, vmid, storage, name, size: original.size, format: original.format });
}

export function moveDisk(world: World, guest: Guest, form: Readonly<Record<string, string>>): void {
  const { disk = '', storage = '' } = form;
  const setting = guest.config[disk] ?? '';
  const old = volumeOf(world, guest.node, driveVolume(setting));
  const moved = copyVolume(world, { ...old, format: form['format'] ?? old.format }, guest, storage);
  guest.config[disk] = printDrive(moved, optionsOf(setting));
  if (form['delete'] === '1') removeVolume(world, guest.node, old.volid);
  else keepUnused(guest, old.volid);
}

/** A template's volumes are called so that nobody starts from them. */
export function convertToTemplate(world: World, guest: Guest): void {
  for (const key of ownDrives(guest)) {
    const setting = guest.config[key] ?? '';
    const old = volumeOf(world, guest.node, driveVolume(setting));
    if (isCloudInit(old.volid)) continue;
    const base = { ...old, volid: old.volid.replace(`vm-${guest.vmid}-`, `base-${guest.vmid}-`) };
    world.volumes.splice(world.volumes.indexOf(old), 1, base);
    guest.config[key] = printDrive(base, optionsOf(setting));
  }
  guest.config['template'] = 1;
  record(world, guest, 'became a template');
}

/** Volumes on local storages go along. */
export function migrate(world: World, guest: Guest, target: string): void {
  for (const volume of world.volumes) {
    if (volume.vmid === guest.vmid && volume.node !== '') volume.node = target;
  }
  guest.node = target;
}
