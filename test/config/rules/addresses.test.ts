import { describe, expect, test } from 'vitest';
import { codes, controller, hints, nodes, PROXMOX, said, withLines, worker } from '../../support/rule-inputs.ts';

const list = nodes(controller('a', 11), worker('b', 21));

describe('inside of the network', () => {
  test('all of them are looked at, each at its own place', () => {
    const cluster = withLines('cluster_api_addr: 10.0.1.10', 'node_default_gateway: 192.168.0.1');
    expect(said(cluster, nodes(controller('a', 11), 'name: b, address: 10.1.0.1, controller: false'))).toEqual([
      '1 address-outside-network: cluster_api_addr is outside node_cidr, which is 10.0.0.0/24 at cluster.yaml:3:12: 10.0.1.10',
      '2 address-outside-network: node_default_gateway is outside node_cidr, which is 10.0.0.0/24 at cluster.yaml:3:12: 192.168.0.1',
      '3 address-outside-network: address of nodes[1] (b) is outside node_cidr, which is 10.0.0.0/24 at cluster.yaml:3:12: 10.1.0.1',
    ]);
  });

  test('the hint has the ends of what is there', () => {
    expect(hints(withLines('cluster_api_addr: 10.0.1.10'), list)).toEqual([
      'address-outside-network: use one from 10.0.0.1 to 10.0.0.254',
    ]);
  });

  test('a network with host bits is still a network', () => {
    expect(codes(withLines('node_cidr: 10.0.0.5/24'), list)).toEqual(['cidr-host-bits']);
  });

  test('without a network nothing is outside of it', () => {
    expect(codes(withLines('node_cidr: 10.0.0'), list)).toEqual(['bad-format']);
  });
});

describe('network and broadcast address', () => {
  test.each([
    ['10.0.0.0', 'the network address'],
    ['10.0.0.255', 'the broadcast address'],
  ])('%s is %s', (address, role) => {
    expect(said(withLines(`cluster_api_addr: ${address}`), list)).toEqual([
      `1 reserved-address: cluster_api_addr is ${role} of node_cidr 10.0.0.0/24: ${address}`,
    ]);
  });

  test.each([
    ['/31, which has neither (RFC 3021)', '10.0.0.0/31', ['10.0.0.0', '10.0.0.1']],
    ['/30', '10.0.0.0/30', ['10.0.0.2', '10.0.0.1']],
  ])('in a %s', (_, network, [api, gateway]) => {
    const cluster = withLines(`node_cidr: ${network}`, `cluster_api_addr: ${api}`, `node_default_gateway: ${gateway}`);
    expect(codes(cluster).filter((code) => code === 'reserved-address')).toEqual([]);
  });
});

describe('one owner', () => {
  test('each repetition names the first owner and where it stands', () => {
    expect(said(PROXMOX, nodes(controller('a', 2), worker('b', 2), worker('c', 2)))).toEqual([
      '3 duplicate-address: address of nodes[1] (b) is also address of nodes[0] (a), at nodes.yaml:2:24: 10.0.0.2',
      '4 duplicate-address: address of nodes[2] (c) is also address of nodes[0] (a), at nodes.yaml:2:24: 10.0.0.2',
    ]);
  });

  test('the API and a node, in two files', () => {
    expect(said(PROXMOX, nodes(controller('a', 10)))).toEqual([
      '2 duplicate-address: address of nodes[0] (a) is also cluster_api_addr, at cluster.yaml:2:19: 10.0.0.10',
    ]);
  });

  test('the gateway that is written', () => {
    expect(said(withLines('node_default_gateway: 10.0.0.10'), list)).toEqual([
      '1 duplicate-address: node_default_gateway is also cluster_api_addr, at cluster.yaml:3:19: 10.0.0.10',
    ]);
  });

  test('the gateway by default is never the finding itself', () => {
    expect(said(withLines('cluster_api_addr: 10.0.0.1'), list)).toEqual([
      '1 duplicate-address: cluster_api_addr is also node_default_gateway, by default the first host of node_cidr: 10.0.0.1',
    ]);
    expect(said(PROXMOX, nodes(controller('a', 1)))).toEqual([
      '2 duplicate-address: address of nodes[0] (a) is also node_default_gateway, by default the first host of node_cidr: 10.0.0.1',
    ]);
  });

  test('a gateway of a wrong shape is none, and gives no default', () => {
    expect(codes(withLines('node_default_gateway: 10.0.0.300', 'cluster_api_addr: 10.0.0.1'), list)).toEqual([
      'bad-format',
    ]);
  });
});
