/** What configure would change, shown before it does: against what it then writes, and against the real git. */
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { digests, emptyFolder, nigari, project, tree } from '../support/project.ts';

const BACKEND = 'infrastructure/tofu/backend.tf';
const SEALED = 'infrastructure/secrets.sops.yaml';
/** One for each way in which a secret could be shown. */
const SECRETS = {
  proxmox_api_token_secret: '5ec4e700-0000-4000-8000-00000000abcd',
  state_encryption_passphrase: 'planted passphrase 0815',
};

const replaceIn = (folder: string, path: string, from: string | RegExp, to: string): void =>
  writeFileSync(join(folder, path), readFileSync(join(folder, path), 'utf8').replace(from, to));

/** A project as `init` and `configure` leave it. */
function configured(): string {
  const folder = project({}, 'minimal');
  nigari(folder, ['init']);
  const { status, all } = nigari(folder, ['configure', '--no-init']);
  expect(status, all).toBe(0);
  return folder;
}

const withoutOwn = (folder: string): ReadonlyMap<string, Buffer> =>
  new Map([...tree(folder)].filter(([path]) => path.startsWith('infrastructure/') && !path.includes('.sops.')));

describe('nigari diff', () => {
  test('is the patch that leads to what configure writes', () => {
    const folder = configured();
    rmSync(join(folder, 'infrastructure/README.md'));
    replaceIn(folder, 'cluster.yaml', /cluster_api_addr: .*/, 'cluster_api_addr: 10.0.0.99');
    const copy = join(emptyFolder(), 'copy');
    cpSync(folder, copy, { recursive: true });
    const before = digests(folder);
    const { status, stdout, stderr } = nigari(folder, ['diff']);
    expect(status, stderr).toBe(0);
    expect(digests(folder)).toEqual(before);
    expect(stdout).toContain('\n-cluster_api_addr   = "10.0.0.10"\n+cluster_api_addr   = "10.0.0.99"\n');
    const git = spawnSync('git', ['apply', '-'], { cwd: copy, input: stdout, env: process.env, encoding: 'utf8' });
    expect(git.status, git.stderr).toBe(0);
    expect(nigari(folder, ['configure', '--no-init']).status).toBe(0);
    expect(withoutOwn(copy)).toEqual(withoutOwn(folder));
    expect(nigari(folder, ['diff'])).toMatchObject({ status: 0, stdout: '' });
  });

  test('counts with --stat; with --check something to do is exit code 5', () => {
    const folder = configured();
    replaceIn(folder, 'cluster.yaml', /$/, 'proxmox_iso_storage: nas\n');
    expect(nigari(folder, ['diff', '--stat'])).toMatchObject({
      status: 0,
      stdout: 'infrastructure/tofu/terraform.tfvars | 2 +-\n1 file changed, 1 insertions(+), 1 deletions(-)\n',
    });
    expect(nigari(folder, ['diff', '--check']).status).toBe(5);
    expect(nigari(folder, ['configure', '--diff', '--check']).status).toBe(5);
    nigari(folder, ['configure', '--no-init']);
    expect(nigari(folder, ['diff', '--check']).status).toBe(0);
  });

  test('never shows a secret, wherever it stands; of a sealed file the names', () => {
    const folder = configured();
    const lines = Object.entries(SECRETS).map(([key, value]) => `${key}: ${value}`);
    replaceIn(folder, 'cluster.yaml', /proxmox_api_token_secret: .*\n/, '');
    replaceIn(folder, 'cluster.yaml', /$/, `${lines.join('\n')}\n`);
    replaceIn(folder, BACKEND, /$/, `# ${Object.values(SECRETS).join(' ')}\n`);
    for (const args of [
      ['diff', '--force'],
      ['diff', '--force', '--json'],
      ['configure', '--diff', '--force'],
    ]) {
      const { status, stdout, all } = nigari(folder, args);
      expect(status, all).toBe(0);
      for (const secret of Object.values(SECRETS)) expect(all).not.toContain(secret);
      expect(stdout).toContain('-# *** ***');
    }
    const { stdout } = nigari(folder, ['diff', '--force']);
    expect(stdout).toContain(`update ${SEALED} (sealed: only names are shown)\n`);
    expect(stdout).toMatch(/^ {2}[~+] proxmox_api_token_secret$/m);
    // The same where the run stops.
    const stopped = nigari(folder, ['configure', '--no-init']);
    expect(stopped.status).toBe(2);
    expect(stopped.all).toContain('-# *** ***');
    for (const secret of Object.values(SECRETS)) expect(stopped.all).not.toContain(secret);
  });

  test('as JSON', () => {
    const folder = configured();
    rmSync(join(folder, SEALED));
    replaceIn(folder, 'cluster.yaml', /$/, 'proxmox_iso_storage: nas\n');
    const { differences } = JSON.parse(nigari(folder, ['diff', '--json']).stdout) as { differences: unknown };
    expect(differences).toMatchObject([
      { kind: 'create', path: SEALED, content: { of: 'keys' } },
      { kind: 'update', path: 'infrastructure/tofu/terraform.tfvars', content: { of: 'lines', added: 1, removed: 1 } },
    ]);
  });
});

