/** MAC addresses: lower-case hexadecimal pairs with colons, `bc:24:11:0a:0b:0c`. */
import { createHash } from 'node:crypto';

/** The prefix that Proxmox registered for its virtual machines. */
const PROXMOX_OUI = 'bc:24:11';

/** A MAC address in any of the usual forms (`BC-24-11-…`, `bc24.1100.0001`) in ours. */
export function normalMac(text: string): string {
  return colons(text.replaceAll(/[^0-9a-fA-F]/g, '').toLowerCase());
}

/**
 * The MAC address of a node that was given none. It is part of what a machine *is* (DHCP reservations, Talos' own
 * selectors), so this rule never changes:
 *
 *   digest = SHA-256 of `<cluster name>/<node name>` in UTF-8
 *   MAC    = bc:24:11 and the first three bytes of the digest
 *
 * Where that one is taken the next three bytes count, ten times in all; then the SHA-256 of the digest goes on.
 * @param taken the addresses of the nodes that come first: those with a written one, then the list's order
 */
export function stableMac(cluster: string, node: string, taken: ReadonlySet<string>): string {
  for (const suffix of suffixes(`${cluster}/${node}`)) {
    const mac = `${PROXMOX_OUI}:${colons(suffix)}`;
    if (!taken.has(mac)) return mac;
  }
  throw new RangeError('unreachable: the suffixes never end');
}

/** Three bytes in hexadecimal, for ever. */
function* suffixes(name: string): Generator<string> {
  for (let digest = sha256(name); ; digest = sha256(digest)) {
    for (let at = 0; at + 3 <= digest.length; at += 3) yield digest.toString('hex', at, at + 3);
  }
}

function sha256(data: string | Uint8Array): Buffer {
  return createHash('sha256').update(data).digest();
}

function colons(hexadecimal: string): string {
  return hexadecimal.match(/../g)?.join(':') ?? '';
}
