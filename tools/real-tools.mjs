#!/usr/bin/env node
/**
 * Builds the real programs that the tests run against, from their Go modules, and prints how to use them.
 *
 *   node tools/real-tools.mjs            build what is missing, print nothing when all is there
 *   node tools/real-tools.mjs --json     and print where everything is
 *   node tools/real-tools.mjs sops age   only these
 *
 * Everything lives outside the tree, in $NIGARI_TOOLS or ~/.cache/nigari/tools; a finished build is
 * recognised by its file, so that a second call is instant. Needs only Go.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** The newest provider that can be built from its module; also the pin of `templates/stack/versions.tf.njk`. */
const PROVIDER_VERSION = '0.112.0';

/** The newest talosctl that can be built from its module: later ones need forks that the module proxy does not serve. */
const TALOS_VERSION = 'v1.13.0';

/** What to build. `replace` repeats the module's own replacements: Go does not inherit them. */
const RECIPES = [
  { name: 'age', module: 'filippo.io/age', version: 'v1.3.2', package: 'filippo.io/age/cmd/age' },
  { name: 'age-keygen', module: 'filippo.io/age', version: 'v1.3.2', package: 'filippo.io/age/cmd/age-keygen' },
  {
    name: 'sops',
    module: 'github.com/getsops/sops/v3',
    version: 'v3.13.3',
    package: 'github.com/getsops/sops/v3/cmd/sops',
  },
  {
    name: 'talhelper',
    module: 'github.com/budimanjojo/talhelper/v3',
    version: 'v3.1.16',
    package: 'github.com/budimanjojo/talhelper/v3',
  },
  {
    name: 'talosctl',
    module: 'github.com/siderolabs/talos',
    version: TALOS_VERSION,
    package: 'github.com/siderolabs/talos/cmd/talosctl',
    require: [`github.com/siderolabs/talos/pkg/machinery ${TALOS_VERSION}`],
    replace: [
      'github.com/coredns/coredns => github.com/siderolabs/coredns v1.14.53',
      'github.com/mdlayher/ethtool => github.com/siderolabs/ethtool v0.4.0-sidero',
      'github.com/mdlayher/kobject => github.com/smira/kobject v0.0.0-20240304111826-49c8d4613389',
    ],
    ldflags: `-X github.com/siderolabs/talos/pkg/machinery/version.Tag=${TALOS_VERSION}`,
  },
  {
    name: 'task',
    module: 'github.com/go-task/task/v3',
    version: 'v3.53.0',
    package: 'github.com/go-task/task/v3/cmd/task',
  },
  {
    name: 'terraform-provider-proxmox',
    module: 'github.com/bpg/terraform-provider-proxmox',
    version: `v${PROVIDER_VERSION}`,
    package: 'github.com/bpg/terraform-provider-proxmox',
  },
  {
    name: 'tofu',
    module: 'github.com/opentofu/opentofu',
    version: 'v1.12.6',
    package: 'github.com/opentofu/opentofu/cmd/tofu',
    replace: [
      'github.com/hashicorp/hcl/v2 v2.20.1 => github.com/opentofu/hcl/v2 v2.20.2-0.20251021132045-587d123c2828',
    ],
    // Without this tofu calls itself a pre-release, and version constraints behave differently.
    ldflags: '-X github.com/opentofu/opentofu/version.dev=no',
  },
];

/** Where the tools are kept between runs. */
export function toolsDirectory(env = process.env) {
  return env.NIGARI_TOOLS ?? join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'nigari', 'tools');
}

const executable = (name) => (process.platform === 'win32' ? `${name}.exe` : name);

/** Every path that a test may want: one directory to put on PATH, and OpenTofu's CLI configuration. */
export function toolPaths(directory = toolsDirectory()) {
  return {
    directory,
    bin: join(directory, 'bin'),
    cliConfig: join(directory, 'tofu.rc'),
    mirror: join(directory, 'mirror'),
  };
}

/** The pinned version, in the file's name: a new pin is a new build. */
const builtFile = (directory, recipe) => join(directory, 'built', executable(`${recipe.name}-${recipe.version}`));

function run(file, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(output) : reject(new Error(`${file} ${args[0]} failed (${code})\n${output}`)),
    );
  });
}

