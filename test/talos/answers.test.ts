import { describe, expect, test } from 'vitest';
import { disksOf, etcdMembersOf, isEmptyFolder, linksOf, schematicOf } from '../../scripts/talos/answers.ts';
import { kubernetesChange, machineChange } from '../../scripts/talos/machine-change.ts';
import { checkTalosctl, machineVersion } from '../../scripts/talos/version.ts';

const resource = (id: string, spec: object): string =>
  `${JSON.stringify({ metadata: { id }, node: 'n', spec }, null, 4)}\n`;

const DRIVE = {
  ...{ dev_path: '/dev/nvme0n1', size: 1e12, pretty_size: '1.0 TB' },
  ...{ model: 'WDC', serial: 'S4E1', wwid: 'eui.1', transport: 'nvme' },
};

describe('what talosctl prints', () => {
  test('a folder, empty or not', () => {
    expect(isEmptyFolder('NODE        NAME\n10.0.0.11   .\n')).toBe(true);
    expect(isEmptyFolder('NODE        NAME\n10.0.0.11   .\n10.0.0.11   member\n')).toBe(false);
    // talosctl 1.14, asked for one node
    expect(isEmptyFolder('.\n')).toBe(true);
    expect(isEmptyFolder('.\nmember\n')).toBe(false);
    expect(isEmptyFolder('')).toBe(false);
  });

  test('the members of etcd', () => {
    const text = [
      'NODE          ID                 HOSTNAME   PEER URLS                  CLIENT URLS                LEARNER',
      '10.0.0.11     05848c52f8b09804   cp-1       https://10.0.0.11:2380     https://10.0.0.11:2379     false',
      '10.0.0.11     b1abca9fae6dd4b5   cp-2       https://10.0.0.12:2380     https://10.0.0.12:2379     true',
      '',
    ].join('\n');
    expect(etcdMembersOf(text)).toEqual([
      { hostname: 'cp-1', isLearner: false },
      { hostname: 'cp-2', isLearner: true },
    ]);
    expect(etcdMembersOf('')).toEqual([]);
  });

  test('disks that can be written', () => {
    const text =
      resource('sda', { dev_path: '/dev/sda', size: 32e9, pretty_size: '32 GB', transport: 'virtio' }) +
      resource('nvme0n1', { ...DRIVE, rotational: true, symlinks: ['/dev/disk/by-id/x'] }) +
      resource('sr0', { dev_path: '/dev/sr0', cdrom: true }) +
      resource('loop0', { dev_path: '/dev/loop0', readonly: true });
    const nothing = { links: [], model: '', serial: '', wwid: '', isRotational: false };
    expect(disksOf(text)).toEqual([
      { ...nothing, path: '/dev/sda', bytes: 32e9, size: '32 GB', transport: 'virtio' },
      {
        ...{ path: '/dev/nvme0n1', links: ['/dev/disk/by-id/x'], bytes: 1e12, size: '1.0 TB', isRotational: true },
        ...{ model: 'WDC', serial: 'S4E1', wwid: 'eui.1', transport: 'nvme' },
      },
    ]);
    expect(disksOf('no JSON')).toEqual([]);
  });

  test('network devices, by the address that they were made with', () => {
    const text =
      resource('eth0', { hardwareAddr: '02:00:00:00:00:01', permanentAddr: 'BC:24:11:00:00:01' }) +
      resource('lo', { hardwareAddr: '' });
    expect(linksOf(text)).toEqual([
      { name: 'eth0', mac: 'bc:24:11:00:00:01' },
      { name: 'lo', mac: '' },
    ]);
  });

  test('the schematic, which is told as an extension', () => {
    const agent = resource('0', { metadata: { name: 'qemu-guest-agent', version: '9.0' } });
    expect(schematicOf(agent + resource('1', { metadata: { name: 'schematic', version: 'ce4c' } }))).toBe('ce4c');
    expect(schematicOf(agent)).toBeNull();
  });

  test('versions: its own, and that of a machine', () => {
    expect(checkTalosctl('Client:\nTalos v1.13.0\n', '1.13.9')).toMatchObject({ ok: true, value: '1.13.0' });
    expect(checkTalosctl('Client:\nTalos v1.12.4\n', '1.13.0')).toMatchObject({
      ok: false,
      problems: [{ code: 'talosctl-too-old' }],
    });
    expect(checkTalosctl('kubectl', '1.13.0')).toMatchObject({ problems: [{ code: 'talosctl-version-unreadable' }] });
    const both =
      'Client:\nTalos v1.13.0\nServer:\n\tNODE:        10.0.0.11\n\tTag:         v1.12.4\n\tSHA:         x\n';
    expect(machineVersion(both)).toBe('1.12.4');
    expect(machineVersion('Client:\nTalos v1.13.0\n')).toBeNull();
  });

  test('what an apply would change, and whether the machine restarts', () => {
    const said = (mode: string, diff: string): string =>
      `Dry run summary:\n${mode} (skipped in dry-run).\nConfig diff:\n\n${diff}\n`;
    expect(machineChange(said('Applied configuration without a reboot', 'No changes.'))).toEqual({
      mode: 'Applied configuration without a reboot',
      reboots: false,
      diff: '',
    });
    const change = machineChange(said('Applied configuration with a reboot', '--- a\n+++ b\n@@ -1 +1 @@\n-a\n+b'));
    expect(change).toMatchObject({ reboots: true, diff: '--- a\n+++ b\n@@ -1 +1 @@\n-a\n+b' });
  });

  test.each([
    ['another version', 'kubelet:v1.34.0', 'kubelet:v1.35.1', { from: '1.34.0', to: '1.35.1' }],
    ['the same from elsewhere', 'kubelet:v1.34.0', 'mirror.example.com/kubelet:v1.34.0', null],
    ['the same with more in it', 'kubelet:v1.34.0', 'kubelet:v1.34.0-fat', null],
    [
      'one before it is released',
      'kube-apiserver:v1.35.0-rc.1',
      'kube-apiserver:v1.35.0',
      { from: '1.35.0-rc.1', to: '1.35.0' },
    ],
    ['by digest', 'kube-proxy:v1.34.0@sha256:0', 'kube-proxy:v1.34.1@sha256:1', { from: '1.34.0', to: '1.34.1' }],
    ['another component', 'kube-proxy:v1.34.0', 'kube-scheduler:v1.35.0', null],
    ['Talos', 'factory.talos.dev/metal-installer/ce4c:v1.13.0', 'factory.talos.dev/metal-installer/ce4c:v1.13.2', null],
  ])('what an apply would make of Kubernetes: %s', (_, from, to, change) => {
    expect(kubernetesChange(`   a:\n-        image: ${from}\n+        image: ${to}\n         b: c`)).toEqual(change);
  });
});
