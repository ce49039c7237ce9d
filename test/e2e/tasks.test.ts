/** The real `task` runs every infra task of the Taskfile, through a life of machines on a simulated Proxmox VE. */
import { describe, expect, test } from 'vitest';
import { infraProject } from '../support/infra-project.ts';
import { tasksIn } from '../support/task.ts';
import { realTool } from '../support/tools.ts';

describe.skipIf(realTool('tofu') === null || realTool('task') === null)('task', () => {
  test('runs every infra task', async () => {
    const project = await infraProject();
    const { task, good, notRun } = tasksIn(project.folder);
    await good('infra:init', 'has been successfully initialized');
    await good('infra:plan', 'infrastructure/tofu: 3 to create');
    await good('infra:apply', '3 added, 0 changed, 0 destroyed');
    await good('infra:output -- -json node_vm_ids', '"cp-1":101');
    await good('infra:show', 'talos_node');
    await good('infra:state-list', 'proxmox_virtual_environment_vm.talos_node["cp-1"]');
    await good('infra:refresh', 'node_vm_ids');
    await good('infra:validate', 'The configuration is valid');
    await good('infra:fmt', '');
    await good('infra:fmt-check', '');
    const none = await task('infra:verify-nodes');
    expect(none).toMatchObject({
      status: 201,
      all: expect.stringMatching(/fail +cp-1 +cp-1 \(10\.0\.0\.11\): no(body|thing) \w+ at port 50000/),
    });
    expect((await task('infra:secrets-edit')).all).toContain('(generated-file)');
    await good('infra:console', '"kubernetes"', 'var.cluster_name\n');
    await good('infra:force-unlock', 'The state is not locked');
    await good('infra:force-unlock LOCK_ID=00000000-0000-0000-0000-000000000000', 'The state is not locked');
    await good('infra:migrate-encryption', 'Nothing to do: the state is in clear');
    expect((await task('infra:state-push')).all).toContain('(nothing-unsaved)');
    await good('infra:apply-auto -- --yes', 'nothing to change');
    await good('infra:upgrade', 'Every provider is the newest that its version constraint allows');
    await project.nigari([
      'infra',
      'destroy',
      '--yes',
      '--',
      '-target=proxmox_virtual_environment_vm.talos_node["wk-1"]',
    ]);
    project.proxmox.addGuest({ vmid: 111, name: 'wk-1', node: 'pve', config: { scsi0: 'local-lvm:256' } });
    await good('infra:import -- proxmox_virtual_environment_vm.talos_node["wk-1"] pve/111', 'Import successful');
    await good('infra:destroy -- --yes', 'Resources: 0 added, 0 changed, 3 destroyed');
    project.proxmox.addGuest({ vmid: 111, name: 'wk-1', node: 'pve', config: { scsi0: 'local-lvm:256' } });
    await good('infra:adopt -- --yes', 'wk-1 is VM 111');
    await good('infra:destroy -- --yes', 'destroyed');
    expect(project.proxmox.guests()).toEqual([]);
    expect(notRun(/^infra:/)).toEqual([]);
  });

  test('ends with 201 for any failure, and with the code of nigari where it is asked for: -x', async () => {
    const project = await infraProject();
    const { task } = tasksIn(project.folder);
    expect(await task('infra:apply')).toMatchObject({
      status: 201,
      all: expect.stringContaining('(plan-missing)'),
    });
    expect(await task('-x infra:apply')).toMatchObject({ status: 2 });
    expect(await task('-x infra:plan -- -detailed-exitcode')).toMatchObject({ status: 2 });
    expect(await task('-x infra:plan -- -var-file=nowhere -detailed-exitcode')).toMatchObject({ status: 1 });
  });
});
