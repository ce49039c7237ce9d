import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ROOT, temporaryFolder } from './support/copy.ts';
import { realTool } from './support/tools.ts';

interface Taskfile {
  readonly tasks: Readonly<Record<string, { readonly desc: string; readonly cmds: readonly string[] }>>;
}

const { tasks } = parse(await readFile(join(ROOT, 'Taskfile.yml'), 'utf8')) as Taskfile;
const verbs = Object.entries(tasks).filter(([name]) => name !== 'default');

/** A package called nigari whose program prints its arguments, and our Taskfile; no registry can be reached from it. */
async function standIn(): Promise<{ cwd: string; env: Record<string, string> }> {
  const cwd = await temporaryFolder();
  const program = '#!/usr/bin/env node\nconsole.log(JSON.stringify(process.argv.slice(2)));\n';
  await mkdir(join(cwd, 'dist'));
  await writeFile(join(cwd, 'dist/nigari.js'), program);
  await chmod(join(cwd, 'dist/nigari.js'), 0o755);
  await writeFile(
    join(cwd, 'package.json'),
    JSON.stringify({ name: 'nigari', version: '0.0.0', bin: 'dist/nigari.js' }),
  );
  await cp(join(ROOT, 'Taskfile.yml'), join(cwd, 'Taskfile.yml'));
  return { cwd, env: { npm_config_cache: join(cwd, '.npm'), npm_config_registry: 'http://127.0.0.1:9/' } };
}

describe('Taskfile.yml', () => {
  test('has one task for each command, and says what it does', () => {
    expect(verbs.map(([name]) => name)).toEqual([
      'init',
      'configure',
      'diff',
      'clean',
      'check',
      'doctor',
      'proxmox:setup',
      'talos:schematic:id',
      'talos:schematic:register',
      'guard',
      'infra:init',
      'infra:upgrade',
      'infra:plan',
      'infra:apply',
      'infra:apply-auto',
      'infra:destroy',
      'infra:adopt',
      'infra:output',
      'infra:show',
      'infra:state-list',
      'infra:refresh',
      'infra:import',
      'infra:force-unlock',
      'infra:state-push',
      'infra:migrate-encryption',
      'infra:verify-nodes',
      'infra:secrets-edit',
      'infra:validate',
      'infra:fmt',
      'infra:fmt-check',
      'infra:console',
      'bootstrap:talos',
      'talos:apply',
      'talos:diff',
      'talos:upgrade',
      'talos:upgrade-k8s',
      'talos:reset',
      'talos:nodes',
      'talos:status',
      'talos:health',
      'talos:verify',
      'talos:validate',
      'talos:kubeconfig',
      'talos:talosconfig',
      'secrets:list',
      'secrets:edit',
      'secrets:rotate',
      'secrets:verify',
    ]);
    for (const [name, { desc, cmds }] of verbs) {
      expect(desc, name).toMatch(/^[A-Z].{20,}/);
      expect(cmds.join(), name).toContain(
        `npx nigari ${name.replaceAll(':', ' ').replace('fmt-check', 'fmt -check').replace('infra secrets-', 'secrets ').replace('infra verify-nodes', 'talos verify')} `,
      );
    }
  });

  test('calls commands that nigari has', async () => {
    for (const [, { cmds }] of verbs) {
      const words =
        /^npx nigari ([a-z0-9 -]+?) (?:-check -diff )?\{\{\.CLI_ARGS\}\}(?: \{\{shellQuote \.LOCK_ID\}\})?$/.exec(
          cmds.join(),
        )?.[1] ?? 'not a command';
      const { stdout } = await execa('node', [join(ROOT, 'dist/nigari.js'), ...words.split(' '), '--help']);
      expect(stdout).toContain(`Usage: nigari ${words} `);
    }
  });

  test('puts no variable but the arguments into a shell without quoting it', () => {
    const inserted = Object.values(tasks).flatMap(({ cmds }) => cmds.join('\n').match(/\{\{.*?\}\}/g) ?? []);
    expect(inserted.length).toBeGreaterThan(verbs.length);
    for (const insertion of inserted) expect(insertion).toMatch(/^\{\{(\.CLI_ARGS|shellQuote \.\w+)\}\}$/);
  });
});

const task = realTool('task') ?? 'task';

describe.skipIf(realTool('task') === null)('the real task', () => {
  test('lists every task, and does so when none is named', async () => {
    const { stdout } = await execa(task, ['--list', '--json'], { cwd: ROOT });
    const listed = (JSON.parse(stdout) as { tasks: { name: string; desc: string }[] }).tasks;
    expect(Object.fromEntries(listed.map(({ name, desc }) => [name, desc]))).toEqual(
      Object.fromEntries(Object.entries(tasks).map(([name, { desc }]) => [name, desc])),
    );
    expect((await execa(task, [], { cwd: ROOT })).stdout).toContain(tasks['infra:plan']?.desc);
  });

  test('shows the command that it would run', async () => {
    const { stderr } = await execa(task, ['--dry', 'infra:plan', 'configure', '--', '--force'], { cwd: ROOT });
    expect(stderr).toContain('[infra:plan] npx nigari infra plan --force');
    expect(stderr).toContain('[configure] npx nigari configure --force');
  });

  test('hands on what stands behind -- word for word', async () => {
    const { cwd, env } = await standIn();
    const words = ['--no-init', 'two words', "it's", '"quoted"', '$HOME', '`date`', '$(date)', '*', 'a;b|c&d', 'ü'];
    const { stdout } = await execa(task, ['configure', '--', ...words], { cwd, env });
    expect(JSON.parse(stdout)).toEqual(['configure', ...words]);
  });

  test('leaves the options of tofu to tofu', async () => {
    const { cwd, env } = await standIn();
    const { stdout } = await execa(task, ['infra:plan', '--', '-target=a.b["c"]', '-out', 'x y'], { cwd, env });
    expect(JSON.parse(stdout)).toEqual(['infra', 'plan', '-target=a.b["c"]', '-out', 'x y']);
  });
});
