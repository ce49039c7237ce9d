/** What the real tofu says of providers and their registry, and what we make of it. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, onTestFinished, test } from 'vitest';
import { explainFailure } from '../../scripts/tofu/errors.ts';
import { emptyFolder } from '../support/project.ts';
import { HERE, startRegistry, type Registry, type RegistryOptions } from '../support/registry.ts';
import { startStateServer } from '../support/state/server.ts';
import { realTool, tofuEnv } from '../support/tools.ts';

const LOCK = '.terraform.lock.hcl';
const files = (constraint: string, source = 'bpg/proxmox'): string =>
  `terraform {\n  required_providers {\n    proxmox = { source = "${source}", version = "${constraint}" }\n  }\n}\n`;

interface Place {
  readonly folder: string;
  readonly registry: Registry;
  /** Runs tofu. @returns what it said when it failed; null when it did not */
  readonly tofu: (args: string, env?: Record<string, string>) => Promise<string | null>;
  readonly write: (constraint: string, source?: string) => void;
}

async function place(options: RegistryOptions = {}): Promise<Place> {
  const folder = emptyFolder();
  const registry = await startRegistry(emptyFolder(), options);
  onTestFinished(registry.down);
  const write: Place['write'] = (constraint, source) => writeFileSync(join(folder, 'a.tf'), files(constraint, source));
  write('~> 0.112.0');
  return {
    folder,
    registry,
    write,
    tofu: (args, env) => run(folder, args, { TF_CLI_CONFIG_FILE: registry.cliConfig, ...env }),
  };
}

function run(cwd: string, args: string, env: Record<string, string>): Promise<string | null> {
  const options = { cwd, env: { ...process.env, ...tofuEnv(), HOME: cwd, ...env } };
  return new Promise((resolve) => {
    execFile(realTool('tofu') ?? '', args.split(' '), options, (error, stdout, stderr) =>
      resolve(error === null ? null : stdout + stderr),
    );
  });
}

type Story = (place: Place) => Promise<string | null>;

/** What is wrong → the code that names it, and how it comes to be. */
const STORIES: Readonly<
  Record<string, readonly [code: string, message: RegExp, story: Story, options?: RegistryOptions]>
> = {
  'a version that there is not': [
    'provider-version-unavailable',
    /~> 0\.999\.0$/,
    ({ write, tofu }) => (write('~> 0.999.0'), tofu('init')),
  ],
  'a provider that there is not': [
    'provider-unknown',
    /nobody\/proxmox$/,
    ({ write, tofu }) => (write('~> 0.112.0', 'nobody/proxmox'), tofu('init')),
  ],
  'a lock file of an older version': [
    'lock-file-version',
    /has registry\.opentofu\.org\/bpg\/proxmox 0\.112\.0, but the files want ~> 0\.113\.0$/,
    async ({ write, tofu, registry }) => {
      expect(await tofu('init')).toBeNull();
      registry.publish('0.113.0');
      write('~> 0.113.0');
      return tofu('init');
    },
  ],
  'a lock file of another package': [
    'provider-checksum',
    /\.terraform\.lock\.hcl/,
    async ({ folder, tofu, registry }) => {
      expect(await tofu('init')).toBeNull();
      forge(folder, registry);
      rmSync(join(folder, '.terraform'), { recursive: true });
      return tofu('init');
    },
    { tellsAll: false },
  ],
  'a lock file of another package, at a plan': [
    'provider-checksum',
    /\.terraform\.lock\.hcl/,
    async ({ folder, tofu, registry }) => {
      expect(await tofu('init')).toBeNull();
      forge(folder, registry);
      writeFileSync(join(folder, 'b.tf'), 'data "proxmox_version" "v" {}\n');
      return tofu('plan');
    },
    { tellsAll: false },
  ],
  'a cache with another package': [
    'provider-cache-differs',
    /plugins\/registry\.opentofu\.org\/bpg\/proxmox\/0\.112\.0/,
    async ({ folder, tofu }) => {
      const cache = join(folder, 'plugins');
      const there = join(cache, 'registry.opentofu.org/bpg/proxmox/0.112.0', HERE);
      mkdirSync(there, { recursive: true });
      writeFileSync(join(there, 'terraform-provider-proxmox_v0.112.0'), 'another');
      return tofu('init', { TF_PLUGIN_CACHE_DIR: cache });
    },
  ],
  'a package that is not what the registry tells of': [
    'provider-archive-checksum',
    /not the one/,
    ({ registry, tofu }) => (registry.spoil(), tofu('init')),
    { tellsAll: false },
  ],
  'no package for this platform': [
    'provider-platform',
    new RegExp(`for ${HERE}$`),
    ({ tofu }) => tofu('init'),
    { platforms: ['plan9_amd64'] },
  ],
  'no package for a platform of the lock file': [
    'provider-platform',
    /for plan9_amd64$/,
    ({ tofu }) => tofu(`providers lock -platform=${HERE} -platform=plan9_amd64`),
  ],
  'a registry that wants credentials': [
    'registry-unauthorized',
    /registry\.opentofu\.org/,
    ({ registry, tofu }) => (registry.fail(401), tofu('init')),
  ],
  'a registry that fails': ['registry-failed', /503/, ({ registry, tofu }) => (registry.fail(503), tofu('init'))],
  'a registry that is away': [
    'registry-unreachable',
    /cannot be reached/,
    async ({ registry, tofu }) => (await registry.down(), tofu('init')),
  ],
  'a registry that is away, for the lock file': [
    'registry-unreachable',
    /cannot be reached/,
    async ({ registry, tofu }) => (await registry.down(), tofu('providers lock')),
  ],
  'no registry at that host': [
    'registry-not-offered',
    /registry\.opentofu\.org$/,
    ({ tofu }) => tofu('providers lock', { TF_CLI_CONFIG_FILE: tofuEnv()['TF_CLI_CONFIG_FILE'] ?? '' }),
  ],
  'validate before init': ['not-initialised', /not initialised/, ({ tofu }) => tofu('validate')],
};

