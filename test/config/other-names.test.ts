import { expect, test } from 'vitest';
import { isApplicationKey, knownKeys } from '../../scripts/config/key-schema.ts';
import { keyElsewhereCalled } from '../../scripts/config/other-names.ts';

test.each(['cluster', 'nodes'] as const)('no other name of a key of %s is itself a key', (kind) => {
  const keys = knownKeys(kind, kind === 'nodes' ? ['nodes', 0] : []);
  expect(keys.filter((key) => keyElsewhereCalled(key, kind) !== null)).toEqual([]);
});

test('each leads to a key that there is, and to one alone', () => {
  expect(knownKeys('cluster', [])).toContain(keyElsewhereCalled('API-Token', 'cluster'));
  expect(knownKeys('nodes', ['nodes', 0])).toContain(keyElsewhereCalled('hostname', 'nodes'));
  expect(keyElsewhereCalled('hostname', 'cluster')).toBeNull();
  expect(keyElsewhereCalled('', 'cluster')).toBeNull();
});

test('what MatherlyNet has for applications keeps its meaning', () => {
  expect(isApplicationKey('proxmox_endpoint')).toBe(true);
  expect(keyElsewhereCalled('proxmox_endpoint', 'cluster')).toBeNull();
});
