/** What nigari renders, applied by the real OpenTofu and its provider: every scenario's machines live and go. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../support/copy.ts';
import { clusterFor } from '../support/proxmox/for-model.ts';
import type { ProxmoxOptions } from '../support/proxmox/seeds.ts';
import { startProxmox, type Simulator } from '../support/proxmox/simulator.ts';
import { stackIn, type Stack } from '../support/proxmox/stack.ts';
import { renderModel, renderScenario, virtualScenarios, writeArtifacts, type Rendered } from '../support/render.ts';
import { SECRETS } from '../support/tofu.ts';
import { realTool } from '../support/tools.ts';

const TOKEN = { id: SECRETS.TF_VAR_proxmox_api_token_id, secret: SECRETS.TF_VAR_proxmox_api_token_secret };

/** A scenario's files beside a state of their own, and a Proxmox VE whose certificate OpenTofu trusts. */
async function project(
  { model, artifacts }: Rendered,
  options: ProxmoxOptions = {},
): Promise<Stack & { readonly proxmox: Simulator; readonly folder: string }> {
  const proxmox = await startProxmox({ ...clusterFor(model, TOKEN), ...options });
  onTestFinished(proxmox.close);
  const folder = await temporaryFolder();
  await writeArtifacts(folder, DIRECTORY, artifacts);
  const files = {
    'ca.pem': proxmox.ca,
    'backend_override.tf': 'terraform {\n  backend "local" {}\n}\n',
    'simulated.auto.tfvars': `proxmox_api_url = "${proxmox.endpoint}"\n`,
  };
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)));
  return { proxmox, folder, ...stackIn(folder, { ...SECRETS, SSL_CERT_FILE: join(folder, 'ca.pem') }) };
}

const LEAST = [
  ...['Datastore.Allocate', 'Datastore.AllocateSpace', 'Datastore.AllocateTemplate', 'Datastore.Audit'],
  ...['SDN.Use', 'Sys.Audit', 'Sys.Modify', 'VM.Allocate', 'VM.Audit', 'VM.Config.CDROM', 'VM.Config.CPU'],
  ...['VM.Config.Cloudinit', 'VM.Config.Disk', 'VM.Config.HWType', 'VM.Config.Memory', 'VM.Config.Network'],
  ...['VM.Config.Options', 'VM.PowerMgmt'],
];
const DIRECTORY = 'infrastructure/tofu';
const EMPTY = { guests: [], volumes: [] };
const left = (proxmox: Simulator): object => ({ guests: proxmox.guests(), volumes: proxmox.volumes() });
const machine = (name: string): string => `proxmox_virtual_environment_vm.talos_node["${name}"]`;

describe.skipIf(!realTool('tofu'))('what nigari renders', () => {
  test.each(virtualScenarios)('%s: applied, nothing more to do, destroyed', async (name) => {
    const rendered = await renderScenario(name);
    const { proxmox, init, plan, apply, destroy } = await project(rendered);
    await init();
    await apply();
    expect(await plan()).toEqual([]);
    const running = proxmox.guests().map(({ name, status, pending }) => ({ name, status, pending }));
    const expected = rendered.model.nodes.map(({ name }) => ({ name, status: 'running', pending: [] }));
    expect(running).toEqual(expect.arrayContaining(expected));
    expect(running).toHaveLength(expected.length);
    await destroy();
    expect(left(proxmox)).toEqual(EMPTY);
  });

  test('is content with a token that has the least privileges', async () => {
    const rendered = await renderScenario('secureboot-encrypted');
    const { proxmox, init, plan, apply, destroy } = await project(rendered, { grants: [`${LEAST.join()} /`] });
    await init();
    await apply();
    expect(await plan()).toEqual([]);
    await destroy();
    expect(left(proxmox)).toEqual(EMPTY);
  });

  test('changes in place, and reboots nothing', async () => {
    const { model } = await renderScenario('ha');
    const [first, second, ...others] = model.nodes;
    const { proxmox, folder, init, plan, apply, destroy } = await project(await renderModel(model));
    await init();
    await apply();
    if (!first || !second) throw new Error('the scenario has two nodes at least');
    const removed = others.pop();
    const changed = [
      { ...first, vm_cores: first.vm_cores + 2, tags: [...first.tags, 'zz'] },
      { ...second, vm_disk_size: second.vm_disk_size + 16 },
      ...others,
      { ...second, name: 'added', vm_id: null, mac_addr: 'bc:24:11:ff:ff:ff' },
    ];
    const { artifacts } = await renderModel({ ...model, nodes: changed });
    await writeArtifacts(folder, DIRECTORY, artifacts);
    expect(new Set(await plan())).toEqual(
      new Set([
        `update ${machine(first.name)}`,
        `update ${machine(second.name)}`,
        `delete ${machine(removed?.name ?? '')}`,
        `create ${machine('added')}`,
      ]),
    );
    await apply();
    expect(await plan()).toEqual([]);
    const events = proxmox.guests().flatMap((guest) => guest.events);
    expect(new Set(events)).toEqual(new Set(['created', 'started', 'set cores', 'set tags', 'resized scsi0']));
    await destroy();
    expect(left(proxmox)).toEqual(EMPTY);
  });
});
