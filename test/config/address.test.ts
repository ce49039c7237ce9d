import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import {
  broadcastAddress,
  contains,
  firstHost,
  formatAddress,
  formatCidr,
  lastHost,
  networkAddress,
  overlaps,
  parseAddress,
  parseCidr,
} from '../../scripts/config/address.ts';

describe('addresses', () => {
  test.each([
    ['0.0.0.0', 0],
    ['10.0.0.1', 0x0a000001],
    ['192.168.1.254', 0xc0a801fe],
    ['255.255.255.255', 0xffffffff],
  ])('%s is %d', (text, address) => {
    expect(parseAddress(text)).toBe(address);
    expect(formatAddress(address)).toBe(text);
  });

  test('parse undoes format', () => {
    const addresses = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(
      fc.property(addresses, (address) => {
        expect(parseAddress(formatAddress(address))).toBe(address);
      }),
    );
  });
});

describe('networks', () => {
  test.each([
    ['10.0.0.0/24', '10.0.0.0', '10.0.0.1'],
    ['10.0.0.77/24', '10.0.0.0', '10.0.0.1'],
    ['192.168.7.200/25', '192.168.7.128', '192.168.7.129'],
    ['200.1.2.3/1', '128.0.0.0', '128.0.0.1'],
    ['172.31.255.254/12', '172.16.0.0', '172.16.0.1'],
    ['255.255.255.255/0', '0.0.0.0', '0.0.0.1'],
    ['10.0.0.4/30', '10.0.0.4', '10.0.0.5'],
    ['10.0.0.4/31', '10.0.0.4', '10.0.0.4'],
    ['10.0.0.4/32', '10.0.0.4', '10.0.0.4'],
  ])('%s begins at %s, its first host is %s', (cidr, network, host) => {
    expect(formatAddress(networkAddress(parseCidr(cidr)))).toBe(network);
    expect(formatAddress(firstHost(parseCidr(cidr)))).toBe(host);
  });

  test.each([
    ['10.0.0.77/24', '10.0.0.0/24', '10.0.0.254', '10.0.0.255'],
    ['255.255.255.255/0', '0.0.0.0/0', '255.255.255.254', '255.255.255.255'],
    ['10.0.0.5/30', '10.0.0.4/30', '10.0.0.6', '10.0.0.7'],
    ['10.0.0.5/31', '10.0.0.4/31', '10.0.0.5', '10.0.0.5'],
    ['10.0.0.5/32', '10.0.0.5/32', '10.0.0.5', '10.0.0.5'],
  ])('%s is %s, its last host is %s, its last address %s', (cidr, network, host, broadcast) => {
    const parsed = parseCidr(cidr);
    expect(formatCidr(parsed)).toBe(network);
    expect(formatAddress(lastHost(parsed))).toBe(host);
    expect(formatAddress(broadcastAddress(parsed))).toBe(broadcast);
  });

  test('two overlap when there is an address that both contain', () => {
    const cidr = fc.record({
      address: fc.integer({ min: 0, max: 0xffffffff }),
      prefix: fc.integer({ min: 0, max: 32 }),
    });
    const near = fc
      .tuple(cidr, cidr, fc.boolean())
      .map(([a, b, same]) => [a, same ? { ...b, address: a.address } : b] as const);
    fc.assert(
      fc.property(near, ([a, b]) => {
        const shared = [networkAddress(a), networkAddress(b)].some(
          (address) => contains(a, address) && contains(b, address),
        );
        expect(overlaps(a, b)).toBe(shared);
        expect(overlaps(b, a)).toBe(shared);
      }),
    );
  });

  test.each([
    ['10.0.0.0/24', '10.0.0.255', true],
    ['10.0.0.0/24', '10.0.1.0', false],
    ['10.0.0.0/24', '9.255.255.255', false],
    ['128.0.0.0/1', '255.255.255.255', true],
  ])('%s, %s: %s', (cidr, address, expected) => {
    expect(contains(parseCidr(cidr), parseAddress(address))).toBe(expected);
  });
});
