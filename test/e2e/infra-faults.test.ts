/** What becomes of an apply when Proxmox VE fails under it, or somebody else is quicker. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expectClear } from '../support/clear.ts';
import { mishaps, sufferAll } from '../support/infra-faults.ts';
import { infraProject } from '../support/infra-project.ts';
import { realTool } from '../support/tools.ts';

const APPLY = ['infra', 'apply-auto', '--yes', '--summary'];

describe.skipIf(realTool('tofu') === null)('when something goes wrong at Proxmox VE', () => {
  test('it is said, the next run puts it right, and nothing is left: some of the mishaps of the soak', async () => {
    const some = fc.sample(fc.constantFrom(...(await mishaps())), 2);
    expect(await sufferAll(some, 2), JSON.stringify(some)).toEqual([]);
  });

  test.each(['pve', 'pve2'])('a VM that somebody makes on %s while the apply runs stays theirs', async (node) => {
    const { proxmox, nigari } = await infraProject('', { nodes: ['pve', 'pve2'] });
    proxmox.inject({ match: 'POST nodes/*/qemu', nth: 1, fault: { kind: 'taken', name: 'database', node } });
    const ended = await nigari(APPLY, 4);
    expectClear(ended, 'vm-of-another');
    expect(ended.stderr).toMatch(/VM id 1[01]1 was given to database on pve2? while/);
    const theirs = proxmox.guests().find(({ name }) => name === 'database')?.vmid ?? 0;
    // The state knows it no more, so that no next run changes or destroys it.
    expectClear(await nigari(APPLY, 2), 'vm-id-taken');
    await nigari(['infra', 'destroy', '--yes', '--summary']);
    expect(proxmox.guests().map(({ name }) => name)).toEqual(['database']);
    expect(proxmox.events(theirs).filter((event) => event !== 'started')).toEqual([]);
  });

  test('a machine and an image that were made, though the answer was lost, are ours in the next run', async () => {
    const { proxmox, nigari } = await infraProject();
    const lost = { kind: 'drop', when: 'after' } as const;
    proxmox.inject({ match: 'POST nodes/*/storage/*/download-url', fault: lost });
    expectClear(await nigari(APPLY, 4), 'proxmox-connection-lost');
    expect(proxmox.volumes()).toHaveLength(1);
    proxmox.heal();
    proxmox.inject({ match: 'POST nodes/*/qemu', fault: lost });
    expectClear(await nigari(APPLY, 4), 'proxmox-connection-lost');
    expect(proxmox.guests()).toHaveLength(2);
    proxmox.heal();
    await nigari(APPLY);
    expect(proxmox.events(101)).toEqual(['created', 'started']);
  });

  test('one whose id Proxmox VE picked is told of, and adopted: no second one is made beside it', async () => {
    const nodes = 'nodes:\n  - { name: cp-1, address: 10.0.0.11, controller: true }\n';
    const { nigari, json, proxmox } = await infraProject('', {}, { 'nodes.yaml': nodes });
    proxmox.inject({ match: 'POST nodes/*/qemu', fault: { kind: 'drop', when: 'after' } });
    expectClear(await nigari(APPLY, 4), 'proxmox-connection-lost');
    proxmox.heal();
    const refused = await nigari(APPLY, 2);
    expectClear(refused, 'machine-there');
    expect(refused.stderr).toMatch(/by its name and MAC address it is VM 100 on pve\b[^]*nigari infra adopt/);
    // The provider waits for the agent of a machine that it imports: by now Talos is installed, let us say.
    for (const guest of proxmox.world.guests.values()) Object.assign(guest, { agent: true, status: 'running' });
    await nigari(['infra', 'adopt', '--yes']);
    expect(await json(['infra', 'plan', '--json'])).toMatchObject({ empty: true });
    expect(proxmox.guests()).toHaveLength(1);
  });

  test('but not one of the same name and id with another MAC address', async () => {
    const { nigari, proxmox } = await infraProject();
    proxmox.inject({ match: 'POST nodes/*/qemu', fault: { kind: 'status', status: 503 } });
    expectClear(await nigari(APPLY, 4), 'proxmox-failed');
    proxmox.heal();
    proxmox.addGuest({ vmid: 101, name: 'cp-1', config: { net0: 'virtio=BC:24:11:AA:00:01,bridge=vmbr0' } });
    expectClear(await nigari(APPLY, 2), 'vm-id-taken');
    expect(proxmox.events(101)).toEqual([]);
  });

  test('nor a machine that no state knows, and that no failed apply asked for', async () => {
    const { nigari, proxmox, folder } = await infraProject();
    await nigari(APPLY);
    rmSync(join(folder, 'infrastructure/tofu/terraform.tfstate'));
    const refused = await nigari(APPLY, 2);
    expect(refused.stderr).toMatch(/\(vm-id-taken\)[^]*nigari infra adopt/);
    expect(proxmox.guests()).toHaveLength(2);
  });
});
