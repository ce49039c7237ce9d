/** Credentials in cluster.sops.yaml: moved there by `init --commit-config`, used by `configure`, unknown without a key. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { digests, nigari, project, tree, type Run } from '../support/project.ts';
import { realTool } from '../support/tools.ts';

const TOKEN = '5ec4e700-1234-4000-8000-0123456789ab';
const PASSWORD = 'planted: "state" password';
const CLUSTER = `# The cluster of the cellar.
node_cidr: 10.0.0.0/24
cluster_api_addr: 10.0.0.10
proxmox_api_url: https://pve.example.com:8006
proxmox_node: pve
# Made by hand in the web interface.
proxmox_api_token_id: planted@pve!nigari # not root
proxmox_api_token_secret: ${TOKEN}
tfstate_url: https://state.example.com/states
tfstate_password: |-
  ${PASSWORD}
`;
const NODES = 'nodes:\n  - name: cp-1\n    address: 10.0.0.11\n    controller: true\n';
const SECRETS = 'infrastructure/secrets.sops.yaml';
const { PATH = '' } = process.env;

/** A project with literal credentials, configured. */
function configured(): string {
  const folder = project({ 'cluster.yaml': CLUSTER, 'nodes.yaml': NODES });
  for (const args of [['init'], ['configure', '--no-init']]) succeed(nigari(folder, args));
  return folder;
}

/** The same with its credentials moved. */
function committed(): string {
  const folder = configured();
  succeed(nigari(folder, ['init', '--commit-config']));
  return folder;
}

function succeed(run: Run): Run {
  expect(run.status, run.all).toBe(0);
  return run;
}

const text = (folder: string, path: string): string => readFileSync(join(folder, path), 'utf8');

/** Without its key, as a colleague or CI has it. */
function withoutKey(folder: string): string {
  renameSync(join(folder, 'age.key'), join(folder, 'age.key.away'));
  return folder;
}

test('the credentials move, and every other line stays', () => {
  const folder = committed();
  expect(text(folder, 'cluster.yaml')).toBe(
    CLUSTER.replace(/proxmox_api_token_id:.*/, '# proxmox_api_token_id is in cluster.sops.yaml')
      .replace(/proxmox_api_token_secret:.*/, '# proxmox_api_token_secret is in cluster.sops.yaml')
      .replace(/tfstate_password: [^]*/, '# tfstate_password is in cluster.sops.yaml\n'),
  );
  expect(text(folder, '.gitignore')).not.toContain('cluster.yaml');
  const files = [...tree(folder)].filter(([path]) => path !== 'age.key').map(([, bytes]) => bytes.toString('latin1'));
  expect(files.filter((file) => file.includes(TOKEN) || file.includes('planted'))).toEqual([]);
});

test('what is generated stays the same to the byte', () => {
  const folder = configured();
  const before = digests(join(folder, 'infrastructure'));
  succeed(nigari(folder, ['init', '--commit-config']));
  const run = succeed(nigari(folder, ['configure', '--no-init']));
  expect(run.stdout).toMatch(/0 created, 0 updated/);
  expect(digests(join(folder, 'infrastructure'))).toEqual(before);
});

test('a second time moves nothing, and a plain init leaves git its file', () => {
  const folder = committed();
  const before = digests(folder);
  expect(succeed(nigari(folder, ['init', '--commit-config'])).stdout).toContain('no credential in clear');
  succeed(nigari(folder, ['init']));
  expect(digests(folder)).toEqual(before);
});

test('what is added later goes behind what is there', () => {
  const folder = committed();
  writeFileSync(join(folder, 'cluster.yaml'), `${text(folder, 'cluster.yaml')}cf_account_id: "0123"\n`);
  const [first, ...old] = text(folder, 'cluster.sops.yaml').split('\n');
  succeed(nigari(folder, ['init', '--commit-config']));
  const now = text(folder, 'cluster.sops.yaml').split('\n');
  expect(now[0]).toBe(first);
  // Within one second the time of the last change is the same.
  const gone = old.filter((line) => !now.includes(line)).map((line) => line.trim().split(':')[0]);
  expect(gone.filter((key) => key !== 'lastmodified')).toEqual(['mac']);
  expect(nigari(folder, ['configure', '--no-init']).status).toBe(0);
  expect(text(folder, SECRETS)).toContain('cf_account_id');
});

test('what cannot be taken out line by line is refused, and nothing is written', () => {
  const folder = configured();
  writeFileSync(
    join(folder, 'cluster.yaml'),
    CLUSTER.replace('cf', '').replace(TOKEN, `&t ${TOKEN}`) + 'vars:\n  t: *t\n',
  );
  const before = digests(folder);
  const run = nigari(folder, ['init', '--commit-config']);
  expect([run.status, run.stderr]).toEqual([2, expect.stringContaining('keys-not-removable')]);
  expect(digests(folder)).toEqual(before);
});

test('git is told of a file that it had with its credentials', () => {
  const folder = configured();
  const git = (...args: readonly string[]): unknown => execFileSync('git', args, { cwd: folder, stdio: 'pipe' });
  git('init', '--quiet');
  git('add', '--force', 'cluster.yaml');
  const run = succeed(nigari(folder, ['init', '--commit-config'], { PATH }));
  expect(run.stderr).toContain('credentials-in-history');
});

