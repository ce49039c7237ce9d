/** The other resources of Proxmox VE, through their lives by the real provider. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../support/copy.ts';
import type { ProxmoxOptions } from '../support/proxmox/seeds.ts';
import { providerEnv, startProxmox, type Simulator } from '../support/proxmox/simulator.ts';
import { PROVIDER, stackIn } from '../support/proxmox/stack.ts';
import { realTool } from '../support/tools.ts';

const HOST = `
resource "proxmox_network_linux_bridge" "b" {
  node_name  = "pve"
  name       = "vmbr20"
  address    = "198.51.100.1/24"
  vlan_aware = true
  ports      = ["eno2"]
  comment    = "first"
}
resource "proxmox_virtual_environment_dns" "d" {
  node_name = "pve"
  domain    = "lan"
  servers   = ["192.0.2.1"]
}
resource "proxmox_virtual_environment_hosts" "h" {
  node_name = "pve"
  entry {
    address   = "127.0.0.1"
    hostnames = ["localhost"]
  }
}
resource "proxmox_virtual_environment_time" "t" {
  node_name = "pve"
  time_zone = "Europe/Berlin"
}
resource "proxmox_hardware_mapping_pci" "g" {
  name    = "gpu"
  comment = "first"
  map     = [{ id = "8086:5916", node = "pve", path = "0000:00:02.0", iommu_group = 0, subsystem_id = "8086:2068" }]
}
`;

const ACCESS = `
resource "proxmox_virtual_environment_role" "r" {
  role_id    = "ci"
  privileges = ["VM.Allocate", "VM.Audit"]
}
resource "proxmox_virtual_environment_group" "g" {
  group_id = "team"
  comment  = "first"
}
resource "proxmox_virtual_environment_user" "u" {
  user_id  = "ci@pve"
  password = "planted-password"
  comment  = "first"
  groups   = [proxmox_virtual_environment_group.g.group_id]
}
resource "proxmox_acl" "a" {
  path    = "/vms"
  role_id = proxmox_virtual_environment_role.r.role_id
  user_id = proxmox_virtual_environment_user.u.user_id
}
resource "proxmox_user_token" "t" {
  user_id               = proxmox_virtual_environment_user.u.user_id
  token_name            = "tofu"
  comment               = "first"
  privileges_separation = false
}
`;

const GUESTS = `
resource "proxmox_download_file" "debian" {
  node_name    = "pve"
  datastore_id = "local"
  content_type = "vztmpl"
  file_name    = "debian.tar.zst"
  url          = "https://images.example.com/debian.tar.zst"
}
resource "proxmox_download_file" "cloud" {
  node_name    = "pve"
  datastore_id = "local"
  content_type = "import"
  file_name    = "cloud.qcow2"
  url          = "https://images.example.com/cloud.qcow2"
}
resource "proxmox_virtual_environment_pool" "p" {
  pool_id = "k8s"
  comment = "first"
}
resource "proxmox_virtual_environment_container" "dns" {
  node_name     = "pve"
  vm_id         = 2001
  description   = "first"
  tags          = ["infra"]
  unprivileged  = true
  start_on_boot = true
  pool_id       = proxmox_virtual_environment_pool.p.pool_id
  features { nesting = true }
  initialization {
    hostname = "dns"
    ip_config {
      ipv4 {
        address = "192.0.2.53/24"
        gateway = "192.0.2.1"
      }
    }
    dns { servers = ["192.0.2.1"] }
    user_account { keys = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ6 test"] }
  }
  cpu { cores = 1 }
  memory {
    dedicated = 512
    swap      = 0
  }
  disk {
    datastore_id = "local-lvm"
    size         = 8
  }
  network_interface {
    name    = "eth0"
    bridge  = "vmbr0"
    vlan_id = 20
  }
  operating_system {
    template_file_id = proxmox_download_file.debian.id
    type             = "debian"
  }
  startup { order = 1 }
}
resource "proxmox_virtual_environment_vm" "template" {
  node_name = "pve"
  vm_id     = 900
  name      = "template"
  template  = true
  started   = false
  on_boot   = false
  cpu { type = "host" }
  disk {
    datastore_id = "local-lvm"
    interface    = "scsi0"
    import_from  = proxmox_download_file.cloud.id
    size         = 8
  }
}
resource "proxmox_virtual_environment_vm" "copy" {
  node_name           = "pve"
  vm_id               = 901
  name                = "copy"
  stop_on_destroy     = true
  reboot_after_update = false
  clone {
    vm_id = proxmox_virtual_environment_vm.template.vm_id
    full  = true
  }
  cpu { type = "host" }
  disk {
    datastore_id = "local-lvm"
    interface    = "scsi0"
    size         = 16
  }
  initialization {
    datastore_id = "local-lvm"
    ip_config {
      ipv4 { address = "dhcp" }
    }
    user_account { username = "debian" }
  }
  network_device { bridge = "vmbr0" }
}
resource "proxmox_virtual_environment_firewall_options" "f" {
  node_name     = "pve"
  vm_id         = proxmox_virtual_environment_vm.copy.vm_id
  enabled       = true
  dhcp          = true
  input_policy  = "DROP"
  output_policy = "ACCEPT"
}
resource "proxmox_virtual_environment_firewall_rules" "f" {
  node_name = "pve"
  vm_id     = proxmox_virtual_environment_vm.copy.vm_id
  rule {
    type    = "in"
    action  = "ACCEPT"
    comment = "first"
    proto   = "tcp"
    dport   = "22"
    source  = "192.0.2.0/24"
  }
  rule {
    type   = "in"
    action = "DROP"
  }
}
resource "proxmox_haresource" "h" {
  resource_id = "vm:\${proxmox_virtual_environment_vm.copy.vm_id}"
  state       = "started"
  comment     = "first"
}
`;

const RULES = `
resource "proxmox_harule" "r" {
  rule      = "copy-on-pve"
  type      = "node-affinity"
  comment   = "first"
  resources = [proxmox_haresource.h.resource_id]
  nodes     = { pve = 1 }
}
`;

const GROUPS = `
resource "proxmox_hagroup" "g" {
  group   = "all"
  comment = "first"
  nodes   = { pve = null }
}
`;

/** Everything that a cluster has when it starts: what must be left after a destroy. */
const kept = ({ world, guests, volumes }: Simulator): object => ({
  guests: guests(),
  volumes: volumes(),
  pools: [...world.pools.keys()],
  collections: [...world.collections.values()].flatMap((entries) => [...entries.keys()]),
  firewalls: [...world.firewalls.keys()],
  interfaces: [...(world.nodes.get('pve')?.interfaces.keys() ?? [])],
  users: [...world.access.users.keys()],
  tokens: [...world.access.tokens.keys()],
  acl: world.access.acl,
});

