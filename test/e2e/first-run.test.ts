/** What a person sees in the first minutes, through the built program: init, configure, again, elsewhere. */
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emptyFolder, nigari, project, REPOSITORY, tree } from '../support/project.ts';

const GENERATED = [
  'infrastructure/README.md',
  'infrastructure/secrets.sops.yaml',
  ...['backend.tf', 'main.tf', 'outputs.tf', 'providers.tf', 'terraform.tfvars', 'variables.tf', 'versions.tf'].map(
    (name) => `infrastructure/tofu/${name}`,
  ),
  'talos/cluster.yaml',
  'talos/patches/cluster.yaml',
  'talos/patches/controllers.yaml',
  ...['k8s-cp-1', 'k8s-cp-2', 'k8s-cp-3', 'k8s-worker-1', 'k8s-worker-2'].map((name) => `talos/nodes/${name}.yaml`),
];

/** git in a folder, without the machine's configuration. */
function git(cwd: string, ...args: string[]): string {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
  return execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.test', ...args], {
    cwd,
    env,
    encoding: 'utf8',
  });
}

/** A folder after init and configure. */
function configured(): string {
  const folder = emptyFolder();
  expect(nigari(folder, ['init']).status).toBe(0);
  expect(nigari(folder, ['configure']).status).toBe(0);
  return folder;
}

