/** The real `task` runs every infra task of the Taskfile, through a life of machines on a simulated Proxmox VE. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { infraProject, type InfraProject } from '../support/infra-project.ts';
import { notePrinted } from '../support/printed.ts';
import { NIGARI_BIN, REPOSITORY } from '../support/project.ts';
import { realTool, tofuEnv } from '../support/tools.ts';

const { tasks } = parse(readFileSync(join(REPOSITORY, 'Taskfile.yml'), 'utf8')) as { readonly tasks: object };
const INFRA = Object.keys(tasks).filter((name) => name.startsWith('infra:'));

/** As `npm install` leaves it: npx finds nigari in the project. */
function install(folder: string): void {
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
  symlinkSync(NIGARI_BIN, join(folder, 'node_modules/.bin/nigari'));
}

/** @param stdin what a person types */
async function task({ folder }: InfraProject, line: string, stdin = ''): Promise<{ status: number; all: string }> {
  const env = { ...process.env, ...tofuEnv(), HOME: folder, TMPDIR: folder, NO_COLOR: '1' };
  const path = [dirname(process.execPath), tofuEnv()['PATH']].join(':');
  const child = spawn(realTool('task') ?? 'task', line.split(' '), { cwd: folder, env: { ...env, PATH: path } });
  let all = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (all += text));
  child.stdin.end(stdin);
  const [status] = (await once(child, 'close')) as [number];
  notePrinted(folder, {}, all);
  return { status, all };
}

describe.skipIf(realTool('tofu') === null || realTool('task') === null)('task', () => {
  test('runs every infra task', async () => {
    const project = await infraProject();
    install(project.folder);
    const run = new Set<string>();
    const good = async (line: string, said: string | RegExp, stdin?: string): Promise<void> => {
      run.add(line.split(' ')[0] ?? '');
      const ended = await task(project, line, stdin);
      expect(ended.status, `${line}\n${ended.all}`).toBe(0);
      expect(ended.all).toMatch(said);
    };
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
    const none = await task(project, 'infra:verify-nodes');
    expect(none).toMatchObject({
      status: 201,
      all: expect.stringMatching(/fail +cp-1 +cp-1 \(10\.0\.0\.11\): nothing answers at port 50000/),
    });
    run.add('infra:verify-nodes');
    run.add('infra:secrets-edit');
    expect((await task(project, 'infra:secrets-edit')).all).toContain('(generated-file)');
    await good('infra:console', '"kubernetes"', 'var.cluster_name\n');
    await good('infra:force-unlock', 'The state is not locked');
    await good('infra:force-unlock LOCK_ID=00000000-0000-0000-0000-000000000000', 'The state is not locked');
    await good('infra:migrate-encryption', 'Nothing to do: the state is in clear');
    run.add('infra:state-push');
    expect((await task(project, 'infra:state-push')).all).toContain('(nothing-unsaved)');
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
    expect(INFRA.filter((name) => !run.has(name))).toEqual([]);
  });

  test('ends with 201 for any failure, and with the code of nigari where it is asked for: -x', async () => {
    const project = await infraProject();
    install(project.folder);
    expect(await task(project, 'infra:apply')).toMatchObject({
      status: 201,
      all: expect.stringContaining('(plan-missing)'),
    });
    expect(await task(project, '-x infra:apply')).toMatchObject({ status: 2 });
    expect(await task(project, '-x infra:plan -- -detailed-exitcode')).toMatchObject({ status: 2 });
    expect(await task(project, '-x infra:plan -- -var-file=nowhere -detailed-exitcode')).toMatchObject({ status: 1 });
  });
});
