/** `nigari infra …` through the whole life of machines: the real OpenTofu, the real provider, a simulated Proxmox VE. */
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { infraProject, PLANTED } from '../support/infra-project.ts';
import { liveThrough, NOTHING } from '../support/lived.ts';
import { startProxy } from '../support/proxy.ts';
import { scenarioTexts } from '../support/render.ts';
import { realTool } from '../support/tools.ts';

interface Plan {
  readonly empty: boolean;
  readonly changes: readonly { readonly action: string; readonly title: string }[];
}

const told = ({ changes }: Plan): readonly string[] => changes.map(({ action, title }) => `${action} ${title}`);

const PLANS = '.nigari/cache/plans/infrastructure-tofu';

describe.skipIf(realTool('tofu') === null)('nigari infra', () => {
  test('plans, applies what it planned, changes, and destroys, to the last volume', async () => {
    const { proxmox, folder, nigari, json, edit } = await infraProject();
    expect(told(await json<Plan>(['infra', 'plan', '--json']))).toEqual([
      expect.stringMatching(/^create image talos-v.*\.iso$/),
      'create VM cp-1 (id 101)',
      'create VM wk-1 (id 111)',
    ]);
    const applied = await nigari(['infra', 'apply']);
    expect(applied.all).toContain('Apply complete! Resources: 3 added');
    expect(applied.all).toContain('npx nigari bootstrap talos');
    expect(proxmox.guests().map(({ name, status }) => `${name} ${status}`)).toEqual(['cp-1 running', 'wk-1 running']);
    expect((await nigari(['infra', 'apply'], 2)).stderr).toContain('(plan-missing)');
    expect(await json<Plan>(['infra', 'plan', '--json'])).toMatchObject({ empty: true });
    expect((await nigari(['infra', 'output', '--', '-json', 'node_vm_ids'])).stdout.trim()).toBe(
      '{"cp-1":101,"wk-1":111}',
    );
    expect((await nigari(['infra', 'state-list'])).stdout).toContain(
      'proxmox_virtual_environment_vm.talos_node["wk-1"]',
    );

    edit('nodes.yaml', (text) => text.replace('vm_id: 111', 'vm_id: 111, vm_cores: 6').replace('wk-1', 'wk-9'));
    await nigari(['configure']);
    // The MAC address follows from the name, so it changes with it; the id says that it is the same machine.
    expect(told(await json<Plan>(['infra', 'plan', '--json']))).toEqual(['update VM wk-1 (id 111)']);
    const changed = await nigari(['infra', 'apply']);
    expect(changed.all).toContain('0 added, 1 changed, 0 destroyed');
    expect(changed.stderr).toContain('from their next start on: wk-9 (cores)');
    expect(proxmox.events(111)).not.toContain('stopped');

    edit('nodes.yaml', (text) => text.replace('vm_cores: 6', 'vm_cores: 8, vm_disk_size: 600'));
    expect((await nigari(['configure'])).stderr).toContain('(needs-power-off)');
    expect((await nigari(['infra', 'apply-auto', '--yes'], 4)).stderr).toContain('(proxmox-needs-power-off)');
    await nigari(['infra', 'apply-auto', '--yes']);

    edit('nodes.yaml', (text) => text.replace(/^.*wk-9.*\n/m, ''));
    expect((await nigari(['configure'], 2)).stderr).toContain('(consent-needed)');
    await nigari(['configure', '--yes']);
    expect(told(await json<Plan>(['infra', 'plan', '--json']))).toEqual(['destroy VM wk-9 (id 111)']);
    expect((await nigari(['infra', 'apply'], 2)).stderr).toContain('(consent-needed)');
    expect(proxmox.guests()).toHaveLength(2);
    await nigari(['infra', 'apply', '--yes']);
    expect(proxmox.guests().map(({ name }) => name)).toEqual(['cp-1']);

    expect((await nigari(['infra', 'destroy'], 2)).stderr).toContain('(consent-needed)');
    await nigari(['infra', 'destroy', '--yes']);
    expect([proxmox.guests(), proxmox.volumes()]).toEqual([[], []]);
    expect(readdirSync(join(folder, '.nigari/cache/plans'))).toEqual([]);
  });

  test('asks through the same proxy as OpenTofu', async () => {
    const { proxmox, nigari, edit } = await infraProject();
    const proxy = await startProxy(Number(new URL(proxmox.endpoint).port));
    edit('cluster.yaml', (text) => text.replace(proxmox.endpoint, 'https://pve.example.test:8006'));
    await nigari(['configure']);
    const env = { HTTPS_PROXY: proxy.address };
    await nigari(['infra', 'apply-auto', '--yes', '--summary'], 0, env);
    expect(proxmox.guests()).toHaveLength(2);
    expect(new Set(proxy.asked)).toEqual(new Set(['CONNECT pve.example.test:8006']));
    const refused = await nigari(['infra', 'plan'], 4, { ...env, NO_PROXY: '.test' });
    expect(refused.stderr).toMatch(/does not answer at pve\.example\.test:8006 \((ENOTFOUND|EAI_AGAIN)\)/);
  });

  test('applies nothing where anything has changed since the plan', async () => {
    const { proxmox, folder, nigari, edit } = await infraProject();
    await nigari(['infra', 'plan']);
    edit('nodes.yaml', (text) => text.replace('111', '112'));
    expect((await nigari(['infra', 'apply'], 2)).stderr).toContain('(render-stale)');
    await nigari(['configure']);
    expect((await nigari(['infra', 'apply'], 2)).stderr).toContain('terraform.tfvars has changed');
    await nigari(['infra', 'plan']);
    edit('infrastructure/tofu/.terraform.lock.hcl', (text) => `${text}\n`);
    expect((await nigari(['infra', 'apply'], 2)).stderr).toContain('.terraform.lock.hcl has changed');
    await nigari(['infra', 'plan']);
    await nigari(['infra', 'apply-auto', '--yes']);
    await nigari(['infra', 'plan', '--', '-destroy']);
    await nigari(['infra', 'refresh', '--', '-var', 'cluster_name="x"']);
    expect(readFileSync(join(folder, PLANS, 'plan')).includes(PLANTED.token)).toBe(false);
    expect((await nigari(['infra', 'apply', '--yes'], 2)).stderr).toMatch(/\(plan-stale\)/);
    expect(proxmox.guests()).toHaveLength(2);
  });

  test('applies no other plan than the one that it showed', async () => {
    const { proxmox, folder, start } = await infraProject();
    proxmox.inject({ match: 'GET cluster/resources', fault: { kind: 'slow', milliseconds: 3000 } });
    const { ended } = start(['infra', 'apply-auto', '--yes', '--summary']);
    // Written last; then Proxmox VE is asked who is there, and another run plans meanwhile.
    await vi.waitUntil(() => existsSync(join(folder, PLANS, 'basis.json')), { timeout: 60_000 });
    appendFileSync(join(folder, PLANS, 'plan'), 'another');
    const { status, stderr } = await ended;
    expect(status).toBe(2);
    expect(stderr).toMatch(/another plan was made here .*\(plan-stale\)/);
    expect(proxmox.guests()).toEqual([]);
  });

  test('shows a plan that it cannot keep, and applies it in one go', async () => {
    const { folder, nigari, edit } = await infraProject();
    edit('.sops.yaml', (text) => text.replace(/path_regex: .*/, 'path_regex: ^nothing$'));
    const plan = await nigari(['infra', 'plan', '--stale-ok', '--summary']);
    expect(plan.stderr).toContain('(plan-not-kept)');
    expect(plan.all).not.toContain('To do exactly this');
    expect((await nigari(['infra', 'apply', '--stale-ok'], 2)).stderr).toContain('(plan-missing)');
    expect((await nigari(['infra', 'apply-auto', '--yes', '--stale-ok'])).all).toContain('3 added');
    expect(readdirSync(join(folder, '.nigari/cache/plans'))).toEqual([]);
  });

  test.each(['pve', 'pve2'])('touches nothing of others on %s: neither a VM nor an image', async (node) => {
    const foreign = { vmid: 111, name: 'database', node, config: { scsi0: 'local-lvm:8' } };
    const { proxmox, nigari, edit } = await infraProject('', { nodes: ['pve', 'pve2'], guests: [foreign] });
    const before = [proxmox.guests(), proxmox.volumes()];
    const refused = await nigari(['infra', 'apply-auto', '--yes'], 2);
    expect(refused.stderr).toContain(`wants the VM id 111, which belongs to database on ${node}`);
    edit('nodes.yaml', (text) => text.replace('111', '112'));
    await nigari(['configure']);
    const file = /"file_name": *"([^"]+)"|file_name *= "([^"]+)"/.exec((await nigari(['infra', 'plan'])).all);
    proxmox.addVolume({ volid: `local:iso/${file?.[1] ?? file?.[2]}`, node: 'pve' });
    expect((await nigari(['infra', 'apply'], 2)).stderr).toContain('(image-there)');
    expect(proxmox.guests()).toEqual(before[0]);
    await nigari(['infra', 'apply', '--take-images']);
    expect(proxmox.events(111)).toEqual([]);
  });

  test('leaves no image behind that the provider could not look at', async () => {
    const { proxmox, nigari } = await infraProject();
    await nigari(['infra', 'apply-auto', '--yes', '--summary']);
    const forbidden = { kind: 'status', status: 403, reason: 'Permission check failed' } as const;
    const match = 'GET nodes/{node}/storage/{storage}/content';
    proxmox.inject({ match, fault: forbidden, nth: 1 });
    const once = await nigari(['infra', 'destroy', '--yes', '--summary'], 4);
    expect(once.stderr).toMatch(/local:iso\/talos-v.*\.iso is still on pve, .*\(image-forgotten\)/);
    proxmox.inject({ match, fault: forbidden });
    await nigari(['infra', 'destroy', '--yes', '--summary'], 4);
    proxmox.heal();
    proxmox.inject({ match, fault: forbidden, nth: 1 });
    await nigari(['infra', 'plan', '-refresh-only', '--summary']);
    expect((await nigari(['infra', 'apply'], 4)).stderr).toContain('(image-forgotten)');
    expect(proxmox.guests()).toHaveLength(2);
    proxmox.heal();
    await nigari(['infra', 'destroy', '--yes', '--summary']);
    expect([proxmox.guests(), proxmox.volumes()]).toEqual([[], []]);
  });

  test('destroys what is left where the storage of the images is no more', async () => {
    const { proxmox, nigari } = await infraProject();
    await nigari(['infra', 'apply-auto', '--yes', '--summary']);
    proxmox.world.storages.delete('local');
    await nigari(['infra', 'destroy', '--yes', '--summary']);
    expect(proxmox.guests()).toEqual([]);
    expect((await nigari(['infra', 'state-list'])).stdout.trim()).toBe('');
  });

  test('deletes no image that it has just downloaded anew under the same name', async () => {
    const { proxmox, folder, nigari } = await infraProject();
    await nigari(['infra', 'apply-auto', '--yes', '--summary']);
    const images = proxmox.volumes();
    const image = (await nigari(['infra', 'state-list'])).stdout.split('\n').find((one) => one.includes('talos_iso'));
    const again = ['infra', 'apply-auto', '--yes', '--summary', `-replace=${image}`];
    for (const more of [[], ['--take-images']])
      expect((await nigari([...again, ...more], 2)).stderr).toMatch(/end without local:iso\/talos-.*\(image-lost\)/);
    // As after an apply that could not see what it had downloaded.
    const state = join(folder, 'infrastructure/tofu/terraform.tfstate');
    const tainted = readFileSync(state, 'utf8').replace(/("index_key": "\w{64}-false",)/, '$1 "status": "tainted",');
    writeFileSync(state, tainted);
    expect((await nigari(['infra', 'apply-auto', '--yes', '--summary'], 2)).stderr).toContain('(image-lost)');
    expect(proxmox.volumes()).toEqual(images);
    const isImage = ({ volid }: { readonly volid: string }): boolean => volid.startsWith('local:iso/');
    proxmox.world.volumes.splice(proxmox.world.volumes.findIndex(isImage), 1);
    await nigari(['infra', 'apply-auto', '--yes', '--summary']);
    expect(proxmox.volumes()).toEqual(images);
  });

  test('takes what somebody changed into the state where a plan is for that alone', async () => {
    const { proxmox, nigari, json } = await infraProject();
    const known = async (): Promise<string> => (await nigari(['infra', 'show', '--', '-json'])).stdout;
    await nigari(['infra', 'apply-auto', '--yes', '--summary', '-parallelism=1', '-lock-timeout=5s']);
    expect(await known()).not.toContain('"by hand"');
    proxmox.world.guests.get(111)!.config['description'] = 'by hand';
    const plan = await json<Plan>(['infra', 'plan', '--json', '-refresh-only']);
    expect(plan).toMatchObject({
      empty: false,
      changes: [],
      drifted: expect.arrayContaining([expect.stringContaining('wk-1')]),
    });
    const applied = await nigari(['infra', 'apply']);
    expect(applied.stderr).toContain('only the state changes');
    expect(await known()).toContain('"by hand"');
    expect(await json(['infra', 'plan', '--json', '-refresh-only'])).toMatchObject({ empty: true });
    expect(told(await json<Plan>(['infra', 'plan', '--json']))).toEqual(['update VM wk-1 (id 111)']);
  });

  test('destroys no machine that the state has under the name of one that is gone', async () => {
    const { proxmox, folder, nigari, json, edit } = await infraProject();
    edit('nodes.yaml', (text) => `${text}  - { name: wk-2, address: 10.0.0.22, vm_id: 112, controller: false }\n`);
    await nigari(['configure']);
    await nigari(['infra', 'apply-auto', '--yes', '--summary']);
    // As after an apply that was ended: wk-1 was deleted, wk-2 got its id at once, and the provider waited for that to go.
    proxmox.world.guests.delete(111);
    const state = join(folder, 'infrastructure/tofu/terraform.tfstate');
    writeFileSync(state, readFileSync(state, 'utf8').replace('"id": "111"', '"id": "112"'));
    edit('nodes.yaml', (text) => text.replace(/^.*wk-1.*\n/m, ''));
    await nigari(['configure', '--yes']);
    const update = 'update VM wk-2 (id 112)';
    expect(told(await json<Plan>(['infra', 'plan', '--json']))).toEqual(['destroy VM wk-2 (id 112)', update]);
    const refused = await nigari(['infra', 'apply', '--yes'], 2);
    expect(refused.stderr).toMatch(/VM 112 twice: .*\["wk-1"\], although it is .*\["wk-2"\].*\(vm-of-two\)/);
    expect(told(await json<Plan>(['infra', 'plan', '--json']))).toEqual([update]);
    await nigari(['infra', 'apply']);
    expect(proxmox.guests().map(({ name, status }) => `${name} ${status}`)).toEqual(['cp-1 running', 'wk-2 running']);
  });

  test('says whose machines it would destroy when the state is another project’s', async () => {
    const { proxmox, nigari, edit } = await infraProject();
    await nigari(['infra', 'apply-auto', '--yes']);
    edit('nodes.yaml', (text) =>
      text.replaceAll('cp-1', 'other-1').replaceAll('wk-1', 'other-2').replace('101', '201').replace('111', '211'),
    );
    await nigari(['configure', '--yes', '--allow-quorum-loss']);
    const refused = await nigari(['infra', 'plan'], 2);
    expect(refused.stderr).toContain('(state-of-another)');
    expect((await nigari(['infra', 'apply'], 2)).stderr).toContain('(plan-missing)');
    expect((await nigari(['infra', 'destroy', '--yes'], 2)).stderr).toContain('(state-of-another)');
    await nigari(['infra', 'plan', '--state-is-mine']);
    expect(proxmox.guests()).toHaveLength(2);
  });

  test('adopts machines that exist, in place, and refuses to replace one', async () => {
    const config = { scsi0: 'local-lvm:64', net0: 'virtio=BC:24:11:AA:00:01,bridge=vmbr0' };
    const guests = [
      { vmid: 500, name: 'by-hand', node: 'pve', running: true, config },
      { vmid: 111, name: 'elsewhere', node: 'pve2', running: true, config: { scsi0: 'local-lvm:64' } },
    ];
    const nodes = `nodes:\n  - { name: cp-1, address: 10.0.0.11, mac_addr: "bc:24:11:aa:00:01", vm_id: 500, controller: true }\n`;
    const { proxmox, folder, nigari, json, edit } = await infraProject(
      '',
      { nodes: ['pve', 'pve2'], guests },
      { 'nodes.yaml': nodes },
    );
    const adopted = await nigari(['infra', 'adopt', '--yes']);
    expect(adopted.all).toContain('cp-1 is VM 500 (by-hand) on pve, by its MAC address');
    expect(proxmox.events(500)).not.toContain('stopped');
    expect(await json<Plan>(['infra', 'plan', '--json'])).toMatchObject({ empty: true });
    edit('nodes.yaml', (text) => `${text}  - { name: wk-1, address: 10.0.0.21, vm_id: 111, controller: false }\n`);
    await nigari(['configure']);
    expect((await nigari(['infra', 'adopt', '--yes'], 2)).stderr).toContain('(adopt-not-in-place)');
    // Started when the cluster was set up.
    expect(proxmox.events(111)).toEqual(['started']);
    expect(readdirSync(join(folder, 'infrastructure/tofu'))).not.toContain('adopt.tf');
  });

  test('adopts no machine for two: by the MAC address of one, and the id of another', async () => {
    const config = { scsi0: 'local-lvm:32', net0: 'virtio=BC:24:11:AA:00:01,bridge=vmbr0' };
    const nodes = `nodes:
  - { name: cp-1, address: 10.0.0.11, mac_addr: "bc:24:11:aa:00:01", controller: true }
  - { name: wk-1, address: 10.0.0.21, vm_id: 500, controller: false }
`;
    const guests = [{ vmid: 500, name: 'by-hand', node: 'pve', config }];
    const { proxmox, folder, nigari } = await infraProject('', { guests }, { 'nodes.yaml': nodes });
    const refused = await nigari(['infra', 'adopt', '--yes'], 2);
    expect(refused.stderr).toMatch(
      /VM 500 \(by-hand\) on pve would be cp-1, by its MAC address, and wk-1, by its VM id/,
    );
    expect(refused.stderr).toContain('(adopt-ambiguous)');
    expect(proxmox.events(500)).toEqual([]);
    expect(readdirSync(join(folder, 'infrastructure/tofu'))).not.toContain('terraform.tfstate');
  });

  test('validates and formats without credentials or a state', async () => {
    const { folder, nigari } = await infraProject();
    expect(JSON.parse((await nigari(['infra', 'validate', '--', '-json'])).stdout)).toMatchObject({ valid: true });
    expect((await nigari(['infra', 'fmt', '--', '-check'])).stdout.trim()).toBe('');
    expect(readdirSync(join(folder, 'infrastructure/tofu'))).not.toContain('terraform.tfstate');
  });

  test.each(['mixed-workers', 'encrypted-state'])('does what configure foretold: %s', async (name) => {
    expect(await liveThrough(await scenarioTexts(name))).toEqual(NOTHING);
  });
});
