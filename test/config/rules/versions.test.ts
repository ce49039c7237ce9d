import { describe, expect, test } from 'vitest';
import { codes, hints, PROXMOX, said, withLines } from '../../support/rule-inputs.ts';

const versions = (talos: string, kubernetes: string): string =>
  withLines(`talos_version: "${talos}"`, `kubernetes_version: "${kubernetes}"`);

describe('Kubernetes', () => {
  test.each([
    ['1.12.0', '1.29.9', ['kubernetes-unsupported']],
    ['1.12.0', '1.30.0', []],
    ['1.12.12', '1.35.99', []],
    ['1.12.0', '1.36.0', ['kubernetes-unsupported']],
    ['1.13.9', '1.36.1', []],
    ['1.13.9', '2.35.0', ['kubernetes-unsupported']],
    ['1.13.9', '0.35.0', ['kubernetes-unsupported']],
    ['1.14.4', '1.37.1', ['talos-version-experimental']],
  ])('Talos %s with %s: %j', (talos, kubernetes, expected) => {
    expect(codes(versions(talos, kubernetes))).toEqual(expected);
  });

  test('the message names both, the hint both ways out', () => {
    expect(said(versions('1.12.4', '1.36.0'))).toEqual([
      '2 kubernetes-unsupported: Talos 1.12.4, at cluster.yaml:1:16, does not run Kubernetes 1.36.0',
    ]);
    expect(hints(versions('1.12.4', '1.36.0'))).toEqual([
      'kubernetes-unsupported: use Kubernetes 1.30 to 1.35, or Talos 1.13, 1.14',
    ]);
    expect(hints(versions('1.13.0', '1.99.0'))).toEqual(['kubernetes-unsupported: use Kubernetes 1.31 to 1.36']);
  });

  test('without talos_version it is measured by the default', () => {
    expect(said(withLines('kubernetes_version: "1.36.0"'))).toEqual([
      '1 kubernetes-unsupported: Talos 1.12.0, which is the default, does not run Kubernetes 1.36.0',
    ]);
  });

  test('without kubernetes_version it follows from the Talos, and is no finding', () => {
    expect(codes(withLines('talos_version: "1.9.0"'))).toEqual([]);
    expect(codes(PROXMOX)).toEqual([]);
  });

  test('nothing is said beside a version of the wrong shape', () => {
    expect(codes(withLines('talos_version: 1.12', 'kubernetes_version: "1.99.0"'))).toEqual(['wrong-type']);
  });
});

test.each(['1.8.3', '1.15.0', '0.14.0', '2.0.0', '1.99999999999999999999.0'])('Talos %s is not known', (talos) => {
  expect(codes(versions(talos, '1.35.0'))).toEqual(['talos-version-unknown']);
});

describe('a machine configuration', () => {
  test('of a Talos that is not known is none: the hint tells the range', () => {
    expect(hints(versions('1.15.0', '1.35.0'))).toEqual([
      'talos-version-unknown: use 1.9 to 1.14; a newer nigari may know more',
    ]);
  });

  test.each([
    ['1.11.5', []],
    ['1.13.9', []],
    ['1.14.0', ['talos-version-experimental', 'talhelper-version']],
    ['1.15.0', ['talos-version-unknown', 'talhelper-version']],
  ])('is made by talhelper up to 1.13: with Talos %s %j', (talos, expected) => {
    const lines = [`talos_version: "${talos}"`, 'talos_driver: talhelper'];
    expect(codes(withLines(...lines)).toSorted()).toEqual(expected.toSorted());
  });
});
