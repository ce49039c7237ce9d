/** IPv4 arithmetic. Addresses are unsigned 32-bit numbers; texts are dotted quads without leading zeros. */

/** A network: `10.0.0.0/24` is address 0x0a000000, prefix 24. The address may have host bits. */
export interface Cidr {
  readonly address: number;
  /** Length of the network part in bits, 0 to 32. */
  readonly prefix: number;
}

/** @param text a dotted quad that was checked, such as `10.0.0.1` */
export function parseAddress(text: string): number {
  return text.split('.').reduce((address, octet) => address * 256 + Number(octet), 0);
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}

/** @param text a network that was checked, such as `10.0.0.0/24` */
export function parseCidr(text: string): Cidr {
  const [address = '', prefix = ''] = text.split('/');
  return { address: parseAddress(address), prefix: Number(prefix) };
}

/** The network itself, without host bits: `10.0.0.0/24` for 10.0.0.5/24. */
export function formatCidr(cidr: Cidr): string {
  return `${formatAddress(networkAddress(cidr))}/${cidr.prefix}`;
}

/** The first address of a network; its host bits are zero. */
export function networkAddress({ address, prefix }: Cidr): number {
  // Shifting a 32-bit number by 32 shifts by nothing, so /0 needs its own answer.
  return prefix === 0 ? 0 : ((address >>> (32 - prefix)) << (32 - prefix)) >>> 0;
}

/** The last address of a network; its host bits are one. */
export function broadcastAddress(cidr: Cidr): number {
  return networkAddress(cidr) + 2 ** (32 - cidr.prefix) - 1;
}

/** The lowest address that a machine can have. In a /31 (RFC 3021) and a /32 that is the network address itself. */
export function firstHost(cidr: Cidr): number {
  return networkAddress(cidr) + (cidr.prefix < 31 ? 1 : 0);
}

/** The highest address that a machine can have. */
export function lastHost(cidr: Cidr): number {
  return broadcastAddress(cidr) - (cidr.prefix < 31 ? 1 : 0);
}

/** True for every address of the network, its first and last included. */
export function contains(cidr: Cidr, address: number): boolean {
  return address >= networkAddress(cidr) && address <= broadcastAddress(cidr);
}

/** True when two networks share an address: then the larger one holds the smaller one. */
export function overlaps(a: Cidr, b: Cidr): boolean {
  return contains(a, networkAddress(b)) || contains(b, networkAddress(a));
}
