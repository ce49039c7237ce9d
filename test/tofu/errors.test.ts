import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { explainFailure, FAILURES } from '../../scripts/tofu/errors.ts';
import { expectClear } from '../support/clear.ts';
import { runNigari, type Ended } from '../support/infra-project.ts';
import { REPOSITORY } from '../support/project.ts';
import { startProxmox, type Simulator } from '../support/proxmox/simulator.ts';
import { HOLDER, REFUSALS } from '../support/state/refusals.ts';
import { startStateServer, type StateServer } from '../support/state/server.ts';
import { realTool, tofuEnv } from '../support/tools.ts';

const tofu = realTool('tofu');
const PROVIDER =
  'terraform {\n  required_providers {\n    proxmox = { source = "bpg/proxmox", version = "~> 0.112.0" }\n  }\n}\n';
const OUTPUT = 'output "x" {\n  value = 1\n}\n';

const httpBackend = (url: string): string =>
  `terraform {\n  backend "http" {\n    address = "${url}"\n    lock_address = "${url}/lock"\n    lock_method = "LOCK"\n` +
  `    unlock_address = "${url}/lock"\n    unlock_method = "UNLOCK"\n  }\n}\n${OUTPUT}`;

const s3Backend = (url: string): string =>
  `terraform {\n  backend "s3" {\n    bucket = "states"\n    key = "k"\n    region = "auto"\n    endpoints = { s3 = "${url}" }\n` +
  '    access_key = "a"\n    secret_key = "b"\n    use_path_style = true\n    skip_credentials_validation = true\n    skip_requesting_account_id = true\n' +
  `    skip_region_validation = true\n    skip_metadata_api_check = true\n  }\n}\n${OUTPUT}`;

/** As R2 answered, and other stores still do. Source: https://developers.cloudflare.com/r2/api/s3/api/ */
async function startOldBucket(): Promise<Server> {
  const server = createServer(({ method, headers }, response) => {
    const isNew = Object.keys(headers).some((name) => /^x-amz-(checksum|sdk-checksum|trailer)/.test(name));
    const [status, code] =
      method === 'PUT' && isNew ? [501, 'NotImplemented'] : method === 'PUT' ? [200, ''] : [404, 'NoSuchKey'];
    response
      .writeHead(status)
      .end(`<Error><Code>${code}</Code><Message>Header 'x-amz-checksum-sha256' not implemented</Message></Error>`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const encryption = (body: string): string => `terraform {\n  encryption {\n${body}\n  }\n}\n${OUTPUT}`;
const encrypted = (passphrase: string): string =>
  encryption(
    `key_provider "pbkdf2" "p" {\n passphrase = "${passphrase}"\n}\nmethod "aes_gcm" "m" {\n keys = key_provider.pbkdf2.p\n}\n` +
      'state {\n method = method.aes_gcm.m\n enforced = true\n}',
  );

type Env = Readonly<Record<string, string>>;

type Files = Readonly<Record<string, string>>;

/** One after the other, in one folder; each step is the files that it needs and arguments of `nigari infra`. All but the last may fail. */
type Step = readonly [files: Files, ...args: string[]];

let root = '';
let empty = '';
let server: StateServer;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'nigari-errors-'));
  empty = await emptyInstance(join(root, 'empty'));
  server = await startStateServer({ faults: REFUSALS });
});
afterAll(async () => {
  await server.stop();
  await rm(root, { recursive: true, force: true });
});

/** The real tofu, past nigari: for what nigari does not let come to it. */
function runTofu(
  cwd: string,
  args: readonly string[],
  env: Env = {},
): Promise<{ readonly status: number; readonly all: string }> {
  const full = { ...process.env, ...tofuEnv(), TF_HTTP_RETRY_MAX: '0', ...env };
  return new Promise((resolve) => {
    execFile(tofu ?? '', args, { cwd, env: full }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : 1, all: stdout + stderr });
    });
  });
}

