/** Which disk Talos is installed on, as an expression of CEL: what documents since Talos 1.14 ask for. */
import type { NodeModel } from '../types.ts';

/** What a disk is like; all of it counts. */
export type DiskSelector = NonNullable<NodeModel['disk_selector']>;

/**
 * The same choice as `machine.install.disk` and `diskSelector` make. Names of fields and functions, and what the kinds of
 * disks mean: Talos' module pkg/machinery v1.14.1, `cel/celenv` and `InstallConfig.DiskMatchExpression`.
 */
export function diskMatch({ disk, disk_selector }: Pick<NodeModel, 'disk' | 'disk_selector'>): string {
  if (disk_selector === null) return pathMatch(disk ?? '');
  const written = Object.entries(disk_selector) as readonly [keyof DiskSelector, string][];
  return [...written.map(([key, value]) => MATCH[key](value)), ...INSTALLABLE].join(' && ');
}

/** A disk has one path of its own, and names below /dev/disk/ that lead there. */
function pathMatch(path: string): string {
  return path.startsWith('/dev/disk/') ? `${text(path)} in disk.symlinks` : `disk.dev_path == ${text(path)}`;
}

const KINDS: Readonly<Record<string, string>> = {
  nvme: 'disk.transport == "nvme"',
  sd: 'disk.transport == "mmc"',
  hdd: 'disk.rotational',
  ssd: '!disk.rotational',
};

const MATCH: Readonly<Record<keyof DiskSelector, (value: string) => string>> = {
  size: sizeMatch,
  type: (value) => KINDS[value] ?? 'false',
  model: (value) => `glob(${text(value)}, disk.model)`,
  serial: (value) => `glob(${text(value)}, disk.serial)`,
  wwid: (value) => `glob(${text(value)}, disk.wwid)`,
};

/** Neither devices made of others, nor what cannot be written. */
const INSTALLABLE = ['disk.transport != ""', '!disk.readonly', '!disk.cdrom'];

/** `>= 100GB` is `disk.size >= 100u * GB`. */
function sizeMatch(value: string): string {
  const { operator, count, unit } = sizeOf(value);
  return `disk.size ${operator} ${count}u * ${unit}`;
}

/** @param value of `size`, well-formed: `>= 100GB`; without an operator it is meant exactly */
export function sizeOf(value: string): Readonly<Record<'operator' | 'count' | 'unit', string>> {
  const [, operator = '==', count = '', unit = ''] = /^([<>=]+)? ?(\d+)(\w+)$/.exec(value) ?? [];
  return { operator, count, unit };
}

/** The escapes of JSON are CEL's, too. */
const text = (value: string): string => JSON.stringify(value);
