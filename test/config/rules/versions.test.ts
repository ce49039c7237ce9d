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
    ['1.14.4', '1.37.1', []],
    ['1.14.4', '2.35.0', ['kubernetes-unsupported']],
    ['1.14.4', '0.35.0', ['kubernetes-unsupported']],
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
    expect(hints(versions('1.14.0', '1.99.0'))).toEqual(['kubernetes-unsupported: use Kubernetes 1.33 to 1.37']);
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