const DIRECTORY = 'infrastructure/tofu';
const TOKEN = '0b6a1a62-0000-4000-8000-000000000000';
/** What the http backend wants, and the provider; nobody looks at it here. */
const LOGIN = {
  TF_HTTP_USERNAME: 'somebody',
  TF_HTTP_PASSWORD: 'planted-state-password',
  TF_HTTP_RETRY_MAX: '0',
  TF_VAR_state_encryption_passphrase: 'planted passphrase of the state',
};
const INPUTS = {
  'cluster.yaml': `node_cidr: 10.0.0.0/24\ncluster_api_addr: 10.0.0.10\nproxmox_api_url: https://127.0.0.1:9\nproxmox_node: pve\nproxmox_api_token_id: planted@pve!nigari\nproxmox_api_token_secret: ${TOKEN}\n`,
  'nodes.yaml': 'nodes:\n  - { name: cp-1, address: 10.0.0.11, controller: true }\n',
};

/** A project of nigari's whose instance has no files yet. */
async function emptyInstance(folder: string): Promise<string> {
  mkdirSync(folder);
  for (const [name, text] of Object.entries(INPUTS)) writeFileSync(join(folder, name), text);
  for (const args of [['init'], ['configure', '--no-init']]) {
    const ended = await runNigari(folder, args);
    expect(ended.status, ended.all).toBe(0);
  }
  for (const name of readdirSync(join(folder, DIRECTORY))) rmSync(join(folder, DIRECTORY, name));
  return folder;
}

/** The project of a case, for itself. */
function folderOf(name: string): string {
  const folder = join(root, name.replace(/\W+/g, '-'));
  cpSync(empty, folder, { recursive: true });
  return folder;
}

async function runSteps(name: string, steps: readonly Step[], env: Env = {}): Promise<Ended> {
  const folder = folderOf(name);
  let last: Ended | null = null;
  for (const [files, ...args] of steps) {
    write(folder, files);
    last = await runNigari(folder, ['infra', ...args], { ...LOGIN, ...env });
  }
  if (last === null) throw new Error(`${name} has no steps`);
  return last;
}

function write(folder: string, files: Files): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, DIRECTORY, name), text);
}

const init = (files: Files, ...args: string[]): Step => [files, 'init', ...args];
const plan = (files: Files = {}): Step => [files, 'plan', '--stale-ok', '--summary'];
const apply = (files: Files = {}): Step => [files, 'apply-auto', '--stale-ok', '--summary', '--yes'];

const stateWith = (instance: object): string =>
  JSON.stringify({
    version: 4,
    terraform_version: '1.12.6',
    serial: 1,
    lineage: 'l',
    outputs: {},
    resources: [
      {
        mode: 'managed',
        type: 'terraform_data',
        name: 'x',
        provider: 'provider["terraform.io/builtin/terraform"]',
        instances: [{ schema_version: 0, attributes: { id: 'x' }, ...instance }],
      },
    ],
  });