test('init fills an empty folder, configure generates everything, and a second run changes no byte', () => {
  const folder = emptyFolder();
  const made = nigari(folder, ['init']);
  expect(made, made.all).toMatchObject({ status: 0 });
  for (const path of [
    '.gitignore',
    '.gitattributes',
    'cluster.yaml',
    'nodes.yaml',
    'age.key',
    '.sops.yaml',
    'Taskfile.yml',
    'mise.toml',
    'lefthook.yml',
    '.vscode/settings.json',
  ]) {
    expect([...tree(folder).keys()]).toContain(path);
  }
  const first = nigari(folder, ['configure']);
  expect(first, first.all).toMatchObject({ status: 0 });
  expect([...tree(folder).keys()].filter((path) => /^(infrastructure|talos)\//.test(path))).toEqual(
    GENERATED.toSorted(),
  );
  expect(first.stdout).toContain(`${GENERATED.length} created, 0 updated, 0 deleted, 0 unchanged`);
  const before = tree(folder);
  const second = nigari(folder, ['configure']);
  expect(second.status).toBe(0);
  expect(second.stdout).toContain(`0 created, 0 updated, 0 deleted, ${GENERATED.length} unchanged`);
  expect(tree(folder)).toEqual(before);
  expect(nigari(folder, ['init']).stdout).toContain('Nothing was missing.');
  expect(tree(folder)).toEqual(before);
});

test('the README in infrastructure/ of this repository is the rendered one, and makes it no project', () => {
  const readme = readFileSync(join(REPOSITORY, 'infrastructure/README.md'));
  const clone = project({ 'infrastructure/README.md': readme });
  const made = nigari(clone, ['init', '--json']);
  expect(JSON.parse(made.stdout).created).toEqual(expect.arrayContaining(['cluster.yaml', 'age.key']));
  const { created, unchanged } = JSON.parse(nigari(clone, ['configure', '--json']).stdout);
  expect(unchanged).toEqual(['infrastructure/README.md']);
  expect(created).toHaveLength(GENERATED.length - 1);
});

test('what git takes of a configured project holds no secret', () => {
  const token = '5ec4e700-1234-4000-8000-0123456789ab';
  const folder = emptyFolder();
  nigari(folder, ['init']);
  const example = String(tree(folder).get('cluster.yaml'));
  writeFileSync(join(folder, 'cluster.yaml'), example.replace(/^(proxmox_api_token_secret:).*$/m, `$1 ${token}`));
  expect(nigari(folder, ['configure']).status).toBe(0);
  git(folder, 'init', '-q');
  git(folder, 'add', '-A');
  const index = git(folder, 'ls-files').trim().split('\n');
  expect(index).toContain('infrastructure/secrets.sops.yaml');
  for (const path of ['cluster.yaml', 'age.key']) expect(index).not.toContain(path);
  for (const path of index)
    expect(git(folder, 'show', `:${path}`), path).not.toMatch(new RegExp(`AGE-SECRET-KEY-1|${token}`));
});

test('a clone without the ignored files is refused and stays as it is', () => {
  const folder = configured();
  for (const path of ['cluster.yaml', 'age.key']) rmSync(join(folder, path));
  const before = tree(folder);
  const ended = nigari(folder, ['init']);
  expect(ended.status).toBe(2);
  expect(ended.stderr).toContain('there is no cluster.yaml');
  expect(ended.stderr).toContain('input-missing');
  expect(tree(folder)).toEqual(before);
});

test('a clone with the inputs but without the key configures, and keeps what is sealed', () => {
  const folder = configured();
  rmSync(join(folder, 'age.key'));
  const sealed = tree(folder).get('infrastructure/secrets.sops.yaml');
  const made = nigari(folder, ['init']);
  expect(made.status).toBe(0);
  expect(made.stdout).toMatch(/wanted is the key of this one:\n {2}age1/i);
  expect([...tree(folder).keys()]).not.toContain('age.key');
  const ended = nigari(folder, ['configure']);
  expect(ended.status, ended.all).toBe(0);
  expect(ended.stderr).toContain('sealed-kept');
  expect(tree(folder).get('infrastructure/secrets.sops.yaml')).toEqual(sealed);
});

test('one input alone is no new project', () => {
  const folder = project({ 'nodes.yaml': 'nodes: []\n' });
  expect(nigari(folder, ['init'])).toMatchObject({ status: 2 });
  expect([...tree(folder).keys()]).toEqual(['nodes.yaml']);
});

test('a file in the way is not overwritten, nor anything else written, unless forced', () => {
  const folder = emptyFolder();
  nigari(folder, ['init']);
  const mine = project({ 'infrastructure/tofu/main.tf': '# mine\n' });
  for (const [path, bytes] of tree(folder))
    if (path !== '.vscode/settings.json') writeFileSync(join(mine, path.split('/').pop()!), bytes);
  const before = tree(mine);
  const ended = nigari(mine, ['configure']);
  expect(ended).toMatchObject({ status: 2 });
  expect(ended.stderr).toContain('infrastructure/tofu/main.tf');
  expect(ended.stderr).toContain('foreign-file');
  expect(tree(mine)).toEqual(before);
  expect(nigari(mine, ['configure', '--force'])).toMatchObject({ status: 0 });
  expect(String(tree(mine).get('infrastructure/tofu/main.tf'))).toContain('Generated by nigari');
});

test('a changed value changes only what says it', () => {
  const folder = configured();
  const before = tree(folder);
  const text = String(before.get('nodes.yaml'));
  writeFileSync(
    join(folder, 'nodes.yaml'),
    text.replace('192.168.1.11', '192.168.1.61').replace('10.0.0.11', '10.0.0.61'),
  );
  expect(String(tree(folder).get('nodes.yaml'))).not.toBe(text);
  const ended = nigari(folder, ['configure', '--json']);
  expect(JSON.parse(ended.stdout)).toMatchObject({
    created: [],
    updated: ['infrastructure/tofu/terraform.tfvars', 'talos/cluster.yaml', 'talos/nodes/k8s-cp-1.yaml'],
  });
});

test('--json prints only JSON on stdout, whatever happens', () => {
  const folder = emptyFolder();
  expect(JSON.parse(nigari(folder, ['check', '--json']).stdout).problems).toHaveLength(2);
  expect(JSON.parse(nigari(folder, ['init', '--json']).stdout).created).toContain('cluster.yaml');
  expect(JSON.parse(nigari(folder, ['check', '--json']).stdout)).toEqual({ problems: [] });
  expect(JSON.parse(nigari(folder, ['configure', '--json']).stdout).created).toHaveLength(GENERATED.length);
  expect(JSON.parse(nigari(folder, ['doctor', '--json']).stdout).rows.length).toBeGreaterThan(5);
});

test.each([
  [['--chdir', 'sub', 'check'], 0],
  [['check', '--chdir', 'sub'], 0],
  [['check', '--chdir', 'nowhere'], 2],
  [['check', '--chdir', ''], 2],
  [['chekc'], 2],
  [['check', '--jsno'], 2],
  [['check', 'superfluous'], 2],
  [[], 2],
  [['infra'], 2],
  [['infra', 'plan', '-destroy'], 2],
  [['--help'], 0],
  [['configure', '--help'], 0],
  [['--version'], 0],
])('nigari %j ends with %d', (args, status) => {
  const folder = emptyFolder();
  const sub = project({}, 'ha');
  const ended = nigari(
    folder,
    args.map((argument) => (argument === 'sub' ? sub : argument)),
  );
  expect(ended.status, ended.all).toBe(status);
  expect(ended.all).not.toMatch(/^ +at /m);
});

test('what to do next is said as it works where nigari was called', () => {
  const folder = configured();
  const beside = emptyFolder();
  expect(nigari(folder, ['configure']).stdout).toMatch(/\n {2}npx nigari infra plan\n$/);
  expect(nigari(beside, ['configure', '--chdir', folder]).stdout).toMatch(
    `\n  npx nigari --chdir ${folder} infra plan\n`,
  );
});

test('an unknown command or option is answered with the one that was meant', () => {
  const folder = emptyFolder();
  expect(nigari(folder, ['chekc']).stderr).toContain('Did you mean check?');
  expect(nigari(folder, ['check', '--jsno']).stderr).toContain('Did you mean --json?');
  expect(nigari(folder, ['exec', '--pretty']).stderr).toContain('options for the command go behind --');
});

test('text in clear in the place of a sealed file is refused, and sealed over only when forced', () => {
  const folder = configured();
  writeFileSync(join(folder, 'infrastructure/secrets.sops.yaml'), 'a: 1\n');
  const before = tree(folder);
  expect(nigari(folder, ['configure'])).toMatchObject({ status: 2 });
  expect(tree(folder)).toEqual(before);
  expect(nigari(folder, ['configure', '--force'])).toMatchObject({ status: 0 });
  expect(String(tree(folder).get('infrastructure/secrets.sops.yaml'))).toContain('ENC[AES256_GCM');
});
