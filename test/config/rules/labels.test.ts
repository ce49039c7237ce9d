import { describe, expect, test } from 'vitest';
import { codes, controller, nodes, ONE, PROXMOX, said, worker } from '../../support/rule-inputs.ts';

const ofWorker = (labels: string): readonly string[] =>
  codes(PROXMOX, ONE + nodes(worker('w', 9, `, labels: {${labels}}`)).replace('nodes:\n', ''));

describe('a label', () => {
  test.each(['rack: b2', 'example.com/rack: b2', 'a_b.c-D9: ""', '"sub.example.com/x": "1"'])(
    'may be {%s}',
    (label) => {
      expect(ofWorker(label)).toEqual([]);
    },
  );

  test.each([
    '"": x',
    '"a/b/c": x',
    '"/x": y',
    '"x/": y',
    '"Example.com/x": y',
    '"-x": y',
    '"x-": y',
    `${'a'.repeat(64)}: x`,
    `"${'a.'.repeat(126)}aa/x": y`,
  ])('has no key like in {%s}', (label) => {
    expect(ofWorker(label)).toEqual(['label-key']);
  });

  test.each(['x: "-a"', 'x: a/b', `x: ${'a'.repeat(64)}`])('has no value like in {%s}', (label) => {
    expect(ofWorker(label)).toEqual(['bad-format']);
  });

  test.each(['x: true', 'x: 1'])('is a text: {%s} is none', (label) => {
    expect(ofWorker(label)).toEqual(['wrong-type']);
  });
});

describe('a worker', () => {
  test.each([
    'node-role.kubernetes.io/worker: ""',
    'kubernetes.io/role: x',
    'node-restriction.kubernetes.io/x: y',
    'k8s.io/x: y',
    'scheduling.k8s.io/x: y',
  ])('cannot give itself {%s}', (label) => {
    expect(ofWorker(label)).toEqual(['label-reserved']);
  });

  test.each([
    'topology.kubernetes.io/zone: a',
    'node.kubernetes.io/instance-type: a',
    'feature.node.kubernetes.io/x: y',
    'kubelet.kubernetes.io/x: y',
    'kubernetes.io/arch: amd64',
    'notkubernetes.io/x: y',
  ])('can give itself {%s}', (label) => {
    expect(ofWorker(label)).toEqual([]);
  });

  test('can less than a controller, whose labels Talos sets as an administrator', () => {
    expect(codes(PROXMOX, nodes(controller('a', 2, ', labels: {node-role.kubernetes.io/gpu: ""}')))).toEqual([]);
  });
});

test('the finding stands at the label', () => {
  const list = ONE + nodes(worker('w', 9, ', labels: {k8s.io/x: y}')).replace('nodes:\n', '');
  expect(said(PROXMOX, list)).toEqual([
    '3 label-reserved: Kubernetes does not let nodes[1] (w) give itself the label k8s.io/x',
  ]);
});