/** What is wrong → how to get there by nigari, and the code that names it. A function gets the address of the state server. */
const CASES: Readonly<Record<string, readonly [code: string, steps: (url: string) => readonly Step[]]>> = {
  'wrong password of the state server': [
    'state-unauthorized',
    (url) => [init({ 'a.tf': httpBackend(`${url}/unauthorized`) })],
  ],
  'no right at the state': ['state-forbidden', (url) => [init({ 'a.tf': httpBackend(`${url}/forbidden`) })]],
  'state server fails': ['state-server-error', (url) => [init({ 'a.tf': httpBackend(`${url}/broken`) })]],
  'login page': ['state-not-a-state', (url) => [init({ 'a.tf': httpBackend(`${url}/login-page`) })]],
  'odd answer': ['state-unexpected-answer', (url) => [init({ 'a.tf': httpBackend(`${url}/teapot`) })]],
  'nothing listens': ['state-unreachable', () => [init({ 'a.tf': httpBackend('http://127.0.0.1:9/x') })]],
  'unknown host': ['state-host-unknown', () => [init({ 'a.tf': httpBackend('http://no-such-host.invalid/x') })]],
  'http where https is said': [
    'state-wrong-scheme',
    (url) => [init({ 'a.tf': httpBackend(`${url.replace('http:', 'https:')}/x`) })],
  ],
  'held lock': ['state-locked', (url) => [init({ 'a.tf': httpBackend(`${url}/locked`) }), plan()]],
  'held lock, by conflict': ['state-locked', (url) => [init({ 'a.tf': httpBackend(`${url}/conflict`) }), plan()]],
  'no lock there': ['state-lock-address', (url) => [init({ 'a.tf': httpBackend(`${url}/no-lock`) }), plan()]],
  'state cannot be saved': ['state-not-saved', (url) => [init({ 'a.tf': httpBackend(`${url}/read-only`) }), apply()]],
  'backend changed, init': [
    'backend-changed',
    (url) => [init({ 'a.tf': httpBackend(`${url}/one`) }), init({ 'a.tf': httpBackend(`${url}/two`) })],
  ],
  'backend changed, plan': [
    'backend-changed',
    (url) => [init({ 'a.tf': httpBackend(`${url}/one`) }), plan({ 'a.tf': httpBackend(`${url}/two`) })],
  ],
  'backend without address': [
    'backend-without-address',
    () => [init({ 'a.tf': `terraform {\n  backend "http" {}\n}\n` })],
  ],
  'provider version not in the mirror': [
    'provider-version-unavailable',
    () => [init({ 'a.tf': PROVIDER.replace('~> 0.112.0', '~> 0.999.0') })],
  ],
  'provider not in the mirror': [
    'provider-not-in-mirror',
    () => [init({ 'a.tf': 'resource "random_id" "x" {\n  byte_length = 4\n}\n' })],
  ],
  'checksum of another build': [
    'provider-checksum',
    () => [
      init({
        'a.tf': PROVIDER,
        '.terraform.lock.hcl':
          'provider "registry.opentofu.org/bpg/proxmox" {\n  version     = "0.112.0"\n  constraints = "~> 0.112.0"\n' +
          '  hashes = [\n    "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",\n  ]\n}\n',
      }),
    ],
  ],
  'lock file is read-only': ['lock-file-read-only', () => [init({ 'a.tf': PROVIDER }, '-lockfile=readonly')]],
  'another OpenTofu wanted': [
    'tofu-version-refused',
    () => [init({ 'a.tofu': `terraform {\n  required_version = ">= 99.0"\n}\n` })],
  ],
  'variable without a value': [
    'variable-missing',
    () => [plan({ 'a.tf': 'variable "something" {\n  type = string\n}\n' })],
  ],
  'wrong passphrase': [
    'state-passphrase-wrong',
    () => [
      init({ 'a.tf': encrypted('the-first-passphrase') }),
      apply(),
      plan({ 'a.tf': encrypted('another-passphrase') }),
    ],
  ],
  'passphrase gone': [
    'state-passphrase-missing',
    () => [init({ 'a.tf': encrypted('the-first-passphrase') }), apply(), plan({ 'a.tf': OUTPUT })],
  ],
  'state still in clear': [
    'state-not-encrypted-yet',
    () => [init({ 'a.tf': OUTPUT }), apply(), plan({ 'a.tf': encrypted('the-first-passphrase') })],
  ],
  'state of a format of the future': [
    'state-too-new',
    () => [plan({ 'a.tf': OUTPUT, 'terraform.tfstate': JSON.stringify({ version: 5, serial: 1, lineage: 'l' }) })],
  ],
  'state that a newer provider wrote': [
    'state-too-new',
    () => [
      plan({
        'a.tf': `${PROVIDER}resource "terraform_data" "x" {}\n`,
        'terraform.tfstate': stateWith({ schema_version: 99 }),
      }),
    ],
  ],
  'short passphrase': ['state-passphrase-short', () => [init({ 'a.tf': encrypted('short') })]],
};