/** The checksum of this platform becomes that of another package; without those of archives, which would do, too. */
function forge(folder: string, registry: Registry): void {
  const [here, other] = [registry.hash('0.112.0', HERE), registry.hash('0.112.0', 'plan9_amd64')];
  const text = readFileSync(join(folder, LOCK), 'utf8').replace(here, other);
  writeFileSync(join(folder, LOCK), text.replaceAll(/ +"zh:.*\n/g, ''));
}

describe.skipIf(realTool('tofu') === null)('what the real tofu says', () => {
  test.each(Object.entries(STORIES))('of %s', { timeout: 60_000 }, async (_, [code, message, story, options]) => {
    const said = await story(await place(options));
    const problem = explainFailure(said ?? '');
    expect({ code: problem?.code, said }).toEqual({ code, said: expect.any(String) });
    expect(problem?.message).toMatch(message);
    expect(`${problem?.message} ${problem?.hint}`).not.toMatch(/\bunknown\b|\{/);
  });

  test('of a state server whose certificate nobody trusts', { timeout: 60_000 }, async () => {
    const server = await startStateServer({ tls: true });
    onTestFinished(server.stop);
    const { folder, tofu } = await place();
    writeFileSync(join(folder, 'b.tf'), `terraform {\n  backend "http" {\n    address = "${server.url}/x"\n  }\n}\n`);
    const said = await tofu('init', { TF_HTTP_RETRY_MAX: '0' });
    expect(explainFailure(said ?? '')).toMatchObject({ code: 'state-certificate' });
    expect(await tofu('init', { TF_HTTP_CLIENT_CA_CERTIFICATE_PEM: server.ca ?? '' })).toBeNull();
  });

  test('of a state that nobody said whether to copy', { timeout: 60_000 }, async () => {
    const server = await startStateServer();
    onTestFinished(server.stop);
    const { folder, tofu } = await place();
    writeFileSync(join(folder, 'a.tf'), 'output "x" {\n  value = 1\n}\n');
    expect(await tofu('init')).toBeNull();
    expect(await tofu('apply -auto-approve')).toBeNull();
    writeFileSync(
      join(folder, 'b.tf'),
      `terraform {\n  backend "http" {\n    address = "${server.url}/states/x"\n  }\n}\n`,
    );
    const said = await tofu('init -input=false -reconfigure');
    expect(explainFailure(said ?? '')).toMatchObject({ code: 'state-copy-undecided' });
  });
});
