/** What talosctl prints, read. Source: talosctl 1.13, as it was seen to print it. */
import { isMapping, type Mapping } from '../config/mapping.ts';

/** A member of etcd. */
export interface EtcdMember {
  readonly hostname: string;
  /** Follows, and does not count for the quorum yet. */
  readonly isLearner: boolean;
}

/** @param text of `talosctl etcd members`: a table with NODE ID HOSTNAME PEER-URLS CLIENT-URLS LEARNER */
export function etcdMembersOf(text: string): readonly EtcdMember[] {
  const [head = '', ...rows] = text.split('\n').filter((line) => line.trim() !== '');
  const columns = head.split(/\s{2,}/);
  const [hostname, learner] = [columns.indexOf('HOSTNAME'), columns.indexOf('LEARNER')];
  return rows.map((row) => {
    const cells = row.trim().split(/\s{2,}/);
    return { hostname: cells[hostname] ?? '', isLearner: cells[learner] === 'true' };
  });
}

/**
 * @param text of `talosctl list FOLDER`: a table with NODE NAME, or, of talosctl 1.14 and one node, the names alone; the folder
 *   itself is `.`, and a text without it is none of an empty folder
 */
export function isEmptyFolder(text: string): boolean {
  const rows = text.split('\n').filter((row) => row.trim() !== '' && !/^NODE\s+NAME\s*$/.test(row));
  const names = rows.map((row) => row.trim().split(/\s+/).at(-1));
  return names.length > 0 && names.every((name) => name === '.');
}

/** @param text of `talosctl get … --output json`: objects one after the other @returns the `spec` of each */
function specsOf(text: string): readonly Mapping[] {
  return objectsOf(text).flatMap((resource) => (isMapping(resource['spec']) ? [resource['spec']] : []));
}

function objectsOf(text: string): readonly Mapping[] {
  const pieces = text.split(/^(?=\{)/m).filter((piece) => piece.trim() !== '');
  return pieces.flatMap((piece) => {
    const value = parsed(piece);
    return isMapping(value) ? [value] : [];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** A disk that Talos could be installed on. */
export interface MachineDisk {
  /** `/dev/sda` */
  readonly path: string;
  /** Other names of it: `/dev/disk/by-id/…`. */
  readonly links: readonly string[];
  readonly bytes: number;
  /** `32 GB` */
  readonly size: string;
  readonly model: string;
  readonly serial: string;
  readonly wwid: string;
  /** `sata`, `nvme`, `virtio`, `mmc`, …; empty for one that is made of others. */
  readonly transport: string;
  readonly isRotational: boolean;
}

/** @param text of `talosctl get disks --output json` @returns those that can be written */
export function disksOf(text: string): readonly MachineDisk[] {
  return specsOf(text)
    .filter((spec) => spec['readonly'] !== true && spec['cdrom'] !== true)
    .map((spec) => ({
      path: textOf(spec['dev_path']),
      links: Array.isArray(spec['symlinks']) ? spec['symlinks'].map(textOf) : [],
      bytes: Number(spec['size'] ?? 0),
      size: textOf(spec['pretty_size']),
      model: textOf(spec['model']),
      serial: textOf(spec['serial']),
      wwid: textOf(spec['wwid']),
      transport: textOf(spec['transport']),
      isRotational: spec['rotational'] === true,
    }));
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/**
 * The schematic that a machine runs: Talos tells of it as of an extension.
 * @param text of `talosctl get extensionstatuses --output json` @returns null where the image is of no factory
 */
export function schematicOf(text: string): string | null {
  const metadata = specsOf(text).map((spec) => (isMapping(spec['metadata']) ? spec['metadata'] : {}));
  const schematic = metadata.find(({ name }) => name === 'schematic')?.['version'];
  return typeof schematic === 'string' ? schematic : null;
}

/** A network device. */
export interface MachineLink {
  readonly name: string;
  /** In lower case. */
  readonly mac: string;
}

/** @param text of `talosctl get links --output json` */
export function linksOf(text: string): readonly MachineLink[] {
  return objectsOf(text).flatMap(({ metadata, spec }) =>
    isMapping(metadata) && isMapping(spec)
      ? [{ name: textOf(metadata['id']), mac: textOf(spec['permanentAddr'] ?? spec['hardwareAddr']).toLowerCase() }]
      : [],
  );
}
