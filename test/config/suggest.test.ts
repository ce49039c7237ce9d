import { expect, test } from 'vitest';
import { suggestion } from '../../scripts/config/suggest.ts';

const KEYS = ['node_cidr', 'node_dns_servers', 'node_ntp_servers', 'cluster_name', 'proxmox_node'];

test.each([
  ['node_cidr', 'node_cidr'],
  ['Node-CIDR', 'node_cidr'],
  ['nodecidr', 'node_cidr'],
  ['node_cird', 'node_cidr'],
  ['nod_cidr', 'node_cidr'],
  ['node_dns_server', 'node_dns_servers'],
  ['node_npt_servers', 'node_ntp_servers'],
  ['promox_node', 'proxmox_node'],
  ['node_dns', 'node_dns_servers'],
  ['proxmox', 'proxmox_node'],
  ['cluster_name_of_mine', 'cluster_name'],
  ['no', null],
  ['banana', null],
  ['', null],
  ['x', null],
  ['node_cidr'.repeat(1000), null],
])('%s → %s', (name, expected) => {
  expect(suggestion(name, KEYS)).toBe(expected);
});

test('the nearest wins, and of equals the first', () => {
  expect(suggestion('ntp', ['dns', 'ntp'])).toBe('ntp');
  expect(suggestion('bat', ['cat', 'hat'])).toBe('cat');
});

test('the beginning of a name is nearer than another name of its length', () => {
  expect(suggestion('Mac_Address', ['address', 'mac_addr'])).toBe('mac_addr');
  expect(suggestion('address', ['address_pool', 'address'])).toBe('address');
});

test('a swap of neighbours is one mistake, of others it is two', () => {
  expect(suggestion('bca', ['abc'])).toBeNull();
  expect(suggestion('bac', ['abc'])).toBe('abc');
});