/** What nigari does not let come to it; but somebody may call tofu itself. Its arguments, one call after the other. */
const PAST: Readonly<
  Record<string, readonly [code: string, calls: (url: string) => readonly (readonly [files: Files, args: string])[]]>
> = {
  'unlock with a wrong id': [
    'state-unlock-refused',
    (url) => [
      [{ 'a.tf': httpBackend(`${url}/conflict`) }, 'init'],
      [{}, 'force-unlock -force wrong'],
    ],
  ],
  'state cannot be saved, nor unlocked, by a server that is away': [
    'state-not-saved',
    (url) => [
      [{ 'a.tf': httpBackend(`${url}/goes-away`) }, 'init'],
      [{}, 'apply -input=false -auto-approve'],
    ],
  ],
  'backend never opened': [
    'backend-not-initialised',
    (url) => [
      [{ 'a.tf': httpBackend(`${url}/x`) }, 'init -backend=false'],
      [{}, 'plan'],
    ],
  ],
  'plan before init': ['not-initialised', () => [[{ 'a.tf': PROVIDER }, 'plan']]],
  'module not installed': ['not-initialised', () => [[{ 'a.tf': 'module "m" {\n  source = "./m"\n}\n' }, 'plan']]],
};

describe.skipIf(tofu === null)('what the real tofu says', () => {
  test.concurrent.each(Object.entries(CASES))('%s', async (name, [code, steps]) => {
    const ended = await runSteps(name, steps(`${server.url}/states`));
    expect(ended.status, ended.all).toBe(4);
    expectClear(ended, code);
  });

  test.concurrent.each(Object.entries(PAST))('past nigari: %s', async (name, [code, calls]) => {
    const folder = folderOf(name);
    let last = { status: 0, all: '' };
    for (const [files, args] of calls(`${server.url}/states`)) {
      write(folder, files);
      last = await runTofu(join(folder, DIRECTORY), args.split(' '));
    }
    expect({ status: last.status, code: explainFailure(last.all)?.code, all: last.all }).toEqual({
      status: 1,
      code,
      all: last.all,
    });
  });

  test('a lock is named with its holder, since when, and how to release it', async () => {
    const { stderr } = await runSteps('holder', [plan({ 'a.tf': httpBackend(`${server.url}/states/locked`) })]);
    expect(stderr).toContain(
      'the state is locked by alice@laptop since 2026-11-20 10:11:12.123456789 (OperationTypeApply)',
    );
    expect(stderr).toContain(`if it died: \`nigari infra force-unlock ${HOLDER.ID}\``);
  });

  test('a local state that another tofu holds', { timeout: 60_000 }, async () => {
    await runSteps('local lock', [init({ 'a.tf': OUTPUT })]);
    const folder = join(root, 'local-lock', DIRECTORY);
    const holder = spawn(tofu ?? '', ['apply', '-no-color'], { cwd: folder, env: { ...process.env, ...tofuEnv() } });
    await new Promise<void>((resolve) =>
      holder.stdout.on('data', (data) => String(data).includes('Enter a value') && resolve()),
    );
    const { all } = await runTofu(folder, ['plan', '-input=false']);
    const ended = new Promise((resolve) => holder.on('close', resolve));
    holder.stdin.end('no\n');
    await ended;
    expect(explainFailure(all)).toMatchObject({ code: 'state-locked' });
    expect(explainFailure(all)?.message).not.toContain('unknown');
  });

  test('a bucket that does not know the checksums of newer clients', async () => {
    const bucket = await startOldBucket();
    try {
      const url = `http://127.0.0.1:${(bucket.address() as AddressInfo).port}`;
      const refused = await runSteps('old bucket', [apply({ 'a.tf': s3Backend(url) })]);
      expectClear(refused, 'state-checksum-refused');
    } finally {
      bucket.close();
    }
  });

  test('mirrors and registries: the configuration of the command line', { timeout: 60_000 }, async () => {
    const mirror = join(root, 'no-mirror.rc');
    writeFileSync(mirror, 'provider_installation {\n  filesystem_mirror {\n    path = "/no/such/mirror"\n  }\n}\n');
    const noMirror = await runSteps('no mirror', [init({ 'a.tf': PROVIDER })], { TF_CLI_CONFIG_FILE: mirror });
    expectClear(noMirror, 'mirror-missing');
    expect(noMirror.stderr).toContain('the provider mirror /no/such/mirror does not exist');

    const direct = join(root, 'direct.rc');
    writeFileSync(direct, 'provider_installation {\n  direct {}\n}\n');
    const unreachable = PROVIDER.replace('"bpg/proxmox"', '"registry.invalid/bpg/proxmox"');
    const offline = await runSteps('offline', [init({ 'a.tf': unreachable })], { TF_CLI_CONFIG_FILE: direct });
    expectClear(offline, 'registry-unreachable');
    const itself = await startProxmox();
    onTestFinished(itself.close);
    const untrusted = PROVIDER.replace('"bpg/proxmox"', `"localhost:${itself.port}/bpg/proxmox"`);
    const refused = await runSteps('untrusted', [init({ 'a.tf': untrusted })], { TF_CLI_CONFIG_FILE: direct });
    expectClear(refused, 'registry-certificate');
  });

  test('colours, frames and wrapped lines do not matter', async () => {
    const coloured = await runTofu(join(root, 'provider-version-not-in-the-mirror', DIRECTORY), [
      'init',
      '-input=false',
    ]);
    expect(coloured.all).toContain('\u001b[');
    expect(explainFailure(coloured.all)?.message).toBe('no release of the provider fits ~> 0.999.0');
  });
});

