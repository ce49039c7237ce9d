/** When the real tofu initialises, and what becomes of the lock file, before a registry of providers and a state server. */
import { existsSync, lstatSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lockedProviders } from '../../scripts/tofu/lock-file.ts';
import { infraProject, type InfraProject } from '../support/infra-project.ts';
import { emptyFolder } from '../support/project.ts';
import { HERE, startRegistry, type Registry, type RegistryOptions } from '../support/registry.ts';
import { startStateServer } from '../support/state/server.ts';
import { realTool } from '../support/tools.ts';

const DIRECTORY = 'infrastructure/tofu';
const LOCK = `${DIRECTORY}/.terraform.lock.hcl`;
const PLATFORMS = ['linux_amd64', 'linux_arm64', 'darwin_amd64', 'darwin_arm64'];

interface Set extends InfraProject {
  readonly registry: Registry;
  /** The environment in which providers come from the registry. */
  readonly env: Record<string, string>;
  readonly lock: () => string;
}

/** A project that was initialised from the mirror; and a registry. */
async function beforeRegistry(options: RegistryOptions = {}, more = ''): Promise<Set> {
  const project = await infraProject(more);
  const registry = await startRegistry(emptyFolder(), options);
  onTestFinished(registry.down);
  const lock = () => readFileSync(join(project.folder, LOCK), 'utf8');
  return {
    ...project,
    registry,
    env: { TF_CLI_CONFIG_FILE: registry.cliConfig },
    lock,
  };
}

const forget = (folder: string, ...names: readonly string[]): void =>
  names.forEach((name) => rmSync(join(folder, DIRECTORY, name), { recursive: true }));

/** Whether `infra output`, which changes nothing, initialises first. */
async function initialises({ nigari }: InfraProject, env: Record<string, string> = {}): Promise<boolean> {
  return (await nigari(['infra', 'output'], 0, env)).stderr.includes('tofu init in');
}

