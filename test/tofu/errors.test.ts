import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { explainFailure } from '../../scripts/tofu/errors.ts';
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

const encryption = (body: string): string => `terraform {\n  encryption {\n${body}\n  }\n}\n${OUTPUT}`;
const encrypted = (passphrase: string): string =>
  encryption(
    `key_provider "pbkdf2" "p" {\n passphrase = "${passphrase}"\n}\nmethod "aes_gcm" "m" {\n keys = key_provider.pbkdf2.p\n}\n` +
      'state {\n method = method.aes_gcm.m\n enforced = true\n}',
  );

/** One after the other, in one folder; each step is the files it needs and tofu's arguments. All but the last may fail. */
type Step = readonly [files: Readonly<Record<string, string>>, ...args: string[]];

let root = '';
let server: StateServer;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'nigari-errors-'));
  server = await startStateServer({ faults: REFUSALS });
});
afterAll(async () => {
  await server.stop();
  await rm(root, { recursive: true, force: true });
});

interface Run {
  readonly code: number;
  readonly output: string;
}

function runTofu(cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Run> {
  const full = { ...process.env, ...tofuEnv(), TF_HTTP_RETRY_MAX: '0', ...env };
  return new Promise((resolve) => {
    execFile(tofu ?? '', args, { cwd, env: full }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : 1, output: stdout + stderr });
    });
  });
}

async function runSteps(
  name: string,
  steps: readonly Step[],
  env: Readonly<Record<string, string>> = {},
): Promise<Run> {
  const folder = join(root, name.replace(/\W+/g, '-'));
  await mkdir(folder, { recursive: true });
  let last: Run = { code: 0, output: '' };
  for (const [files, ...args] of steps) {
    for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
    last = await runTofu(folder, args, env);
  }
  return last;
}

const init = (files: Record<string, string>, ...args: string[]): Step => [files, 'init', '-input=false', ...args];
const plan = (files: Record<string, string> = {}, ...args: string[]): Step => [files, 'plan', '-input=false', ...args];
const apply = (files: Record<string, string> = {}): Step => [files, 'apply', '-input=false', '-auto-approve'];

