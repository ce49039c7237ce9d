/** What a user gets: the packed package, installed in an empty repository, taken through its first day. */
import { existsSync } from 'node:fs';
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { SECRET_KEYS, type SecretKey } from '../scripts/types.ts';
import { copyOfProject, ROOT, temporaryFolder, type CleanUp } from './support/copy.ts';
import { realTool } from './support/tools.ts';

interface Packed {
  readonly tarball: string;
  readonly files: readonly string[];
}

/** Values that occur nowhere else, each valid for its key. */
const CANARIES: Readonly<Record<SecretKey, string>> = {
  cf_account_id: 'canary0account0a6e1',
  tfstate_username: 'canary-username-b2d7',
  tfstate_password: 'canary-password-c93f "quoted" ${x}',
  proxmox_api_token_id: 'canary-user-d18a@pve!canary-token-d18a',
  proxmox_api_token_secret: 'canary-secret-e5b4',
  state_encryption_passphrase: 'canary-passphrase-f7c2',
};

const TIDY = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--no-update-notifier'];

/** Packs a fresh copy of the tree that was never built, as `npm publish` from a clone would. */
async function pack(into: string, cleanUp: CleanUp): Promise<Packed> {
  const clone = await temporaryFolder(cleanUp);
  const { files } = await readManifest(ROOT);
  const shipped = files.filter((name) => !name.includes('dist'));
  await copyOfProject(clone, [
    ...shipped,
    'package.json',
    'package-lock.json',
    'LICENSE',
    'README.md',
    'scripts',
    'tools',
    'test/support',
  ]);
  const { stdout } = await execa('npm', ['pack', '--json', '--pack-destination', into], { cwd: clone });
  const [packed] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  return { tarball: join(into, packed.filename), files: packed.files.map(({ path }) => path) };
}

