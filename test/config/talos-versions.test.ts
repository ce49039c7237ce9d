import { expect, test } from 'vitest';
import {
  defaultKubernetesVersion,
  kubernetesOf,
  talosFor,
  TALOS_SUPPORT,
} from '../../scripts/config/talos-versions.ts';

test.each([
  ['1.11.0', '1.34.0'],
  ['1.12.0', '1.35.0'],
  ['1.12.12', '1.35.0'],
  ['1.13.9', '1.36.0'],
  ['1.14.4', '1.37.0'],
])('Talos %s runs Kubernetes %s', (talos, kubernetes) => {
  expect(defaultKubernetesVersion(talos)).toBe(kubernetes);
});

test.each([
  ['older than the table', '1.2.0', '1.32.0'],
  ['of another major, older', '0.14.0', '1.32.0'],
  ['newer than the table', '1.99.0', '1.37.0'],
  ['of another major, newer', '2.0.0', '1.37.0'],
])('one that is %s gets what its nearest neighbour runs', (_, talos, kubernetes) => {
  expect(defaultKubernetesVersion(talos)).toBe(kubernetes);
});

test('the table has no gaps, and ranges that grow', () => {
  const rows = [...TALOS_SUPPORT];
  for (const [index, [minor, { oldest, newest }]] of rows.entries()) {
    const [previous, range] = rows[index - 1] ?? [minor - 1, { oldest: 0, newest: newest - 1 }];
    expect([minor, newest, oldest < newest, oldest > range.oldest]).toEqual([
      previous + 1,
      range.newest + 1,
      true,
      true,
    ]);
  }
});

test('what is not in the table supports nothing that is known', () => {
  expect(['1.8.0', '1.99.0', '0.14.0', '2.14.0'].map(kubernetesOf)).toEqual(Array(4).fill(null));
  expect(kubernetesOf('1.12.4')).toEqual({ oldest: 30, newest: 35 });
});

test.each([
  [36, [13, 14]],
  [27, [9]],
  [26, []],
  [99, []],
])('Kubernetes 1.%i runs on Talos %j', (kubernetes, talos) => {
  expect(talosFor(kubernetes)).toEqual(talos);
});
