/** What becomes of a virtual machine's settings and disks, by value. */
import { expect, onTestFinished, test } from 'vitest';
import { ask, type Answered } from '../support/proxmox/client.ts';
import type { ProxmoxOptions } from '../support/proxmox/seeds.ts';
import { startProxmox, type Simulator } from '../support/proxmox/simulator.ts';

interface Lab {
  readonly proxmox: Simulator;
  readonly call: (asked: string, form?: Record<string, string>) => Promise<Answered>;
  /** The configuration of VM 100, as it is read. */
  readonly config: () => Promise<Record<string, unknown>>;
}

async function lab(options: ProxmoxOptions = {}): Promise<Lab> {
  const proxmox = await startProxmox({
    volumes: [{ volid: 'local:iso/x.iso' }, { volid: 'local:import/x.raw', size: 3 * GIB }],
    ...options,
  });
  onTestFinished(proxmox.close);
  const call: Lab['call'] = (asked, form) => ask(proxmox, asked, form);
  const config = async (): Promise<Record<string, unknown>> => {
    const { digest: _, ...rest } = (await call('GET nodes/pve/qemu/100/config')).data as Record<string, unknown>;
    return rest;
  };
  return { proxmox, call, config };
}

const GIB = 2 ** 30;
const CREATE = {
  vmid: '100',
  name: 'cp1',
  cores: '4',
  memory: '8192',
  template: '0',
  tags: 'talos;k8s',
  net0: 'model=virtio,bridge=vmbr0,firewall=0,macaddr=bc:24:11:00:11:01,tag=20',
  scsi0: 'file=local-lvm:32,size=34359738368,ssd=1',
  scsi1: 'file=local-lvm:0,import-from=local:import/x.raw,format=raw',
  efidisk0: 'file=local-lvm:1,format=raw,efitype=4m,pre-enrolled-keys=0',
  tpmstate0: 'file=local-lvm:1,version=v2.0',
  ide0: 'file=local-lvm:cloudinit',
  ide2: 'file=local:iso/x.iso,media=cdrom,',
};
const CONFIG = 'PUT nodes/pve/qemu/100/config';

test('a new one reads as Proxmox VE writes it', async () => {
  const { call, config, proxmox } = await lab();
  await call('POST nodes/pve/qemu', CREATE);
  expect(await config()).toEqual({
    name: 'cp1',
    cores: 4,
    memory: '8192',
    tags: 'k8s;talos',
    net0: 'virtio=BC:24:11:00:11:01,bridge=vmbr0,firewall=0,tag=20',
    scsi0: 'local-lvm:vm-100-disk-0,ssd=1,size=32G',
    scsi1: 'local-lvm:vm-100-disk-1,size=3G',
    efidisk0: 'local-lvm:vm-100-disk-2,efitype=4m,pre-enrolled-keys=0,size=4M',
    tpmstate0: 'local-lvm:vm-100-disk-3,version=v2.0,size=4M',
    ide0: 'local-lvm:vm-100-cloudinit,media=cdrom,size=4M',
    ide2: 'local:iso/x.iso,media=cdrom,size=1M',
  });
  expect(proxmox.events(100)).toEqual(['created']);
});

test.each([
  [{ name: 'not_a_name' }, 'name', 'invalid format - value does not look like a valid DNS name\n'],
  [
    { net0: 'virtio,bridge=vmbr0,tag=5000' },
    'net0',
    'invalid format - format error\ntag: value must be between 1 and 4094\n',
  ],
  [{ cores: '0' }, 'cores', 'value must have a minimum value of 1\n'],
  [{ vmid: '99' }, 'vmid', 'invalid format - value does not look like a valid VM ID'],
])('%j is refused by its name', async (form, name, message) => {
  const { call } = await lab();
  expect(await call('POST nodes/pve/qemu', { vmid: '100', ...form })).toEqual({
    status: 400,
    reason: 'Parameter verification failed.',
    data: null,
    errors: { [name]: message },
  });
});