/** `go install pkg@version` needs the proxy's list of versions; a module of our own with a pinned `require` does not. */
async function build(directory, recipe) {
  const target = builtFile(directory, recipe);
  const work = join(tmpdir(), `nigari-build-${recipe.name}-${process.pid}`);
  await mkdir(work, { recursive: true });
  await mkdir(dirname(target), { recursive: true });
  const lines = [
    'module example.test/tools',
    'go 1.26',
    `tool ${recipe.package}`,
    ...[`${recipe.module} ${recipe.version}`, ...(recipe.require ?? [])].map((line) => `require ${line}`),
    ...(recipe.replace ?? []).map((line) => `replace ${line}`),
  ];
  const module = `${lines.join('\n')}\n`;
  await writeFile(join(work, 'go.mod'), module);
  const ldflags = `-s -w ${recipe.ldflags ?? ''}`.trim();
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod' };
  const partial = `${target}.${process.pid}`;
  try {
    await run('go', ['build', '-trimpath', '-ldflags', ldflags, '-o', partial, recipe.package], { cwd: work, env });
    await rename(partial, target);
  } finally {
    await rm(work, { recursive: true, force: true });
    await rm(partial, { force: true });
  }
}

async function link(from, to) {
  await mkdir(dirname(to), { recursive: true });
  await rm(to, { force: true });
  await symlink(from, to);
}

/** Go's names for this platform, as OpenTofu's mirror layout wants them. */
function platform() {
  const os = { win32: 'windows' }[process.platform] ?? process.platform;
  const arch = { x64: 'amd64' }[process.arch] ?? process.arch;
  return `${os}_${arch}`;
}

/** Puts the built files where PATH, OpenTofu's filesystem mirror and its CLI configuration expect them. */
async function layOut(directory, recipes) {
  const { bin, mirror, cliConfig } = toolPaths(directory);
  for (const recipe of recipes) {
    const file = builtFile(directory, recipe);
    if (recipe.name !== 'terraform-provider-proxmox') {
      await link(file, join(bin, executable(recipe.name)));
      continue;
    }
    const folder = join(mirror, 'registry.opentofu.org/bpg/proxmox', PROVIDER_VERSION, platform());
    await link(file, join(folder, executable(`${recipe.name}_v${PROVIDER_VERSION}`)));
  }
  await writeFile(cliConfig, cliConfigText(mirror));
}

/** No test asks the real registry, which would answer one day like this and another like that. */
function cliConfigText(mirror) {
  const include = 'include = ["registry.opentofu.org/bpg/proxmox"]';
  const block = `filesystem_mirror {\n    path    = ${JSON.stringify(mirror)}\n    ${include}\n  }`;
  const host = 'host "registry.opentofu.org" {\n  services = {}\n}\n';
  return `${host}provider_installation {\n  ${block}\n}\ndisable_checkpoint = true\n`;
}

function isLaidOut(directory) {
  const { cliConfig, mirror } = toolPaths(directory);
  return existsSync(cliConfig) && readFileSync(cliConfig, 'utf8') === cliConfigText(mirror);
}

async function main(args) {
  const names = args.filter((argument) => !argument.startsWith('-'));
  const unknown = names.filter((name) => !RECIPES.some((recipe) => recipe.name === name));
  if (unknown.length > 0)
    throw new Error(`no recipe for ${unknown.join(', ')}; there are: ${RECIPES.map((r) => r.name).join(', ')}`);
  const directory = toolsDirectory();
  const recipes = RECIPES.filter((recipe) => names.length === 0 || names.includes(recipe.name));
  const missing = recipes.filter((recipe) => !existsSync(builtFile(directory, recipe)));
  for (const recipe of missing) {
    const started = Date.now();
    process.stderr.write(`building ${recipe.name} ${recipe.version} … `);
    await build(directory, recipe);
    process.stderr.write(`${Math.round((Date.now() - started) / 1000)} s\n`);
  }
  if (missing.length > 0 || !isLaidOut(directory)) await layOut(directory, recipes);
  if (args.includes('--json')) process.stdout.write(`${JSON.stringify(toolPaths(directory))}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main(process.argv.slice(2)).catch((error) => {
    process.stderr.write(`\n${error.message}\n`);
    process.exitCode = 4;
  });
}
