import { describe, expect, test } from 'vitest';
import { codes, controller, nodes, PROXMOX, said, worker } from '../../support/rule-inputs.ts';

describe('repetitions', () => {
  test('each names the first owner and where it stands', () => {
    const list = nodes(
      controller('a', 2, ', vm_id: 100'),
      worker('b', 3, ', vm_id: 100'),
      worker('a', 4, ', vm_id: 100'),
    );
    expect(said(PROXMOX, list)).toEqual([
      '3 duplicate-vm-id: nodes[1] (b) has the same vm_id as nodes[0] (a) at nodes.yaml:2:59: 100',
      '4 duplicate-node-name: nodes[2] (a) has the same name as nodes[0] (a) at nodes.yaml:2:12: a',
      '4 duplicate-vm-id: nodes[2] (a) has the same vm_id as nodes[0] (a) at nodes.yaml:2:59: 100',
    ]);
  });

  test('MAC addresses are compared in one form', () => {
    const list = nodes(
      controller('a', 2, ', mac_addr: bc24.110A.0B0C'),
      worker('b', 3, ', mac_addr: "bc:24:11:0a:0b:0c"'),
      worker('c', 4, ', mac_addr: BC-24-11-0A-0B-0D'),
    );
    expect(said(PROXMOX, list)).toEqual([expect.stringMatching(/^3 duplicate-mac-addr: .*: bc:24:11:0a:0b:0c$/)]);
  });

  test('a value of the wrong shape is compared with nothing', () => {
    const list = nodes(controller('a', 2, ', vm_id: 1'), worker('b', 3, ', vm_id: 1'), 'name: A', 'name: A', 'c', 'c');
    expect(codes(PROXMOX, list).filter((code) => code.startsWith('duplicate'))).toEqual([]);
  });

  test('the others are, although one value is broken', () => {
    const list = nodes(
      'name: a, address: x, controller: true, vm_id: 100',
      'name: a, address: 10.0.0.2, controller: 1, vm_id: 100',
    );
    expect(codes(PROXMOX, list)).toEqual(['bad-format', 'duplicate-node-name', 'wrong-type', 'duplicate-vm-id']);
  });
});

test.each(['global', 'controller', 'worker'])('no node is called %s', (name) => {
  expect(codes(PROXMOX, nodes(controller(name, 2), worker(`${name}-1`, 3)))).toEqual(['reserved-node-name']);
});

test.each([
  ['01:00:5e:00:00:01', ['multicast-mac-addr']],
  ['FF-FF-FF-FF-FF-FF', ['multicast-mac-addr']],
  ['3300.0000.0001', ['multicast-mac-addr']],
  ['02:00:00:00:00:01', []],
  ['BC-24-11-01-01-01', []],
])('%s is %j', (mac, expected) => {
  expect(codes(PROXMOX, nodes(controller('a', 2, `, mac_addr: "${mac}"`)))).toEqual(expected);
});