interface Manifest {
  readonly files: readonly string[];
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const readManifest = async (folder: string): Promise<Manifest> =>
  JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;

const filesBelow = async (folder: string): Promise<string[]> => {
  const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.map((file) => file.slice(ROOT.length).replaceAll('\\', '/').replace(/^\//, ''));
};

interface Ended {
  readonly exitCode: number | undefined;
  /** Both outputs, in order. */
  readonly all: string;
}

describe('the packed package', () => {
  let folder: string;
  let packed: Packed;
  let env: Record<string, string>;

  /** Runs a command in the user's repository; npx can reach no registry there, and no age key of this machine is seen. */
  const run = async (file: string, args: readonly string[]): Promise<Ended> => {
    const { exitCode, all } = await execa(file, args, { cwd: folder, env, all: true, reject: false });
    return { exitCode, all };
  };
  const nigari = (...args: string[]): Promise<Ended> => run('npx', ['--offline', 'nigari', ...args]);
  const git = async (...args: string[]): Promise<string> => (await execa('git', args, { cwd: folder, env })).stdout;
  const staged = async (): Promise<string[]> => (await git('ls-files')).split('\n');

  beforeAll(async () => {
    const removals: (() => Promise<void>)[] = [];
    const cleanUp: CleanUp = (remove) => void removals.push(remove);
    const outside = await temporaryFolder(cleanUp);
    folder = await temporaryFolder(cleanUp);
    env = { HOME: outside, USERPROFILE: outside, XDG_CONFIG_HOME: outside, SOPS_AGE_KEY: '', SOPS_AGE_KEY_FILE: '' };
    packed = await pack(outside, cleanUp);
    await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
    await writeFile(join(folder, '.gitignore'), 'node_modules/\n');
    await execa('npm', ['install', ...TIDY, packed.tarball], { cwd: folder });
    await execa('git', ['init', '--quiet'], { cwd: folder });
    return async () => void (await Promise.all(removals.map((remove) => remove())));
  });

  test('holds the program, its data and its papers', async () => {
    const needed = [...(await filesBelow('templates')), ...(await filesBelow('schemas'))];
    expect(needed.length).toBeGreaterThan(10);
    expect(packed.files).toEqual(expect.arrayContaining(needed));
    expect(packed.files).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'CHANGELOG.md',
        'Taskfile.yml',
        'mise.toml',
        'lefthook.yml',
        'cluster.yaml.example',
        'nodes.yaml.example',
      ]),
    );
    expect(packed.files).toEqual(expect.arrayContaining(['dist/nigari.js', 'dist/THIRD-PARTY-LICENSES.txt']));
  });

  test('holds no tests, no sources and nothing of the build', () => {
    const foreign = packed.files.filter((path) =>
      /^(test|scripts|tools|infrastructure|node_modules)\/|\.ts$|\.stamp$|age\.key|cluster\.yaml$/.test(path),
    );
    expect(foreign).toEqual([]);
  });

  test('installs with its runtime dependencies only', async () => {
    const { dependencies, devDependencies } = await readManifest(ROOT);
    for (const name of Object.keys(dependencies))
      expect(existsSync(join(folder, 'node_modules', name)), name).toBe(true);
    const bundled = Object.keys(devDependencies).filter((name) => existsSync(join(folder, 'node_modules', name)));
    expect(bundled).toEqual([]);
  });

  test('starts a project with `init`', async () => {
    const { exitCode, all } = await nigari('init');
    expect(all).toContain('age.key');
    expect(exitCode, all).toBe(0);
    for (const name of [
      'cluster.yaml',
      'nodes.yaml',
      'age.key',
      '.sops.yaml',
      'Taskfile.yml',
      'mise.toml',
      'lefthook.yml',
      '.vscode/settings.json',
      '.gitignore',
      '.gitattributes',
    ]) {
      expect(existsSync(join(folder, name)), name).toBe(true);
    }
    expect(await readFile(join(folder, '.gitignore'), 'utf8')).toMatch(/^node_modules\/\n/);
  });

  test('gives the editor the schemas that it wrote into the files', async () => {
    for (const name of ['cluster', 'nodes']) {
      const modeline = /\$schema=(\S+)/.exec(await readFile(join(folder, `${name}.yaml`), 'utf8'))?.[1];
      expect(existsSync(join(folder, modeline ?? 'no modeline')), modeline).toBe(true);
      const settings = await readFile(join(folder, '.vscode/settings.json'), 'utf8');
      const mapped = Object.entries(
        (JSON.parse(settings) as { 'yaml.schemas': Record<string, string[]> })['yaml.schemas'],
      );
      const schema = mapped.find(([, files]) => files.includes(`${name}.yaml`))?.[0];
      expect(existsSync(join(folder, schema ?? 'not mapped')), schema).toBe(true);
    }
  });

  test('configures it', async () => {
    const document = parseDocument(await readFile(join(folder, 'cluster.yaml'), 'utf8'));
    for (const [key, value] of Object.entries({ cloudflare_domain: 'example.com', ...CANARIES }))
      document.set(key, value);
    await writeFile(join(folder, 'cluster.yaml'), String(document));
    const { exitCode, all } = await nigari('configure', '--no-init');
    expect(exitCode, all).toBe(0);
    expect(all).toMatch(/\d+ created, 0 updated, 0 deleted, \d+ unchanged/);
  });

  test('leaves no secret in the index after `git add -A`', async () => {
    await git('add', '-A');
    const secretKey = /AGE-SECRET-KEY-\S+/.exec(await readFile(join(folder, 'age.key'), 'utf8'))?.[0];
    const texts = [
      ...Object.values(CANARIES),
      ...SECRET_KEYS.map((key) => Buffer.from(CANARIES[key]).toString('base64')),
      String(secretKey),
    ];
    const patterns = texts.flatMap((text) => ['-e', text]);
    const found = await run('git', ['grep', '--cached', '--text', '--fixed-strings', '--name-only', ...patterns]);
    expect(found.all).toBe('');
    expect(found.exitCode).toBe(1);
    const onDisk = await run('git', [
      'grep',
      '--no-index',
      '--text',
      '--fixed-strings',
      '--name-only',
      ...patterns,
      '--',
      'cluster.yaml',
      'age.key',
    ]);
    expect(onDisk.all.split('\n')).toEqual(['age.key', 'cluster.yaml']);
  });

  test('leaves everything that is to be shared in the index', async () => {
    const files = await staged();
    const instance = [
      'backend.tf',
      'versions.tf',
      'providers.tf',
      'variables.tf',
      'main.tf',
      'outputs.tf',
      'terraform.tfvars',
    ];
    expect(files).toEqual(expect.arrayContaining(instance.map((name) => `infrastructure/tofu/${name}`)));
    expect(files).toEqual(expect.arrayContaining(['infrastructure/README.md', 'infrastructure/secrets.sops.yaml']));
    expect(files).toEqual(
      expect.arrayContaining(['.gitattributes', '.gitignore', '.sops.yaml', 'Taskfile.yml', 'mise.toml', 'nodes.yaml']),
    );
    for (const name of ['cluster.yaml', 'age.key']) expect(files).not.toContain(name);
    expect(files.filter((path) => path.startsWith('node_modules/'))).toEqual([]);
  });

  test('sealed what it was given', async () => {
    const sealed = await git('show', ':infrastructure/secrets.sops.yaml');
    expect(sealed.match(/: ENC\[AES256_GCM,data:/g)?.length).toBeGreaterThanOrEqual(SECRET_KEYS.length);
    const sops = realTool('sops');
    if (sops === null) return;
    const opened = await execa(sops, ['decrypt', 'infrastructure/secrets.sops.yaml'], {
      cwd: folder,
      env: { SOPS_AGE_KEY_FILE: join(folder, 'age.key') },
    });
    for (const [key, value] of Object.entries(CANARIES)) expect(opened.stdout, key).toContain(value.split(' ')[0]);
  });

  test('changes nothing when it runs again', async () => {
    const { exitCode, all } = await nigari('configure', '--no-init');
    expect(exitCode, all).toBe(0);
    expect(all).toMatch(/\b0 created, 0 updated, 0 deleted\b/);
    expect((await nigari('init')).exitCode).toBe(0);
    expect(await git('status', '--porcelain', '--untracked-files=all')).not.toMatch(/^(.M|\?\?)/m);
  });

  test('checks it without the key', async () => {
    const { exitCode, all } = await nigari('check');
    expect(exitCode, all).toBe(0);
  });

  test.skipIf(process.platform === 'win32')('kept the one clear secret to its owner', async () => {
    expect((await stat(join(folder, 'age.key'))).mode & 0o777).toBe(0o600);
  });
});

interface Locked {
  readonly integrity?: string;
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

describe('the lock file', async () => {
  const text = await readFile(join(ROOT, 'package-lock.json'), 'utf8');
  const { packages } = JSON.parse(text) as { packages: Readonly<Record<string, Locked>> };
  const installed = Object.entries(packages).filter(([path]) => path !== '');

  /** As Node looks for it: below the package that wants it, then beside each package that it lies in. */
  function isLocked(from: string, name: string): boolean {
    if (`${from}node_modules/${name}` in packages) return true;
    return from !== '' && isLocked(from.slice(0, from.slice(0, -1).lastIndexOf('node_modules/')), name);
  }

  test('has the platform packages of every system: `npm ci` refuses one that lacks some', () => {
    const wanted = installed.flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).map((name) => ({ path, name })),
    );
    expect(wanted.length).toBeGreaterThan(50);
    expect(wanted.filter(({ path, name }) => !isLocked(`${path}/`, name))).toEqual([]);
  });

  test('has a checksum for everything, and names no registry', () => {
    expect(installed.length).toBeGreaterThan(100);
    expect(installed.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path)).toEqual([]);
    expect(installed.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
  });
});
