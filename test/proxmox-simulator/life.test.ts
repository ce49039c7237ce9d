/** The proof that the simulator speaks Proxmox VE: the real provider takes machines through their whole life on it. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../support/copy.ts';
import { ask } from '../support/proxmox/client.ts';
import type { ProxmoxOptions } from '../support/proxmox/seeds.ts';
import { providerEnv, startProxmox, type Simulator } from '../support/proxmox/simulator.ts';
import { PROVIDER, stackIn } from '../support/proxmox/stack.ts';
import { failureOf } from '../support/tofu.ts';
import { realTool } from '../support/tools.ts';

/** A cluster, and a folder with an image and machines for it. */
async function lab(options: ProxmoxOptions = {}) {
  const proxmox = await startProxmox(options);
  onTestFinished(proxmox.close);
  const stack = stackIn(await temporaryFolder(), providerEnv(proxmox));
  const machines = (...texts: readonly string[]): Promise<void> =>
    stack.write('main.tf', PROVIDER + IMAGE + texts.join(''));
  return { proxmox, machines, ...stack };
}

const IMAGE = `resource "proxmox_download_file" "talos" {
  node_name           = "pve"
  datastore_id        = "local"
  content_type        = "iso"
  file_name           = "talos.iso"
  url                 = "https://factory.talos.dev/image/0/v1.13.0/nocloud-amd64.iso"
  overwrite           = false
  overwrite_unmanaged = true
}
`;

interface Machine {
  readonly id: number;
  readonly cores?: number;
  readonly disk?: number;
  readonly tags?: readonly string[];
  readonly storage?: string;
}

const machine = (
  name: string,
  { id, cores = 4, disk = 32, tags = ['k8s', 'talos'], storage = 'local-lvm' }: Machine,
): string => `
resource "proxmox_virtual_environment_vm" "${name}" {
  node_name           = "pve"
  vm_id               = ${id}
  name                = "${name}"
  description         = "made by a test"
  tags                = ${JSON.stringify(tags)}
  machine             = "q35"
  bios                = "ovmf"
  scsi_hardware       = "virtio-scsi-single"
  stop_on_destroy     = true
  reboot_after_update = false
  boot_order          = ["scsi0", "ide2"]
  agent {
    enabled = true
    wait_for_ip { disabled = true }
  }
  cpu {
    cores = ${cores}
    type  = "host"
  }
  memory { dedicated = 8192 }
  efi_disk {
    datastore_id      = "local-lvm"
    type              = "4m"
    pre_enrolled_keys = false
  }
  tpm_state {
    datastore_id = "local-lvm"
    version      = "v2.0"
  }
  disk {
    datastore_id = "${storage}"
    interface    = "scsi0"
    size         = ${disk}
    iothread     = true
    discard      = "on"
    ssd          = true
  }
  cdrom {
    interface = "ide2"
    file_id   = proxmox_download_file.talos.id
  }
  network_device {
    bridge      = "vmbr0"
    mac_address = "BC:24:11:00:${String(id).slice(0, 2)}:${String(id).slice(2)}"
    vlan_id     = 20
  }
  operating_system { type = "l26" }
  serial_device {}
  vga { type = "serial0" }
  startup {
    order      = 1
    up_delay   = 10
    down_delay = 60
  }
  initialization {
    datastore_id = "local-lvm"
    interface    = "ide0"
    ip_config {
      ipv4 {
        address = "192.0.2.11/24"
        gateway = "192.0.2.1"
      }
    }
    dns { servers = ["192.0.2.1"] }
  }
}
`;

const vm = (name: string): string => `proxmox_virtual_environment_vm.${name}`;

/** Each guest with what happened to it. */
const lives = (proxmox: Simulator): readonly string[] =>
  proxmox.guests().map(({ vmid, status, events }) => `${status} ${vmid}: ${events.join(', ')}`);

