import { describe, expect, test } from 'vitest';
import { codes, controller, nodes, ONE, PROXMOX, said, worker } from '../../support/rule-inputs.ts';

const ofCluster = (patches: string): readonly string[] => codes(`${PROXMOX}talos_patches: ${patches}\n`, ONE);

describe('what machines are told besides', () => {
  test.each([
    '[]',
    '[{machine: {sysctls: {a: b}}}]',
    '[{cluster: {proxy: {disabled: true}}, machine: {}}]',
    '[{machine: {}}, {apiVersion: v1alpha1, kind: RegistryMirrorConfig, name: a}, {apiVersion: v1alpha1, kind: RegistryMirrorConfig, name: b}]',
    '[{apiVersion: v1alpha1, kind: TimeSyncConfig, $patch: delete}]',
  ])('may be %s', (patches) => {
    expect(ofCluster(patches)).toEqual([]);
  });

  test.each([
    '[{sysctls: {a: b}}]',
    '[{machine: {}, kubelet: {}}]',
    '[{kind: TimeSyncConfig}]',
    '[{apiVersion: v1alpha1}]',
  ])('is no part of a configuration in %s', (patches) => {
    expect(ofCluster(patches)).toEqual(['talos-patch-unknown']);
  });

  test.each([
    '[{machine: {}}, {cluster: {}}]',
    '[{apiVersion: v1, kind: A, name: x}, {machine: {}}, {apiVersion: v1, kind: A, name: x}]',
  ])('is said twice in %s', (patches) => {
    expect(ofCluster(patches)).toEqual(['talos-patch-twice']);
  });

  test('may be said once by each file, and by each node', () => {
    const more = ', talos_patches: [{machine: {}}]';
    expect(
      codes(`${PROXMOX}talos_patches: [{machine: {}}]\n`, nodes(controller('c', 2, more), worker('w', 9, more))),
    ).toEqual([]);
  });

  test.each([
    '{machine: {token: abc}}',
    '{cluster: {aescbcEncryptionSecret: abc}}',
    '{apiVersion: v1alpha1, kind: RegistryAuthConfig, name: a, password: abc}',
    '{machine: {systemDiskEncryption: {state: {keys: [{slot: 0, static: {passphrase: abc}}]}}}}',
  ])('reads like a secret in %s', (patch) => {
    expect(ofCluster(`[${patch}]`)).toEqual(['talos-patch-secret']);
  });

  test.each([
    '{machine: {token: ""}}',
    '{machine: {sysctls: {secretive: "1"}}}',
    '{machine: {features: {tokens: [a]}}}',
  ])('reads like none in %s', (patch) => {
    expect(ofCluster(`[${patch}]`)).toEqual([]);
  });

  test('never has the value of a secret in a message', () => {
    expect(said(`${PROXMOX}talos_patches: [{machine: {token: s3cr3t-value}}]\n`, ONE).join()).not.toContain(
      's3cr3t-value',
    );
  });

  test('may hold texts of several lines', () => {
    expect(ofCluster('[{machine: {files: [{content: "a\\n\\tb\\n"}]}}]')).toEqual([]);
  });
});
