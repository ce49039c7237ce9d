import { describe, expect, test } from 'vitest';
import { codes, controller, hints, nodes, ONE, said, withLines, worker } from '../../support/rule-inputs.ts';

describe('host bits', () => {
  test.each([
    ['node_cidr: 10.0.0.5/24', '10.0.0.0/24'],
    ['cluster_pod_cidr: 10.42.1.0/16', '10.42.0.0/16'],
    ['cluster_svc_cidr: 10.43.255.255/12', '10.32.0.0/12'],
  ])('%s was meant to be %s', (line, network) => {
    expect(hints(withLines(line))).toContain(`cidr-host-bits: did you mean ${network}?`);
  });

  test('a /32 and a /0 have their own', () => {
    const lines = ['node_cidr: 255.255.255.255/32', 'cluster_pod_cidr: 0.0.0.0/0'];
    expect(codes(withLines(...lines))).not.toContain('cidr-host-bits');
  });
});

describe('overlaps', () => {
  test.each([
    [
      'equal',
      ['cluster_pod_cidr: 10.99.0.0/16', 'cluster_svc_cidr: 10.99.0.0/16'],
      2,
      'cluster_svc_cidr 10.99.0.0/16 overlaps cluster_pod_cidr at cluster.yaml:1:19: 10.99.0.0/16',
    ],
    [
      'one inside of the other',
      ['cluster_pod_cidr: 10.0.0.0/8'],
      1,
      'cluster_pod_cidr 10.0.0.0/8 overlaps node_cidr at cluster.yaml:2:12: 10.0.0.0/24',
    ],
    [
      'the smaller one first',
      ['node_cidr: 10.0.0.0/24', 'cluster_pod_cidr: 10.0.0.128/25'],
      2,
      'cluster_pod_cidr 10.0.0.128/25 overlaps node_cidr at cluster.yaml:1:12: 10.0.0.0/24',
    ],
  ])('%s', (_, lines, line, message) => {
    expect(said(withLines(...lines))).toContain(`${line} network-overlap: ${message}`);
  });

  test('neighbours do not', () => {
    expect(codes(withLines('cluster_pod_cidr: 10.0.1.0/24', 'cluster_svc_cidr: 10.0.2.0/24'))).toEqual([]);
  });

  test('of a default the written one is the finding, and the default is the one to change', () => {
    const cluster = withLines('node_cidr: 10.42.7.0/24', 'cluster_api_addr: 10.42.7.10');
    const list = nodes('name: a, address: 10.42.7.2, controller: true');
    expect(said(cluster, list)).toEqual([
      '1 network-overlap: node_cidr 10.42.7.0/24 overlaps the default of cluster_pod_cidr: 10.42.0.0/16',
    ]);
    expect(hints(cluster, list)).toEqual([
      'network-overlap: set cluster_pod_cidr to a free one, for example 10.244.0.0/16',
    ]);
  });

  test('the services written, over the pods by default', () => {
    expect(said(withLines('cluster_svc_cidr: 10.42.0.0/24'))).toEqual([
      '1 network-overlap: cluster_svc_cidr 10.42.0.0/24 overlaps the default of cluster_pod_cidr: 10.42.0.0/16',
    ]);
  });

  test('the pods written, over the services by default', () => {
    expect(said(withLines('cluster_pod_cidr: 10.40.0.0/13'))).toEqual([
      '1 network-overlap: cluster_pod_cidr 10.40.0.0/13 overlaps the default of cluster_svc_cidr: 10.43.0.0/16',
    ]);
  });

  test('no free one is offered where none is left', () => {
    expect(hints(withLines('cluster_pod_cidr: 0.0.0.0/0'))).toContain(
      'network-overlap: set cluster_pod_cidr to a free one, for example 10.42.0.0/16',
    );
    expect(hints(withLines('node_cidr: 0.0.0.0/0'))).toContain(
      'network-overlap: choose networks that share no address',
    );
  });

  test('nothing is said of a network that cannot be told', () => {
    expect(codes(withLines('node_cidr: 10.42.0.0/16', 'cluster_pod_cidr: 10.42'))).not.toContain('network-overlap');
  });
});

describe('room', () => {
  const two = nodes(controller('a', 2), worker('b', 3));

  test.each([
    ['/24 for one node', '10.42.0.0/24', ONE, []],
    ['/24 for two', '10.42.0.0/24', two, ['pod-network-too-small']],
    ['/23 for two', '10.42.0.0/23', two, []],
    ['/25 for one', '10.42.0.0/25', ONE, ['pod-network-too-small']],
    ['/32 for one', '10.42.0.0/32', ONE, ['pod-network-too-small']],
  ])('of pods: %s', (_, network, list, expected) => {
    expect(codes(withLines(`cluster_pod_cidr: ${network}`), list)).toEqual(expected);
  });

  test('the network that would do is offered', () => {
    const list = nodes(controller('a', 2), ...[3, 4, 5, 6].map((last) => worker(`w${last}`, last)));
    expect(hints(withLines('cluster_pod_cidr: 10.44.7.0/24'), list)).toEqual([
      'pod-network-too-small: set cluster_pod_cidr to a /21 or larger, for example 10.44.0.0/21',
    ]);
  });

  test('where the network is the default, the first node too many is the finding', () => {
    const list = nodes(
      'name: a, address: 10.0.0.2, controller: true',
      ...Array.from(
        { length: 256 },
        (_, index) => `name: w${index}, address: 10.0.${1 + (index >> 8)}.${index & 255}, controller: false`,
      ),
    );
    const cluster = withLines('node_cidr: 10.0.0.0/16');
    expect(said(cluster, list)).toEqual([
      '258 pod-network-too-small: cluster_pod_cidr 10.42.0.0/16 has room for the pods of 256 nodes, a /24 each, not of 257 nodes',
    ]);
  });

  test.each([
    ['/28', []],
    ['/29', ['service-network-too-small']],
    ['/32', ['service-network-too-small']],
  ])('of services: %s', (prefix, expected) => {
    expect(codes(withLines(`cluster_svc_cidr: 10.43.0.0${prefix}`))).toEqual(expected);
  });
});