const IMAGES = { 'https://images.example.com/*': 2 * 2 ** 30 };

describe.skipIf(!realTool('tofu'))('the real provider', () => {
  test.each([
    ['hosts', HOST, {}],
    ['access', ACCESS, {}],
    ['guests of Proxmox VE 9', GUESTS + RULES, { images: IMAGES }],
    ['guests of Proxmox VE 8', GUESTS + GROUPS, { images: IMAGES, version: '8.4.1' }],
  ] satisfies [string, string, ProxmoxOptions][])('%s: made, changed, taken away', async (_, text, options) => {
    const proxmox = await startProxmox(options);
    onTestFinished(proxmox.close);
    const before = structuredClone(kept(proxmox));
    const { write, init, apply, plan, destroy } = stackIn(await temporaryFolder(), providerEnv(proxmox));
    await write('main.tf', PROVIDER + text);
    await init();
    await apply();
    expect(await plan()).toEqual([]);
    await write('main.tf', PROVIDER + text.replaceAll('"first"', '"second"'));
    const planned = await plan();
    expect(planned.every((line) => line.startsWith('update '))).toBe(true);
    expect(planned).not.toEqual([]);
    await apply();
    expect(await plan()).toEqual([]);
    await destroy();
    expect(kept(proxmox)).toEqual(before);
    expect(proxmox.requests.filter(({ status }) => status === 501)).toEqual([]);
  });
});