describe('without the key', () => {
  test('check finds what can be found, and says what it passed over', () => {
    const folder = withoutKey(committed());
    expect(succeed(nigari(folder, ['check'])).stdout).toContain('3 secrets that are kept elsewhere were not looked at');
    writeFileSync(
      join(folder, 'cluster.sops.yaml'),
      text(folder, 'cluster.sops.yaml').replace('tfstate_pass', 'tfstate_pas'),
    );
    const run = nigari(folder, ['check']);
    expect([run.status, run.stderr]).toEqual([2, expect.stringContaining('did you mean tfstate_password?')]);
  });

  test('configure makes everything but what is sealed', () => {
    const folder = withoutKey(committed());
    writeFileSync(join(folder, 'nodes.yaml'), NODES.replace('10.0.0.11', '10.0.0.12'));
    const sealed = text(folder, SECRETS);
    const run = succeed(nigari(folder, ['configure', '--no-init']));
    expect(run.stdout).toMatch(/3 updated/);
    expect(run.stderr).toMatch(/cluster\.sops\.yaml stays closed/);
    expect(text(folder, SECRETS)).toBe(sealed);
  });

  test('configure refuses to make what was never sealed', () => {
    const folder = withoutKey(committed());
    renameSync(join(folder, SECRETS), join(folder, 'elsewhere'));
    const run = nigari(folder, ['configure', '--no-init']);
    expect([run.status, run.stderr]).toEqual([2, expect.stringContaining('(no-key)')]);
    expect(existsSync(join(folder, SECRETS))).toBe(false);
  });
});

test('a value that was changed by hand is refused at the file', () => {
  const folder = committed();
  const sealed = text(folder, 'cluster.sops.yaml');
  writeFileSync(
    join(folder, 'cluster.sops.yaml'),
    sealed.replace(
      /(proxmox_api_token_id: ENC\[AES256_GCM,data:)(.)/,
      (_, head: string, first: string) => head + (first === 'A' ? 'B' : 'A'),
    ),
  );
  const before = digests(folder);
  const run = nigari(folder, ['configure', '--no-init']);
  expect([run.status, run.stderr]).toEqual([2, expect.stringMatching(/^cluster\.sops\.yaml:2:\d+ .*sealed-damaged/m)]);
  expect(digests(folder)).toEqual(before);
});

test('a value that breaks a rule is refused at its place, without a word of it', () => {
  const folder = configured();
  writeFileSync(join(folder, 'cluster.yaml'), CLUSTER.replace('planted@pve!nigari', 'secret://token'));
  const run = nigari(folder, ['configure', '--no-init']);
  expect(run.status).toBe(2);
  expect(run.stderr).toMatch(/^cluster\.yaml:7:23 /m);
});

describe.skipIf(!realTool('sops'))('with the real sops', () => {
  test('opens the file, and edits it for us', () => {
    const folder = committed();
    const env = { ...process.env, SOPS_AGE_KEY_FILE: join(folder, 'age.key') };
    const sops = (...args: readonly string[]): string =>
      execFileSync(realTool('sops') as string, args, { cwd: folder, env, encoding: 'utf8' });
    expect(sops('decrypt', '--extract', '["tfstate_password"]', 'cluster.sops.yaml')).toBe(PASSWORD);
    sops('set', 'cluster.sops.yaml', '["tfstate_password"]', '"another-planted-password"');
    succeed(nigari(folder, ['configure', '--no-init']));
    expect(sops('decrypt', '--extract', '["tfstate_password"]', SECRETS)).toBe('another-planted-password');
  });
});

test('bad files in its place are problems', () => {
  for (const contents of ['', '[]', 'a: [', '\u0000', 'sops: 1\n']) {
    const folder = configured();
    writeFileSync(join(folder, 'cluster.sops.yaml'), contents);
    const run = nigari(folder, ['configure', '--no-init']);
    expect([run.status, run.stderr], JSON.stringify(contents)).toEqual([
      2,
      expect.stringMatching(/^cluster\.sops\.yaml/m),
    ]);
    expect(run.stderr).not.toMatch(/\n\s+at /);
  }
});

test('explain names the place in the sealed file, and shows no value', () => {
  const folder = committed();
  for (const subject of ['tfstate_password', 'cluster.sops.yaml:1']) {
    const { stdout } = succeed(nigari(folder, ['explain', subject]));
    expect(stdout).toMatch(/tfstate_password = \*\*\*\n {2}from {6}cluster\.sops\.yaml:/);
  }
});

test('what stands below vars is a secret: for sealed files of the user alone, and never shown', () => {
  const folder = configured();
  writeFileSync(
    join(folder, 'cluster.yaml'),
    `${CLUSTER}secrets:\n  provider: env\nvars:\n  team: {name: a, token: secret://team_token}\n`,
  );
  mkdirSync(join(folder, 'templates/project'), { recursive: true });
  const template = join(folder, 'templates/project/team.sops.yaml.njk');
  writeFileSync(template, 'token: #{ cluster.vars.team.token }#\n');
  const env = { NIGARI_TEAM_TOKEN: 'hush-hush-planted' };
  const run = succeed(nigari(folder, ['configure', '--no-init'], env));
  const explained = succeed(nigari(folder, ['explain', 'vars'], env));
  expect(explained.stdout).toContain('"token":"***"');
  renameSync(template, template.replace('.sops', ''));
  const leak = nigari(folder, ['configure', '--no-init'], env);
  expect([leak.status, leak.stderr]).toEqual([3, expect.stringContaining('secret-in-clear')]);
  expect(run.all + explained.all + leak.all + text(folder, 'team.sops.yaml')).not.toContain('hush');
});