/** What is wrong → how to get there, and the code that names it. A function gets the address of the state server. */
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
  'state cannot be saved, nor unlocked, by a server that is away': [
    'state-not-saved',
    (url) => [init({ 'a.tf': httpBackend(`${url}/goes-away`) }), apply()],
  ],
  'unlock with a wrong id': [
    'state-unlock-refused',
    (url) => [init({ 'a.tf': httpBackend(`${url}/conflict`) }), [{}, 'force-unlock', '-force', 'wrong']],
  ],
  'backend changed, init': [
    'backend-changed',
    (url) => [init({ 'a.tf': httpBackend(`${url}/one`) }), init({ 'a.tf': httpBackend(`${url}/two`) })],
  ],
  'backend changed, plan': [
    'backend-changed',
    (url) => [init({ 'a.tf': httpBackend(`${url}/one`) }), plan({ 'a.tf': httpBackend(`${url}/two`) })],
  ],
  'backend never opened': [
    'backend-not-initialised',
    (url) => [init({ 'a.tf': httpBackend(`${url}/x`) }, '-backend=false'), plan()],
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
  'plan before init': ['not-initialised', () => [plan({ 'a.tf': PROVIDER })]],
  'module not installed': ['not-initialised', () => [plan({ 'a.tf': 'module "m" {\n  source = "./m"\n}\n' })]],
  'another OpenTofu wanted': [
    'tofu-version-refused',
    () => [init({ 'a.tofu': `terraform {\n  required_version = ">= 99.0"\n}\n` })],
  ],
  'variable without a value': [
    'variable-missing',
    () => [init({ 'a.tf': 'variable "proxmox_api_token_id" {\n  type = string\n}\n' }), plan()],
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
  'short passphrase': ['state-passphrase-short', () => [init({ 'a.tf': encrypted('short') })]],
  'plan is stale': [
    'plan-stale',
    () => [
      init({ 'a.tf': OUTPUT }),
      plan({}, '-out=old'),
      apply(),
      apply({ 'a.tf': OUTPUT.replace('1', '2') }),
      [{}, 'apply', '-input=false', 'old'],
    ],
  ],
};

describe.skipIf(tofu === null)('what the real tofu says', () => {
  test.concurrent.each(Object.entries(CASES))('%s', { timeout: 60_000 }, async (name, [code, steps]) => {
    const { code: exit, output } = await runSteps(name, steps(`${server.url}/states`));
    expect({ exit, code: explainFailure(output)?.code, output }).toEqual({ exit: 1, code, output });
  });

  test('a lock is named with its holder, since when, and how to release it', async () => {
    const { output } = await runSteps('holder', [init({ 'a.tf': httpBackend(`${server.url}/states/locked`) }), plan()]);
    expect(explainFailure(output)).toEqual({
      code: 'state-locked',
      severity: 'error',
      message: 'the state is locked by alice@laptop since 2026-11-20 10:11:12.123456789 (OperationTypeApply)',
      hint: `wait until that run ends, or pass \`-lock-timeout=5m\`; if it died: \`nigari infra force-unlock ${HOLDER.ID}\``,
    });
  });

  test('a local state that another tofu holds', { timeout: 60_000 }, async () => {
    await runSteps('local lock', [init({ 'a.tf': OUTPUT })]);
    const folder = join(root, 'local-lock');
    const holder = spawn(tofu ?? '', ['apply', '-no-color'], { cwd: folder, env: { ...process.env, ...tofuEnv() } });
    await new Promise<void>((resolve) =>
      holder.stdout.on('data', (data) => String(data).includes('Enter a value') && resolve()),
    );
    const { output } = await runTofu(folder, ['plan', '-input=false']);
    const ended = new Promise((resolve) => holder.on('close', resolve));
    holder.stdin.end('no\n');
    await ended;
    expect(explainFailure(output)).toMatchObject({ code: 'state-locked' });
    expect(explainFailure(output)?.message).not.toContain('unknown');
  });

  test('mirrors and registries: the configuration of the command line', { timeout: 60_000 }, async () => {
    const mirror = join(root, 'no-mirror.rc');
    await writeFile(mirror, 'provider_installation {\n  filesystem_mirror {\n    path = "/no/such/mirror"\n  }\n}\n');
    const noMirror = await runSteps('no mirror', [init({ 'a.tf': PROVIDER })], { TF_CLI_CONFIG_FILE: mirror });
    expect(explainFailure(noMirror.output)).toMatchObject({
      code: 'mirror-missing',
      message: 'the provider mirror /no/such/mirror does not exist',
    });

    const direct = join(root, 'direct.rc');
    await writeFile(direct, 'provider_installation {\n  direct {}\n}\n');
    const unreachable = PROVIDER.replace('"bpg/proxmox"', '"registry.invalid/bpg/proxmox"');
    const offline = await runSteps('offline', [init({ 'a.tf': unreachable })], { TF_CLI_CONFIG_FILE: direct });
    expect(explainFailure(offline.output)).toMatchObject({ code: 'registry-unreachable' });
  });

  test('colours, frames and wrapped lines do not matter', async () => {
    const coloured = await runTofu(join(root, 'provider-version-not-in-the-mirror'), ['init', '-input=false']);
    expect(coloured.output).toContain('\u001b[');
    expect(explainFailure(coloured.output)?.message).toBe('no release of the provider fits ~> 0.999.0');
  });
});

describe.skipIf(tofu === null)('what the real provider says', () => {
  let pve: Simulator;
  const token = () => `api_token = "root@pam!t=0b6a1a62-0000-4000-8000-000000000000"`;
  const ask = async (provider: string): Promise<Run> => {
    const files = { 'a.tf': `${PROVIDER}provider "proxmox" {\n${provider}\n}\ndata "proxmox_version" "v" {}\n` };
    return runSteps(`provider ${provider}`, [init(files), plan()]);
  };
  beforeAll(async () => {
    pve = await startProxmox({ token: { id: 'root@pam!t', secret: 'another' } });
  });
  afterAll(() => pve.close());

  test.each([
    ['proxmox-endpoint-insecure', `endpoint = "http://127.0.0.1:9"\n${token()}`],
    ['proxmox-endpoint-missing', token()],
    ['proxmox-token-malformed', 'endpoint = "https://127.0.0.1:9"\napi_token = "nonsense"'],
    ['proxmox-credentials-missing', 'endpoint = "https://127.0.0.1:9"'],
    ['proxmox-unreachable', `endpoint = "https://127.0.0.1:9"\n${token()}`],
  ])('%s', { timeout: 60_000 }, async (code, provider) => {
    const { code: exit, output } = await ask(provider);
    expect({ exit, code: explainFailure(output)?.code, output }).toEqual({ exit: 1, code, output });
  });

  test('its certificate, its 401 and its 403', { timeout: 60_000 }, async () => {
    const there = `endpoint = "${pve.endpoint}"\n${token()}`;
    const untrusted = await ask(there);
    expect(explainFailure(untrusted.output)).toMatchObject({ code: 'proxmox-certificate' });
    const wrong = await ask(`${there}\ninsecure = true`);
    expect(explainFailure(wrong.output)).toMatchObject({ code: 'proxmox-unauthorized' });
    const reason = 'Permission check failed (/vms/1101, VM.Allocate)';
    pve.inject({ match: 'GET version', fault: { kind: 'status', status: 403, reason } });
    const denied = await ask(`${there}\ninsecure = true`);
    expect(explainFailure(denied.output)?.message).toBe('the API token lacks the privilege VM.Allocate on /vms/1101');
  });
});

describe('explainFailure', () => {
  test('knows nothing about success and about other errors', () => {
    expect(explainFailure('')).toBeNull();
    expect(explainFailure('OpenTofu has been successfully initialized!')).toBeNull();
    expect(explainFailure('Error: Unsupported argument')).toBeNull();
  });

  test.each([
    [
      'received an HTTP 400 response - Reason: Parameter verification failed. (net0: invalid format)',
      'proxmox-value-refused',
    ],
    ["hostname lookup 'pve9' failed - failed to get address info", 'proxmox-node-unknown'],
    ["storage 'fast' does not exist", 'proxmox-storage-unknown'],
    ['Cannot shrink local-lvm:vm-100-disk-0 in VM 100, it is not supported!', 'proxmox-disk-shrunk'],
    ["can't remove VM 100 - protection mode enabled", 'proxmox-vm-protected'],
    [
      "received an HTTP 500 response - Reason: invalid server response: '500 Can't connect to factory.talos.dev:443'",
      'proxmox-download-failed',
    ],
  ])('texts of a run of the provider: %s', (text, code) => {
    expect(explainFailure(`Error: x\n\n  ${text}`)?.code).toBe(code);
    expect(explainFailure(text)?.message).not.toMatch(/unknown$|\{/);
  });
});