describe.skipIf(!realTool('tofu'))('the real provider', () => {
  test('takes machines from nothing to nothing', async () => {
    const { proxmox, machines, init, plan, apply, destroy } = await lab();
    await machines(machine('cp1', { id: 1101 }), machine('cp2', { id: 1102 }), machine('wk1', { id: 1201 }));
    await init();
    const created = ['cp1', 'cp2', 'wk1'].map((name) => `create ${vm(name)}`);
    expect(await plan()).toEqual(['create proxmox_download_file.talos', ...created]);
    await apply();
    expect(await plan()).toEqual([]);
    expect(lives(proxmox)).toEqual([
      'running 1101: created, started',
      'running 1102: created, started',
      'running 1201: created, started',
    ]);

    await machines(
      machine('cp1', { id: 1101, cores: 6, tags: ['changed', 'k8s'] }),
      machine('cp2', { id: 1102, disk: 48 }),
      machine('wk2', { id: 1202 }),
    );
    const updated = ['cp1', 'cp2'].map((name) => `update ${vm(name)}`);
    expect(await plan()).toEqual([...updated, `delete ${vm('wk1')}`, `create ${vm('wk2')}`]);
    await apply();
    expect(await plan()).toEqual([]);
    expect(lives(proxmox)).toEqual([
      'running 1101: created, started, set cores, set tags',
      'running 1102: created, started, resized scsi0',
      'running 1202: created, started',
    ]);
    expect(proxmox.guests().map(({ pending }) => pending)).toEqual([['cores'], [], []]);
    expect(proxmox.events(1201)).toEqual(['created', 'started', 'stopped', 'deleted']);

    await destroy();
    expect({ guests: proxmox.guests(), volumes: proxmox.volumes() }).toEqual({ guests: [], volumes: [] });
    expect(proxmox.requests.filter(({ status }) => status === 501)).toEqual([]);
  });

  test('refuses to grow a disk together with what needs a reboot, and does it in the next run', async () => {
    const { proxmox, machines, init, plan, apply } = await lab();
    await machines(machine('cp1', { id: 1101 }));
    await init();
    await apply();
    await machines(machine('cp1', { id: 1101, cores: 6, disk: 48 }));
    expect(await failureOf(apply())).toContain('cannot resize disks while the VM is running');
    expect(lives(proxmox)).toEqual(['running 1101: created, started, set cores']);
    await apply();
    expect(lives(proxmox)).toEqual(['running 1101: created, started, set cores, resized scsi0']);
    expect(await plan()).toEqual([]);
  });

  test('moves a disk to another storage only while the machine is off', async () => {
    const storages = [{ storage: 'local' }, ...['local-lvm', 'fast'].map((storage) => ({ storage, type: 'lvmthin' }))];
    const { proxmox, machines, init, plan, apply, destroy } = await lab({ storages });
    await machines(machine('cp1', { id: 1101 }));
    await init();
    await apply();
    await machines(machine('cp1', { id: 1101, storage: 'fast' }));
    expect(await failureOf(apply())).toContain('cannot move disks between datastores while the VM is running');
    await ask(proxmox, 'POST nodes/pve/qemu/1101/status/shutdown');
    await apply();
    expect(lives(proxmox)).toEqual(['running 1101: created, started, shut down, moved scsi0, started']);
    expect(proxmox.volumes()).toContain('fast:vm-1101-disk-0');
    expect(await plan()).toEqual([]);
    await destroy();
    expect(proxmox.volumes()).toEqual([]);
  });

  test('makes fifty machines', async () => {
    const { proxmox, machines, init, plan, apply, destroy } = await lab();
    await machines(...Array.from({ length: 50 }, (_, index) => machine(`m${index}`, { id: 1100 + index })));
    await init();
    await apply();
    expect(proxmox.guests().filter(({ status }) => status === 'running')).toHaveLength(50);
    expect(await plan()).toEqual([]);
    await destroy();
    expect({ guests: proxmox.guests(), volumes: proxmox.volumes() }).toEqual({ guests: [], volumes: [] });
  });

  test('takes a foreign machine for its own, and deletes it: what nigari guards against', async () => {
    const { proxmox, machines, init, apply, destroy } = await lab({ guests: [{ vmid: 1101, name: 'theirs' }] });
    await machines(machine('cp1', { id: 1101 }));
    await init();
    await apply();
    expect(proxmox.events(1101)).not.toContain('created');
    await destroy();
    expect(proxmox.events(1101).at(-1)).toBe('deleted');
  });

  test('says which privilege is missing', async () => {
    const grants = ['PVEVMAdmin /', 'Datastore.AllocateTemplate,Datastore.Audit,SDN.Use,Sys.Audit,Sys.Modify /'];
    const { machines, init, apply } = await lab({ grants });
    await machines(machine('cp1', { id: 1101 }));
    await init();
    const missing = 'Permission check failed (/storage/local-lvm, Datastore.AllocateSpace)';
    expect(await failureOf(apply())).toContain(missing);
  });
});
