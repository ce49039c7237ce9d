import { expect, test } from 'vitest';
import { codes, controller, nodes, PROXMOX, said, worker } from '../../support/rule-inputs.ts';

const controllers = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => controller(`c${index}`, 20 + index));

test.each([
  [1, []],
  [2, ['even-controllers']],
  [3, []],
  [6, ['even-controllers']],
  [7, []],
  [8, ['too-many-controllers', 'even-controllers']],
  [9, ['too-many-controllers']],
])('%i controllers: %j', (count, expected) => {
  expect(codes(PROXMOX, nodes(...controllers(count), worker('w', 2))).toSorted()).toEqual(expected.toSorted());
});

test('the last one makes it even', () => {
  expect(said(PROXMOX, nodes(worker('w', 2), ...controllers(2), worker('v', 3)))).toEqual([
    '4 even-controllers: 2 controllers survive no more failures than 1: etcd needs more than half of them',
  ]);
});

test('workers alone are no cluster', () => {
  expect(said(PROXMOX, nodes(worker('w', 2), worker('v', 3)))).toEqual([
    '2 no-controller: no node is a controller: a cluster needs at least one',
  ]);
});

test('nothing is counted while one node does not say what it is', () => {
  const broken = 'name: b, address: 10.0.0.3, controller: yes';
  expect(codes(PROXMOX, nodes(worker('w', 2), broken))).toEqual(['wrong-type']);
  expect(codes(PROXMOX, nodes(...controllers(2), broken))).toEqual(['wrong-type']);
  expect(codes(PROXMOX, 'nodes: []\n')).toEqual(['too-few']);
});