describe.skipIf(tofu === null)('what the real provider says of its settings', () => {
  const token = `api_token = "planted@pve!nigari=${TOKEN}"`;
  let proxmox: Simulator;
  beforeAll(async () => {
    proxmox = await startProxmox();
  });
  afterAll(() => proxmox.close());

  test.concurrent.each<[code: string, provider: () => string]>([
    ['proxmox-endpoint-insecure', () => `endpoint = "http://127.0.0.1:9"\n${token}`],
    ['proxmox-endpoint-missing', () => token],
    ['proxmox-token-malformed', () => 'endpoint = "https://127.0.0.1:9"\napi_token = "nonsense"'],
    ['proxmox-credentials-missing', () => 'endpoint = "https://127.0.0.1:9"'],
    ['proxmox-unreachable', () => `endpoint = "https://127.0.0.1:9"\n${token}`],
    ['proxmox-certificate', () => `endpoint = "${proxmox.endpoint}"\n${token}`],
    ['proxmox-unauthorized', () => `endpoint = "${proxmox.endpoint}"\ninsecure = true\n${token}`],
  ])('%s', async (code, provider) => {
    const files = { 'a.tf': `${PROVIDER}provider "proxmox" {\n${provider()}\n}\ndata "proxmox_version" "v" {}\n` };
    expectClear(await runSteps(code, [plan(files)]), code);
  });
});

test('everything that we know a remedy for is made to happen by the real programs, in one of these files', () => {
  const files = ['tofu/errors', 'tofu/registry-errors', 'e2e/infra-failures'];
  const cases = files.map((name) => readFileSync(join(REPOSITORY, `test/${name}.test.ts`), 'utf8')).join();
  expect(FAILURES.map(([, code]) => code).filter((code) => !cases.includes(`'${code}'`))).toEqual([]);
});

describe('explainFailure', () => {
  test('knows nothing about success and about other errors', () => {
    expect(explainFailure('')).toBeNull();
    expect(explainFailure('OpenTofu has been successfully initialized!')).toBeNull();
    expect(explainFailure('Error: Unsupported argument')).toBeNull();
  });
});