describe.skipIf(realTool('tofu') === null)('the lock file', () => {
  test.each([
    ['tells all hashes', true, false],
    ['tells checksums of archives only', false, true],
  ])('gets every platform from a registry that %s', { timeout: 60_000 }, async (_, tellsAll, asksForEach) => {
    const { folder, nigari, registry, env, lock } = await beforeRegistry({
      tellsAll,
    });
    expect(lockedProviders(lock())).toMatchObject([{ version: '0.112.0', platforms: 1 }]);
    forget(folder, '.terraform', '.terraform.lock.hcl');
    expect((await nigari(['infra', 'init'], 0, env)).stderr).not.toContain('lock-file-incomplete');
    for (const platform of PLATFORMS) expect(lock()).toContain(registry.hash('0.112.0', platform));
    const others = registry.requests.filter((path) => path.endsWith('.zip') && !path.includes(HERE));
    expect(others.length > 0).toBe(asksForEach);
    const asked = registry.requests.length;
    await nigari(['infra', 'plan'], 0, env);
    await nigari(['configure', '--force'], 0, env);
    expect(registry.requests).toHaveLength(asked);
  });

  test(
    'is completed, where it was made from a mirror, as soon as a registry is there',
    { timeout: 60_000 },
    async () => {
      const { nigari, registry, env, lock } = await beforeRegistry();
      await nigari(['configure'], 0, env);
      for (const platform of PLATFORMS) expect(lock()).toContain(registry.hash('0.112.0', platform));
    },
  );

  test('stays as it is where the registry is out of reach: a note says so, once', { timeout: 60_000 }, async () => {
    const set = await beforeRegistry();
    const { nigari, registry, lock, edit } = set;
    const env = { TF_CLI_CONFIG_FILE: registry.mirrored };
    const before = lock();
    await registry.down();
    const { stderr } = await nigari(['configure'], 0, env);
    expect(stderr).toContain('the lock file has no checksums of bpg/proxmox for other platforms: ');
    expect(stderr).toContain('cannot be reached');
    expect(stderr).toContain('(lock-file-incomplete)');
    expect(lock()).toBe(before);
    expect((await nigari(['configure', '--force'], 0, env)).stderr).not.toContain('lock-file-incomplete');
    await registry.up();
    expect((await nigari(['configure', '--force'], 0, env)).stderr).not.toContain('lock-file-incomplete');
    expect(lock()).toBe(before);
    edit('cluster.yaml', (text) => `${text}tofu_lock_platforms: [linux_amd64, darwin_arm64]\n`);
    await nigari(['configure'], 0, env);
    expect(lockedProviders(lock())).toMatchObject([{ platforms: 2 + (PLATFORMS.includes(HERE) ? 2 : 0) }]);
  });

  test('of nobody but this machine, if so wished', { timeout: 60_000 }, async () => {
    const { nigari, registry, lock } = await beforeRegistry({}, 'tofu_lock_platforms: []\n');
    const before = lock();
    const env = { TF_CLI_CONFIG_FILE: registry.mirrored };
    expect((await nigari(['infra', 'init'], 0, env)).stderr).not.toContain('lock-file');
    expect(lock()).toBe(before);
    expect(registry.requests).toEqual([]);
  });

  test('goes to a newer provider by upgrade alone, which says what to do next', { timeout: 60_000 }, async () => {
    const { nigari, registry, env, lock } = await beforeRegistry({
      tellsAll: false,
    });
    await nigari(['configure'], 0, env);
    registry.publish('0.112.3');
    await nigari(['infra', 'init'], 0, env);
    expect(lockedProviders(lock())).toMatchObject([{ version: '0.112.0' }]);
    const { stderr } = await nigari(['infra', 'upgrade'], 0, env);
    expect(stderr).toContain('bpg/proxmox 0.112.0 → 0.112.3');
    expect(stderr).toContain(`Commit ${LOCK}`);
    expect(stderr).toContain('infra plan');
    for (const platform of PLATFORMS) expect(lock()).toContain(registry.hash('0.112.3', platform));
    const again = await nigari(['infra', 'upgrade'], 0, env);
    expect(again.stderr).toContain('Every provider is the newest that its version constraint allows');
    expect(again.stderr).not.toContain('Commit');
  });

  test('is not changed where there are no inputs', { timeout: 60_000 }, async () => {
    const { folder, nigari, env, lock } = await beforeRegistry({ tellsAll: false });
    await nigari(['infra', 'init'], 0, env);
    for (const file of ['cluster.yaml', 'nodes.yaml']) rmSync(join(folder, file));
    const before = lock();
    await nigari(['infra', 'init'], 0, env);
    await nigari(['infra', 'plan'], 0, env);
    expect(lock()).toBe(before);
    expect((await nigari(['infra', 'upgrade'], 2, env)).stderr).toContain('(no-inputs)');

    // Where it has checksums of archives only, init can do with that, a plan cannot.
    forget(folder, '.terraform');
    writeFileSync(join(folder, LOCK), before.replaceAll(/ +"h1:.*\n/g, ''));
    const archives = lock();
    expect((await nigari(['infra', 'init'], 0, env)).stderr).toContain('(lock-file-behind)');
    expect((await nigari(['infra', 'plan'], 4, env)).stderr).toContain('(provider-checksum)');
    expect((await nigari(['infra', 'validate'], 4, env)).stderr).toContain('(provider-checksum)');
    expect(lock()).toBe(archives);
    forget(folder, '.terraform.lock.hcl');
    expect((await nigari(['infra', 'init'], 4, env)).stderr).toContain('(lock-file-read-only)');
    expect(existsSync(join(folder, LOCK))).toBe(false);
  });
});

describe.skipIf(realTool('tofu') === null)('init', () => {
  test('runs again when what it reads has changed, or what it made is gone', { timeout: 120_000 }, async () => {
    const set = await beforeRegistry();
    const { folder, nigari, env, edit } = set;
    expect(await initialises(set)).toBe(false);
    // Settings that lead elsewhere.
    expect([await initialises(set, env), await initialises(set, env), await initialises(set)]).toEqual([
      true,
      false,
      true,
    ]);
    // A data folder of its own.
    const data = { TF_DATA_DIR: '.elsewhere' };
    expect([await initialises(set, data), await initialises(set, data), await initialises(set)]).toEqual([
      true,
      false,
      true,
    ]);
    forget(folder, '.terraform/providers');
    expect([await initialises(set), await initialises(set)]).toEqual([true, false]);
    edit(LOCK, (text) => `# by hand\n${text}`);
    expect([await initialises(set), await initialises(set)]).toEqual([true, false]);
    edit(`${DIRECTORY}/main.tf`, (text) => text.replace(/(\n +name +=)/, '\n$1'));
    edit(`${DIRECTORY}/terraform.tfvars`, (text) => text);
    expect(await initialises(set)).toBe(false);
    await nigari(['configure', '--force']);
    expect(await initialises(set)).toBe(false);
  });

  test(
    'keeps providers in a cache for all projects, and notices when that was cleared',
    { timeout: 60_000 },
    async () => {
      const set = await beforeRegistry();
      const { folder, nigari, env, registry, lock } = set;
      forget(folder, '.terraform', '.terraform.lock.hcl');
      await nigari(['infra', 'init'], 0, env);
      const cache = join(folder, '.cache/nigari/plugins');
      const place = `registry.opentofu.org/bpg/proxmox/0.112.0/${HERE}`;
      const installed = join(folder, DIRECTORY, '.terraform/providers', place);
      expect(realpathSync(installed)).toBe(realpathSync(join(cache, place)));
      for (const platform of PLATFORMS) expect(lock()).toContain(registry.hash('0.112.0', platform));

      const asked = registry.requests.length;
      forget(folder, '.terraform');
      await nigari(['infra', 'init'], 0, env);
      expect(registry.requests).toHaveLength(asked);
      rmSync(cache, { recursive: true });
      expect(lstatSync(installed).isSymbolicLink()).toBe(true);
      expect([await initialises(set, env), await initialises(set, env)]).toEqual([true, false]);

      // A cache that the user chose stays theirs; and a mirror, which is a folder already, gets none.
      const own = emptyFolder();
      forget(folder, '.terraform');
      rmSync(cache, { recursive: true });
      await nigari(['infra', 'init'], 0, { ...env, TF_PLUGIN_CACHE_DIR: own });
      expect(realpathSync(installed)).toBe(join(realpathSync(own), place));
      forget(folder, '.terraform');
      await nigari(['infra', 'init']);
      expect(existsSync(cache)).toBe(false);
    },
  );

  test('shares the cache with what runs at the same time', { timeout: 60_000 }, async () => {
    const { folder, nigari, env, registry, lock } = await beforeRegistry();
    const other = await infraProject();
    const shared = { ...env, XDG_CACHE_HOME: join(folder, 'shared') };
    for (const { folder: one } of [{ folder }, other]) forget(one, '.terraform', '.terraform.lock.hcl');
    await Promise.all([nigari, other.nigari].map((run) => run(['infra', 'plan'], 0, shared)));
    expect(readFileSync(join(other.folder, LOCK), 'utf8')).toBe(lock());
    for (const platform of PLATFORMS) expect(lock()).toContain(registry.hash('0.112.0', platform));
  });

  test('does not go to the network because a file of settings is missing', { timeout: 60_000 }, async () => {
    const { folder, nigari } = await beforeRegistry();
    const gone = { TF_CLI_CONFIG_FILE: 'gone.rc' };
    const told = `TF_CLI_CONFIG_FILE names ${join(folder, 'gone.rc')}, which is not there`;
    for (const verb of ['init', 'plan', 'validate'])
      expect((await nigari(['infra', verb], 2, gone)).stderr).toContain(told);
    const { all } = await nigari(['configure', '--force'], 0, gone);
    expect(all).toContain(`tofu init was not run in ${DIRECTORY}: ${told}`);
    // That has its own remedy, and nobody needs another OpenTofu for it.
    expect(all).toContain('correct the variable, or unset it');
    expect(all).not.toContain('get OpenTofu');
  });

  test('finds a file of settings by its path from the project', { timeout: 60_000 }, async () => {
    const { folder, nigari, registry } = await beforeRegistry();
    writeFileSync(join(folder, 'tofu.rc'), readFileSync(registry.cliConfig));
    forget(folder, '.terraform', '.terraform.lock.hcl');
    await nigari(['infra', 'init'], 0, { TF_CLI_CONFIG_FILE: './tofu.rc' });
    expect(registry.requests.length).toBeGreaterThan(0);
  });
});

describe.skipIf(realTool('tofu') === null)('another backend', () => {
  test('stops with a choice, and the state goes there and back', { timeout: 120_000 }, async () => {
    const credentials = {
      username: 'planted-user',
      password: 'planted-state-password',
    };
    const server = await startStateServer({ credentials });
    onTestFinished(server.stop);
    const login = `tfstate_username: ${credentials.username}\ntfstate_password: ${credentials.password}\n`;
    const url = `tfstate_url: ${server.url}/states\n`;
    const { folder, nigari, edit } = await infraProject(login);
    await nigari(['infra', 'apply-auto', '--yes']);

    edit('cluster.yaml', (text) => text + url);
    const stopped = await nigari(['configure'], 4);
    expect(stopped.stderr).toContain('(backend-changed)');
    expect(stopped.stderr).toContain('nigari infra init -migrate-state -force-copy');
    expect(stopped.stderr).toContain('nigari infra init -reconfigure');
    for (const verb of ['init', 'plan'])
      expect((await nigari(['infra', verb], 4)).stderr).toContain('(backend-changed)');
    expect(server.places.size).toBe(0);
    expect((await nigari(['infra', 'init', '-migrate-state'], 4)).stderr).toContain('(state-copy-undecided)');
    await nigari(['infra', 'init', '-migrate-state', '-force-copy']);
    expect((await nigari(['infra', 'plan'])).stderr).toContain('nothing to change');

    rmSync(join(folder, DIRECTORY, 'terraform.tfstate'));
    edit('cluster.yaml', (text) => text.replace(url, ''));
    await nigari(['configure'], 4);
    await nigari(['infra', 'init', '-migrate-state', '-force-copy']);
    expect((await nigari(['infra', 'plan'])).stderr).toContain('nothing to change');

    // What was left at the server counts again, and the local copy stands in the way until it is moved.
    edit('cluster.yaml', (text) => text + url);
    await nigari(['configure'], 4);
    expect((await nigari(['infra', 'init', '-reconfigure'], 4)).stderr).toContain('(state-copy-undecided)');
    rmSync(join(folder, DIRECTORY, 'terraform.tfstate'));
    await nigari(['infra', 'init', '-reconfigure']);
    expect((await nigari(['infra', 'plan'])).stderr).toContain('nothing to change');
  });
});