describe('a generated file that was edited', () => {
  const EDIT = `# \u001b[31mmine\u202e\n`;

  test('stops the run with what would be lost, and how to keep it', () => {
    const folder = configured();
    replaceIn(folder, BACKEND, /$/, EDIT);
    const before = digests(folder);
    const { status, stdout, stderr } = nigari(folder, ['configure', '--no-init']);
    expect(status).toBe(2);
    expect(stdout).toContain('\n-# \\u001b[31mmine\\u202e\n');
    const start = /mkdir -p templates\/stack && cp \S+\/templates\/stack\/backend\.tf\.njk templates\/stack\/$/m;
    expect(stderr).toMatch(start);
    expect(digests(folder)).toEqual(before);
    // The way that it names leads on.
    const [command = ''] = start.exec(stderr) ?? [];
    expect(spawnSync('sh', ['-c', command], { cwd: folder }).status).toBe(0);
    replaceIn(folder, 'templates/stack/backend.tf.njk', /$/, '# mine\n');
    replaceIn(folder, BACKEND, EDIT, '# mine\n');
    const mended = nigari(folder, ['configure', '--no-init', '--json']);
    expect(mended.status, mended.all).toBe(0);
    expect(readFileSync(join(folder, BACKEND), 'utf8')).toContain('# mine\n');
  });

  test('is shown by diff with what configure would do, as a warning; it is no work that --check may leave to configure', () => {
    const folder = configured();
    replaceIn(folder, BACKEND, /$/, '# mine\n');
    const before = digests(folder);
    const shown = nigari(folder, ['diff']);
    expect(shown).toMatchObject({ status: 0 });
    expect(shown.stdout).toContain('\n-# mine\n');
    expect(shown.stderr).toMatch(/ warning  .*\(edited-file\)$/m);
    expect(shown.stderr).toContain('`nigari configure` stops here and writes nothing. Three ways on:');
    expect(nigari(folder, ['diff', '--stat']).stdout).toContain(`${BACKEND} | 1 -\n`);
    const listed = nigari(folder, ['configure', '--dry-run', '--json']);
    expect(listed.status).toBe(0);
    expect(JSON.parse(listed.stdout)).toMatchObject({
      updated: [BACKEND],
      problems: [{ code: 'edited-file', severity: 'warning', file: BACKEND }],
    });
    for (const args of [['diff'], ['configure'], ['diff', '--stat']]) {
      const { status, stdout, stderr } = nigari(folder, [...args, '--check']);
      expect(status).toBe(2);
      expect(stderr).toMatch(/ error  .*\(edited-file\)$/m);
      expect(stdout).toContain(BACKEND);
    }
    expect(nigari(folder, ['diff', '--check', '--force']).status).toBe(5);
    expect(nigari(folder, ['diff', '--check', '--keep-edits'])).toMatchObject({ status: 0, stdout: '' });
    expect(digests(folder)).toEqual(before);
  });

  test('that is long is shown in its beginning', () => {
    const folder = configured();
    replaceIn(folder, BACKEND, /$/, '# mine\n'.repeat(200));
    const { stdout } = nigari(folder, ['configure', '--no-init']);
    expect(stdout).toMatch(/^… and \d+ lines more: npx nigari diff$/m);
    expect(stdout.split('\n').length).toBeLessThan(60);
  });
});

test('configure --dry-run lists what would change, with exit code 0, and writes nothing', () => {
  const folder = configured();
  replaceIn(folder, 'cluster.yaml', /$/, 'proxmox_iso_storage: nas\n');
  const before = digests(folder);
  const { status, stdout } = nigari(folder, ['configure', '--dry-run']);
  expect([status, digests(folder)]).toEqual([0, before]);
  expect(stdout).toContain('would update  infrastructure/tofu/terraform.tfvars\n0 to create, 1 to update');
});
