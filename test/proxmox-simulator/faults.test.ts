/** What the real provider makes of a Proxmox VE that fails under it: it says so, and the next run puts it right. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../support/copy.ts';
import type { FaultRule } from '../support/faults.ts';
import type { Fault } from '../support/proxmox/faults.ts';
import { providerEnv, startProxmox } from '../support/proxmox/simulator.ts';
import { PROVIDER, stackIn } from '../support/proxmox/stack.ts';
import { failureOf } from '../support/tofu.ts';
import { realTool } from '../support/tools.ts';

const MACHINE = `${PROVIDER}
resource "proxmox_download_file" "image" {
  node_name    = "pve"
  datastore_id = "local"
  content_type = "iso"
  file_name    = "talos.iso"
  url          = "https://factory.talos.dev/image/0/v1.13.0/nocloud-amd64.iso"
  overwrite    = false
}
resource "proxmox_virtual_environment_vm" "m" {
  node_name           = "pve"
  vm_id               = 1101
  name                = "m"
  stop_on_destroy     = true
  reboot_after_update = false
  cpu { type = "host" }
  disk {
    datastore_id = "local-lvm"
    interface    = "scsi0"
    size         = 8
  }
  cdrom {
    interface = "ide2"
    file_id   = proxmox_download_file.image.id
  }
}
`;

const DOWN = { kind: 'status', status: 503, reason: 'Service Unavailable' } as const;
const DOWNLOAD = 'POST nodes/*/storage/*/download-url';
const CREATE = 'POST nodes/*/qemu';
const START = 'POST nodes/*/qemu/*/status/start';

/** The VM as it should be after the first run and the second. */
const ONCE = ['created', 'started'];
/** A VM that the first run left half made is made again. */
const TAINTED = ['created', 'deleted', 'created', 'started'];
const TAINTED_WHILE_IT_RAN = ['created', 'started', 'stopped', 'deleted', 'created', 'started'];

async function lab(...faults: readonly FaultRule<Fault>[]) {
  const proxmox = await startProxmox({ faults });
  onTestFinished(proxmox.close);
  const stack = stackIn(await temporaryFolder(), providerEnv(proxmox));
  await stack.write('main.tf', MACHINE);
  await stack.init();
  return { proxmox, ...stack };
}

describe.skipIf(!realTool('tofu'))('the real provider', () => {
  test.each([
    ['no metadata of the image', 'GET nodes/*/query-url-metadata', DOWN, 'Service Unavailable', ONCE],
    ['a download that is refused', DOWNLOAD, DOWN, 'Service Unavailable', ONCE],
    ['a download that fails', DOWNLOAD, { kind: 'task', exitstatus: 'connection lost' }, 'connection lost', ONCE],
    ['no space for the image', DOWNLOAD, { kind: 'full', storage: 'local' }, 'no space left on device', ONCE],
    ['a VM that is refused', CREATE, DOWN, 'Service Unavailable', ONCE],
    ['a connection that breaks before a VM is made', CREATE, { kind: 'drop', when: 'before' }, 'EOF', ONCE],
    ['a connection that breaks after a VM is made', CREATE, { kind: 'drop', when: 'after' }, 'EOF', ONCE],
    ['a VM that cannot be made', CREATE, { kind: 'task', exitstatus: 'on fire', log: ['smoke'] }, 'smoke', ONCE],
    ['no space for the disk', CREATE, { kind: 'full', storage: 'local-lvm' }, 'no space left on storage', ONCE],
    ['a VM that does not start', START, { kind: 'task', exitstatus: 'no memory' }, 'no memory', TAINTED],
    ['a start that is refused', START, DOWN, 'Service Unavailable', TAINTED],
    ['a configuration that cannot be read', 'GET nodes/*/qemu/*/config', DOWN, 'Unavailable', TAINTED_WHILE_IT_RAN],
  ] satisfies [string, string, Fault, string, string[]][])(
    '%s: says so, and the next run puts it right',
    async (_, match, fault, message, events) => {
      const { proxmox, apply, plan, destroy } = await lab({ match, fault });
      expect(await failureOf(apply())).toContain(message);
      proxmox.heal();
      await apply();
      expect(await plan()).toEqual([]);
      expect(proxmox.events(1101)).toEqual(events);
      await destroy();
      expect({ guests: proxmox.guests(), volumes: proxmox.volumes() }).toEqual({ guests: [], volumes: [] });
    },
  );

  test('waits for a task that takes its time', async () => {
    const { proxmox, apply, plan } = await lab({ match: CREATE, fault: { kind: 'task', milliseconds: 100 } });
    await apply();
    expect(proxmox.events(1101)).toEqual(ONCE);
    expect(await plan()).toEqual([]);
  });
});