test.each([
  [{ scsi0: 'nowhere:8' }, "storage 'nowhere' does not exist"],
  [{ scsi0: 'local:8' }, "storage 'local' does not support content-type 'images'"],
  [{ ide2: 'local:iso/y.iso,media=cdrom' }, "volume 'local:iso/y.iso' does not exist"],
  [{ scsi0: 'local-lvm:0,import-from=local:import/y.raw' }, "volume 'local:import/y.raw' does not exist"],
])('%j is not to be had', async (form, reason) => {
  const { call, proxmox } = await lab();
  expect(await call('POST nodes/pve/qemu', { vmid: '100', ...form })).toMatchObject({ status: 500, reason });
  expect(proxmox.guests()).toEqual([]);
});

test('settings change while it runs; what is cold waits for the reboot', async () => {
  const { call, config, proxmox } = await lab();
  await call('POST nodes/pve/qemu', CREATE);
  await call('POST nodes/pve/qemu/100/status/start');
  await call(CONFIG, { cores: '6', name: 'cp2', net0: 'virtio,bridge=vmbr0', delete: 'memory,net7' });
  expect(await config()).toMatchObject({ cores: 6, name: 'cp2', net0: 'virtio=BC:24:11:00:11:01,bridge=vmbr0' });
  expect(proxmox.guests()[0]?.pending).toEqual(['cores', 'memory']);
  const { data } = await call('GET nodes/pve/qemu/100/pending');
  expect(data).toEqual(
    expect.arrayContaining([
      { key: 'cores', value: 4, pending: 6 },
      { key: 'memory', value: '8192', delete: 1 },
      { key: 'name', value: 'cp2' },
    ]),
  );
  await call('POST nodes/pve/qemu/100/status/reboot');
  expect(proxmox.guests()[0]?.pending).toEqual([]);
  expect(proxmox.events(100)).toEqual([
    'created',
    'started',
    'set name',
    'set cores',
    'set memory',
    'set net0',
    'rebooted',
  ]);
});

test('disks grow, come loose, and go', async () => {
  const { call, config, proxmox } = await lab();
  await call('POST nodes/pve/qemu', CREATE);
  await call('PUT nodes/pve/qemu/100/resize', { disk: 'scsi0', size: String(48 * GIB) });
  await call('PUT nodes/pve/qemu/100/resize', { disk: 'scsi1', size: '+2G' });
  await call(CONFIG, {
    scsi0: 'local-lvm:vm-100-disk-0,ssd=0,size=1G',
    ide2: 'none,media=cdrom',
    delete: 'scsi1,ide0',
  });
  expect(await config()).toMatchObject({
    scsi0: 'local-lvm:vm-100-disk-0,ssd=0,size=48G',
    ide2: 'none,media=cdrom',
    unused0: 'local-lvm:vm-100-disk-1',
  });
  expect(proxmox.volumes()).not.toContain('local-lvm:vm-100-cloudinit');
  await call(CONFIG, { delete: 'unused0' });
  expect(proxmox.volumes()).not.toContain('local-lvm:vm-100-disk-1');
  const { data } = await call('PUT nodes/pve/qemu/100/resize', { disk: 'scsi0', size: '1G' });
  expect(proxmox.world.tasks.get(String(data))?.exitstatus).toBe('shrinking disks is not supported');
});

test('a copy has disks and addresses of its own; a template starts nowhere', async () => {
  const { call, config, proxmox } = await lab();
  await call('POST nodes/pve/qemu', { ...CREATE, vmid: '900' });
  await call('POST nodes/pve/qemu/900/template');
  await call('POST nodes/pve/qemu/900/clone', { newid: '100', name: 'copy', full: '1' });
  const copy = await config();
  expect(copy).toMatchObject({ name: 'copy', scsi0: 'local-lvm:vm-100-disk-0,ssd=1,size=32G' });
  expect(copy['net0']).toMatch(/^virtio=BC:24:11:00:00:01,/);
  expect(copy).not.toHaveProperty('template');
  expect(proxmox.volumes()).toContain('local-lvm:base-900-disk-0');
  const { data } = await call('POST nodes/pve/qemu/900/status/start');
  expect(proxmox.world.tasks.get(String(data))?.exitstatus).toBe("you can't start a vm if it's a template");
});

