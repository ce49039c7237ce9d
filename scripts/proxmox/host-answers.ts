/** What the API answers about a host: its storages, its network, what a token may do there. */
import { isMapping } from '../config/mapping.ts';
import { listOf } from './answers.ts';

export interface Storage {
  readonly name: string;
  /** `iso`, `images`, … */
  readonly content: readonly string[];
  readonly isUsable: boolean;
  /** Bytes that are free. */
  readonly free: number;
}

/** @param data of `GET nodes/N/storage` */
export function storagesOf(data: unknown): readonly Storage[] {
  return listOf(data).map(({ storage, content, active, enabled, avail }) => ({
    name: String(storage),
    content: String(content).split(','),
    isUsable: active === 1 && enabled === 1,
    free: typeof avail === 'number' ? avail : 0,
  }));
}

/** @param data of `GET nodes/N/network` @returns names of bridges, SDN's virtual networks among them */
export function bridgesOf(data: unknown): readonly string[] {
  const bridges = listOf(data).filter(({ type }) => /bridge$|^vnet$/i.test(String(type)));
  return bridges.map(({ iface }) => String(iface));
}

/** @param data of `GET nodes` @returns whether it is online, by name */
export function nodesOf(data: unknown): ReadonlyMap<string, boolean> {
  return new Map(listOf(data).map(({ node, status }) => [String(node), status === 'online']));
}

/** @param data of `GET access/permissions?path=P` */
export function privilegesAt(data: unknown, path: string): ReadonlySet<string> {
  const found = isMapping(data) ? data[path] : null;
  return new Set(isMapping(found) ? Object.keys(found) : []);
}

/** @param data of `GET version` @returns `9.0.3` */
export function versionOf(data: unknown): string {
  return isMapping(data) ? String(data['version']) : 'unknown';
}
