/** A project that was made by hand in the shape of MatherlyNet's templates goes on with nigari's files: no machine is touched. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { derive } from '../../scripts/config/derive.ts';
import type { Model } from '../../scripts/types.ts';
import { temporaryFolder } from '../support/copy.ts';
import { startProxmox } from '../support/proxmox/simulator.ts';
import { stackIn } from '../support/proxmox/stack.ts';
import { renderModel, writeArtifacts } from '../support/render.ts';
import { SECRETS } from '../support/tofu.ts';
import { realTool } from '../support/tools.ts';

const NODES = [
  { name: 'cp-1', address: '10.0.0.11', vm_id: 101, controller: true },
  { name: 'wk-1', address: '10.0.0.21', vm_id: 111, controller: false, secureboot: true, encrypt_disk: true },
];

const modelAt = (proxmox_api_url: string): Model =>
  derive({
    cluster: {
      node_cidr: '10.0.0.0/24',
      cluster_api_addr: '10.0.0.10',
      proxmox_api_url,
      proxmox_node: 'pve',
      talos_version: '1.13.0',
    },
    nodes: NODES,
  }).model;

/** As that template has it: the image by its longer name, a virtio-scsi disk without a thread of its own, neither TPM nor cloud-init. */
const byHand = ({ cluster, nodes, instances }: Model): string => `
terraform {
  required_providers {
    proxmox = { source = "bpg/proxmox", version = "0.112.0" }
  }
}

variable "proxmox_api_token_id" { type = string }
variable "proxmox_api_token_secret" { type = string }

provider "proxmox" {
  endpoint  = "${cluster.proxmox_api_url}"
  api_token = "\${var.proxmox_api_token_id}=\${var.proxmox_api_token_secret}"
}

resource "proxmox_virtual_environment_download_file" "talos_iso" {
  for_each = {
${(instances[0]?.images ?? []).map(({ key, file_name, url }) => `    "${key}" = { file_name = "${file_name}", url = "${url}" }`).join('\n')}
  }
  content_type   = "iso"
  datastore_id   = "local"
  node_name      = "pve"
  file_name      = each.value.file_name
  url            = each.value.url
  overwrite      = true
  upload_timeout = 600
}

resource "proxmox_virtual_environment_vm" "talos_node" {
  for_each = {
${nodes.map((node) => `    "${node.name}" = ${JSON.stringify({ ...node, vars: null })}`).join('\n')}
  }
  name          = each.value.name
  node_name     = "pve"
  vm_id         = each.value.vm_id
  tags          = each.value.tags
  on_boot       = true
  started       = true
  machine       = "q35"
  bios          = "ovmf"
  scsi_hardware = "virtio-scsi-pci"
  boot_order    = ["scsi0", "ide2"]
  efi_disk {
    datastore_id      = "local-lvm"
    file_format       = "raw"
    type              = "4m"
    pre_enrolled_keys = false
  }
  cpu {
    cores   = each.value.vm_cores
    sockets = each.value.vm_sockets
    type    = "host"
    numa    = true
  }
  memory {
    dedicated = each.value.vm_memory
    floating  = 0
  }
  disk {
    datastore_id = "local-lvm"
    interface    = "scsi0"
    size         = each.value.vm_disk_size
    file_format  = "raw"
    ssd          = true
    discard      = "on"
    iothread     = false
  }
  cdrom {
    interface = "ide2"
    file_id   = proxmox_virtual_environment_download_file.talos_iso[each.value.image].id
  }
  network_device {
    bridge      = "vmbr0"
    model       = "virtio"
    mac_address = upper(each.value.mac_addr)
    queues      = 4
  }
  agent { enabled = false }
  operating_system { type = "l26" }
  serial_device {}
  lifecycle { ignore_changes = [started, cdrom] }
}
`;

describe.skipIf(!realTool('tofu'))('a project of another hand', () => {
  test('is taken over: nothing destroyed, replaced or rebooted', async () => {
    const proxmox = await startProxmox({
      token: { id: SECRETS.TF_VAR_proxmox_api_token_id, secret: SECRETS.TF_VAR_proxmox_api_token_secret },
    });
    onTestFinished(proxmox.close);
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'ca.pem'), proxmox.ca);
    const stack = stackIn(folder, { ...SECRETS, SSL_CERT_FILE: join(folder, 'ca.pem') });
    const model = modelAt(proxmox.endpoint);
    await stack.write('hand.tf', byHand(model));
    await stack.init();
    await stack.apply();
    const before = proxmox.guests().map(({ vmid }) => proxmox.events(vmid).length);

    await rm(join(folder, 'hand.tf'));
    await writeArtifacts(folder, 'infrastructure/tofu', (await renderModel(model)).artifacts);
    await stack.init();
    const planned = await stack.plan();
    expect(planned.filter((line) => /^(delete|create)/.test(line) && line.includes('talos_node'))).toEqual([]);
    expect(planned.filter((line) => line.includes('delete'))).toEqual([]);
    await stack.apply();
    expect(await stack.plan()).toEqual([]);
    const after = proxmox.guests().map(({ vmid }) => proxmox.events(vmid));
    expect(after).toHaveLength(before.length);
    const since = after.flatMap((events, index) => events.slice(before[index]));
    expect(since.filter((event) => /stopped|started|rebooted|created|destroyed/.test(event))).toEqual([]);
  });
});
