/** The disk that Talos is installed on: what the files say of it, held against the disks that a machine has. */
import { sizeOf, type DiskSelector } from '../config/disk-match.ts';
import { isMapping } from '../config/mapping.ts';
import type { Problem } from '../problem.ts';
import type { MachineDisk } from './answers.ts';

/** Its path, or what it is like. */
export type InstallDisk = string | DiskSelector;

/** @param path `disk`, and @param selector `disk_selector`, as `talos/cluster.yaml` has them @returns null where it has neither */
export function installDisk(path: unknown, selector: unknown): InstallDisk | null {
  if (typeof path === 'string' && path !== '') return path;
  const said = Object.entries(isMapping(selector) ? selector : {});
  const known = said.filter(([key, value]) => Object.hasOwn(FITS, key) && typeof value === 'string');
  return known.length === 0 ? null : Object.fromEntries(known);
}

/** Those that Talos might take, in its own order: it takes the first. @param wanted null fits any */
export function fittingDisks(wanted: InstallDisk | null, disks: readonly MachineDisk[]): readonly MachineDisk[] {
  if (wanted === null) return disks;
  if (typeof wanted === 'string') return disks.filter(({ path, links }) => path === wanted || links.includes(wanted));
  return disks.filter(
    (disk) => disk.transport !== '' && wordsOf(wanted).every(([key, value]) => FITS[key](value, disk)),
  );
}

type Fits = (wanted: string, disk: MachineDisk) => boolean;

/** What each key means is in `DiskMatchExpression`: Talos' module pkg/machinery v1.13.0, config/types/v1alpha1. */
const FITS: Readonly<Record<keyof DiskSelector, Fits>> = {
  size: (wanted, { bytes }) => isSize(wanted, bytes),
  type: (wanted, disk) => KINDS[wanted]?.(disk) ?? false,
  model: (wanted, { model }) => isLike(wanted, model),
  serial: (wanted, { serial }) => isLike(wanted, serial),
  wwid: (wanted, { wwid }) => isLike(wanted, wwid),
};

const KINDS: Readonly<Record<string, (disk: MachineDisk) => boolean>> = {
  nvme: ({ transport }) => transport === 'nvme',
  sd: ({ transport }) => transport === 'mmc',
  hdd: ({ isRotational }) => isRotational,
  ssd: ({ isRotational }) => !isRotational,
};

/** `*` stands for any characters, and nothing else has a meaning of its own. */
function isLike(pattern: string, text: string): boolean {
  const pieces = pattern.split('*').map((piece) => piece.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pieces.join('[^]*')}$`).test(text);
}

const UNITS: Readonly<Record<string, number>> = {
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

const COMPARISONS: Readonly<Record<string, (bytes: number, than: number) => boolean>> = {
  '<': (bytes, than) => bytes < than,
  '<=': (bytes, than) => bytes <= than,
  '==': (bytes, than) => bytes === than,
  '>=': (bytes, than) => bytes >= than,
  '>': (bytes, than) => bytes > than,
};

function isSize(wanted: string, bytes: number): boolean {
  const { operator, count, unit } = sizeOf(wanted);
  return COMPARISONS[operator]?.(bytes, Number(count) * (UNITS[unit] ?? Number.NaN)) ?? false;
}

/** What is to be said of a machine with these disks; its name goes before the message. */
type DiskFinding = Problem & { readonly hint: string };

/** @param disks at least one, or it is unknown which there are @returns null where one fits, or nobody can tell */
export function installDiskFinding(wanted: InstallDisk | null, disks: readonly MachineDisk[]): DiskFinding | null {
  if (wanted === null || disks.length === 0 || isUntold(wanted, disks)) return null;
  const fitting = fittingDisks(wanted, disks);
  if (fitting.length === 0) return missing(wanted, disks);
  return fitting.length === 1 ? null : ambiguous(wanted, fitting);
}

/** Older versions of Talos do not tell the other names of a disk. */
const isUntold = (wanted: InstallDisk, disks: readonly MachineDisk[]): boolean =>
  typeof wanted === 'string' && wanted.startsWith('/dev/disk/') && disks.every(({ links }) => links.length === 0);

const missing = (wanted: InstallDisk, disks: readonly MachineDisk[]): DiskFinding => ({
  code: 'talos-disk-missing',
  severity: 'error',
  message: `has no disk ${wantedText(wanted)} to install Talos on; it has ${disksText(disks, wanted)}`,
  hint: 'set `disk` or `disk_selector` of that node in nodes.yaml, then `nigari configure`',
});

const ambiguous = (wanted: InstallDisk, fitting: readonly MachineDisk[]): DiskFinding => ({
  code: 'talos-disk-ambiguous',
  severity: 'warning',
  message: `has ${fitting.length} disks ${wantedText(wanted)}, and Talos takes the first: ${disksText(fitting, wanted)}`,
  hint: 'say more of it in nodes.yaml, such as `serial` in `disk_selector`, then `nigari configure`',
});

const wantedText = (wanted: InstallDisk): string =>
  typeof wanted === 'string'
    ? wanted
    : `with ${wordsOf(wanted)
        .map(([key, value]) => `${key} ${value}`)
        .join(', ')}`;

/** `/dev/sda (32 GB, serial S4E1)`, with what was asked for. */
export function disksText(disks: readonly MachineDisk[], wanted: InstallDisk | null = null): string {
  const asked = wanted === null || typeof wanted === 'string' ? [] : wordsOf(wanted).map(([key]) => key);
  const told = (disk: MachineDisk): string => [disk.size, ...asked.flatMap((key) => TOLD[key](disk))].join(', ');
  return disks.map((disk) => `${disk.path} (${told(disk)})`).join(', ');
}

/** Words on a disk, by what was asked for; its size is always told. */
const TOLD: Readonly<Record<keyof DiskSelector, (disk: MachineDisk) => readonly string[]>> = {
  size: () => [],
  type: (disk) => [Object.keys(KINDS).find((kind) => KINDS[kind]?.(disk)) ?? ''],
  model: ({ model }) => [`model ${model || 'unknown'}`],
  serial: ({ serial }) => [`serial ${serial || 'unknown'}`],
  wwid: ({ wwid }) => [`wwid ${wwid || 'unknown'}`],
};

const wordsOf = (selector: DiskSelector): readonly (readonly [keyof DiskSelector, string])[] =>
  Object.entries(selector) as [keyof DiskSelector, string][];