test('a disk moves to another storage, and a VM to another host', async () => {
  const shared = { storage: 'nas', type: 'nfs', content: ['images'], shared: true };
  const local = { storage: 'local-lvm', type: 'lvmthin', content: ['images'] };
  const { call, proxmox } = await lab({ nodes: ['pve', 'pve2'], storages: [local, shared], volumes: [] });
  await call('POST nodes/pve/qemu', { vmid: '100', scsi0: 'local-lvm:8', scsi1: 'local-lvm:8' });
  await call('POST nodes/pve/qemu/100/move_disk', { disk: 'scsi0', storage: 'nas', delete: '1' });
  await call('POST nodes/pve/qemu/100/migrate', { target: 'pve2' });
  const { data } = await call('GET nodes/pve2/qemu/100/config');
  expect(data).toMatchObject({ scsi0: 'nas:100/vm-100-disk-0.raw,size=8G', scsi1: 'local-lvm:vm-100-disk-1,size=8G' });
  expect(proxmox.world.volumes.map(({ volid, node }) => `${node} ${volid}`)).toEqual([
    'pve2 local-lvm:vm-100-disk-1',
    ' nas:100/vm-100-disk-0.raw',
  ]);
});

test('is not deleted while it runs, is protected, or is locked; then everything goes', async () => {
  const { call, proxmox } = await lab({
    volumes: [{ volid: 'local:iso/x.iso' }],
    guests: [{ vmid: 100, name: 'a', running: true, config: { protection: '1', scsi0: 'local-lvm:8' } }],
  });
  const remove = async (): Promise<string> => (await call('DELETE nodes/pve/qemu/100', { purge: '1' })).reason;
  expect(await remove()).toBe("can't remove VM 100 - protection mode enabled");
  await call(CONFIG, { protection: '0' });
  expect(await remove()).toBe('VM 100 is running - destroy failed');
  await call('POST nodes/pve/qemu/100/status/shutdown');
  expect(await remove()).toBe('OK');
  expect(await call('GET nodes/pve/qemu/100/status/current')).toMatchObject({
    status: 500,
    reason: "Configuration file 'nodes/pve/qemu-server/100.conf' does not exist",
  });
  expect(proxmox.volumes()).toEqual(['local:iso/x.iso']);
});

test('an id is free or taken in the whole cluster, whoever asks', async () => {
  const guests = [{ vmid: 100, name: 'theirs', node: 'pve2' }];
  const { call } = await lab({ nodes: ['pve', 'pve2'], guests, grants: ['Sys.Audit /'] });
  expect((await call('GET cluster/resources', { type: 'vm' })).data).toEqual([]);
  expect((await call('GET cluster/nextid')).data).toBe('101');
  expect((await call('GET cluster/nextid', { vmid: '200' })).data).toBe('200');
  expect(await call('GET cluster/nextid', { vmid: '100' })).toMatchObject({
    status: 400,
    errors: { vmid: 'VM 100 already exists' },
  });
});

test('starts only with the bridges that the host has', async () => {
  const { call, proxmox } = await lab();
  await call('POST nodes/pve/qemu', { vmid: '100', net0: 'virtio,bridge=vmbr7' });
  const { data } = await call('POST nodes/pve/qemu/100/status/start');
  expect(proxmox.world.tasks.get(String(data))?.exitstatus).toBe("bridge 'vmbr7' does not exist");
  expect(proxmox.guests()[0]?.status).toBe('stopped');
});

test('answers through its guest agent where it has one', async () => {
  const config = {
    agent: '1',
    net0: 'virtio=BC:24:11:00:00:07,bridge=vmbr0',
    ipconfig0: 'ip=192.0.2.7/24,gw=192.0.2.1',
  };
  const guests = [true, false].map((agent, index) => ({
    vmid: 100 + index,
    name: `a${index}`,
    running: true,
    agent,
    config,
  }));
  const { call } = await lab({ guests });
  const { data } = await call('GET nodes/pve/qemu/100/agent/network-get-interfaces');
  expect(data).toMatchObject({
    result: [
      { name: 'lo' },
      { 'hardware-address': 'bc:24:11:00:00:07', 'ip-addresses': [{ 'ip-address': '192.0.2.7', prefix: 24 }] },
    ],
  });
  expect((await call('GET nodes/pve/qemu/101/agent/network-get-interfaces')).reason).toBe(
    'QEMU guest agent is not running',
  );
});
