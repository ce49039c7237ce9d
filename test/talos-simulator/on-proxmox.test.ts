/** Virtual machines of a simulated Proxmox VE run Talos. */
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../support/proxmox/client.ts';
import { startMachines, type Machines } from '../support/talos/on-proxmox.ts';
import { ownNetwork } from '../support/talos/loopback.ts';

const ADDRESS = `${ownNetwork()}.141`;
const LEASED = `${ownNetwork()}.142`;
const VM = { net0: 'virtio=BC:24:11:00:00:11,bridge=vmbr0', scsi0: 'local-lvm:20' };
describe.skipIf(process.platform === 'darwin')('a Proxmox VE whose machines run Talos', () => {
  let machines: Machines;
  const stage = (name: string): string | undefined => machines.talos.nodes.get(name)?.stage;
  const call = async (asked: string, form: Readonly<Record<string, string>> = {}): Promise<void> => {
    expect(await ask(machines.proxmox, asked, form)).toMatchObject({ status: 200 });
  };

  beforeAll(async () => {
    machines = await startMachines({}, {}, { 'bc:24:11:00:00:12': LEASED });
  });
  afterAll(async () => machines.close());

  test('a machine that is started waits in maintenance mode at the address of its cloud-init drive', async () => {
    const form = { ...VM, vmid: '1101', name: 'cp-1', ipconfig0: `ip=${ADDRESS}/24,gw=${ownNetwork()}.1` };
    await call('POST nodes/pve/qemu', form);
    expect(stage('cp-1')).toBeUndefined();
    await call('POST nodes/pve/qemu/1101/status/start');
    await call('GET nodes/pve/qemu/1101/status/current');
    await machines.talos.until(() => stage('cp-1') === 'maintenance');
    expect(machines.talos.nodes.get('cp-1')).toMatchObject({
      address: ADDRESS,
      mac: 'bc:24:11:00:00:11',
      disks: [{ path: '/dev/sda', size: 20 * 2 ** 30 }],
    });
  });

  test('another gets one by its MAC', async () => {
    const net0 = VM.net0.replace(':11,', ':12,');
    await call('POST nodes/pve/qemu', { ...VM, net0, vmid: '1102', name: 'w-1', ipconfig0: 'ip=dhcp' });
    await call('POST nodes/pve/qemu/1102/status/start');
    await call('GET nodes/pve/qemu/1102/status/current');
    await machines.talos.until(() => stage('w-1') === 'maintenance');
    expect(machines.talos.nodes.get('w-1')?.address).toBe(LEASED);
  });

  test('it goes off and on with the virtual machine, and away with it', async () => {
    await call('POST nodes/pve/qemu/1101/status/stop');
    await call('GET nodes/pve/qemu/1101/status/current');
    expect(stage('cp-1')).toBe('off');
    await call('POST nodes/pve/qemu/1101/status/start');
    await call('GET nodes/pve/qemu/1101/status/current');
    await machines.talos.until(() => stage('cp-1') === 'maintenance');
    await call('POST nodes/pve/qemu/1101/status/stop');
    await call('GET nodes/pve/qemu/1101/status/current');
    await call('DELETE nodes/pve/qemu/1101');
    await call('GET cluster/resources');
    expect([...machines.talos.nodes.keys()]).toEqual(['w-1']);
  });
});
