/** `configure`, `infra init` and `infra plan` around OpenTofu: a fake one that tells all it was given, and the real one. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { fakeTofu } from '../support/fake-tofu.ts';
import { planJson } from '../support/plan-json.ts';
import { digests, emptyFolder, nigari, NIGARI_BIN, startNigari } from '../support/project.ts';
import { hasScript } from '../support/script.ts';
import { REFUSALS } from '../support/state/refusals.ts';
import { startStateServer } from '../support/state/server.ts';
import { realTool, tofuEnv } from '../support/tools.ts';

const TOKEN_SECRET = '5ec4e700-1234-4000-8000-0123456789ab';
const CLUSTER = `node_cidr: 10.0.0.0/24
cluster_api_addr: 10.0.0.10
proxmox_api_url: https://127.0.0.1:9
proxmox_node: pve
proxmox_api_token_id: planted@pve!token-name
proxmox_api_token_secret: ${TOKEN_SECRET}
`;
const NODES = 'nodes:\n  - name: cp-1\n    address: 10.0.0.11\n    controller: true\n';
const HTTP_STATE = 'tfstate_url: https://state.example.com/states\ntfstate_password: planted-state-password\n';

/** Projects after `init` and `configure --no-init`, by what cluster.yaml says besides; made once. */
const made = new Map<string, string>();
const store = mkdtempSync(join(tmpdir(), 'nigari-test-'));
afterAll(() => rmSync(store, { recursive: true, force: true }));

function configured(more = ''): string {
  const template = made.get(more) ?? make(more);
  made.set(more, template);
  const folder = emptyFolder();
  cpSync(template, folder, { recursive: true });
  return folder;
}

function make(more: string): string {
  const folder = mkdtempSync(join(store, 'project-'));
  writeInputs(folder, more);
  expect(nigari(folder, ['init']).status).toBe(0);
  expect(nigari(folder, ['configure', '--no-init']).status).toBe(0);
  return folder;
}

function writeInputs(folder: string, more: string): void {
  writeFileSync(join(folder, 'cluster.yaml'), CLUSTER + more);
  writeFileSync(join(folder, 'nodes.yaml'), NODES);
}

/** Files below a folder that hold a text. */
function filesHolding(folder: string, text: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.filter((file) => readFileSync(file).includes(text));
}

describe.skipIf(process.platform === 'win32')('a tofu that tells what it was given', () => {
  test('gets the secrets in its environment, and nowhere else', () => {
    const folder = configured(HTTP_STATE);
    const { env, calls } = fakeTofu(folder);
    const keys = { SOPS_AGE_KEY_FILE: join(folder, 'age.key'), SOPS_AGE_RECIPIENTS: 'age1x', TF_VAR_own: 'kept' };
    const says = { FAKE_SAYS: '{"token": "$TF_VAR_proxmox_api_token_secret"}' };
    const ended = nigari(folder, ['infra', 'plan'], { ...env, ...keys, ...says });
    expect(ended.status, ended.all).toBe(0);
    const saved = join(folder, '.nigari/cache/plans/infrastructure-tofu/plan');
    expect(calls().map(({ args }) => args)).toEqual([
      ['version', '-json'],
      ['init', '-input=false', '-no-color'],
      // Nobody answers at that address: does it matter yet?
      ['state', 'pull', '-no-color'],
      ['plan', '-input=false', '-no-color', `-out=${saved}`],
      ['show', '-no-color', '-json', saved],
      ['state', 'pull', '-no-color'],
    ]);
    const [version, ...others] = calls();
    for (const call of others) {
      expect(call?.cwd).toBe(join(folder, 'infrastructure/tofu'));
      expect(call?.env).toMatchObject({
        TF_VAR_proxmox_api_token_id: 'planted@pve!token-name',
        TF_VAR_proxmox_api_token_secret: TOKEN_SECRET,
        TF_HTTP_USERNAME: 'terraform',
        TF_HTTP_PASSWORD: 'planted-state-password',
        TF_IN_AUTOMATION: '1',
        TF_VAR_own: 'kept',
      });
    }
    expect(JSON.stringify(version)).not.toMatch(/planted|5ec4e700/);
    const names = calls().flatMap((call) => Object.keys(call.env));
    expect(names.filter((name) => name.startsWith('SOPS_AGE_'))).toEqual([]);
    expect(ended.all).not.toMatch(/planted|5ec4e700/);
    expect(ended.stdout).toBe('{"token": "***"}\n');
    // What the plan is encrypted with is known to those that read or write it, and to nothing else.
    const encrypted = calls().filter(({ env }) => env['TF_ENCRYPTION'] !== undefined);
    expect(encrypted.map(({ args }) => args[0])).toEqual(['plan', 'show']);
    const passphrase = /passphrase = "(\w{64})"/.exec(encrypted[0]?.env['TF_ENCRYPTION'] ?? '')?.[1] ?? '';
    expect(passphrase).not.toBe('');
    rmSync(join(folder, 'fake-bin'), { recursive: true });
    expect(filesHolding(folder, passphrase)).toEqual([]);
  });

  test('gets what stands behind -- word for word', () => {
    const folder = configured();
    const { env, runs, calls } = fakeTofu(folder);
    const words = ['-target=a.b["c"]', '-var', 'x=x y', "it's", '$HOME', '*', ''];
    expect(nigari(folder, ['infra', 'plan', '--', ...words], env).status).toBe(0);
    const planned = calls().find(({ args }) => args[0] === 'plan');
    expect(planned?.args).toEqual(['plan', '-input=false', '-no-color', expect.stringMatching('^-out='), ...words]);
    expect(nigari(folder, ['infra', 'init', '--', '-upgrade'], env).status).toBe(0);
    expect(runs().at(-1)).toBe('init -input=false -no-color -upgrade');
    // In front of it, too.
    expect(nigari(folder, ['infra', 'init', '-lock=false', '--', '-reconfigure', '--', 'x'], env).status).toBe(0);
    expect(runs().at(-1)).toBe('init -input=false -no-color -lock=false -reconfigure -- x');
    const mixed = ['infra', 'plan', '--summary', '-refresh=false', '--stale-ok', '--', '-target=a.b', '--json'];
    expect(nigari(folder, mixed, env).status).toBe(0);
    expect(runs().at(-1)).toBe('plan -input=false -no-color -refresh=false -target=a.b --json');
    // Without it, what nigari does not know.
    expect(nigari(folder, ['infra', 'init', '-reconfigure', '-lock=false', '--json', 'x'], env).status).toBe(0);
    expect(runs().at(-1)).toBe('init -input=false -no-color -reconfigure -lock=false --json x');
  });

  test.each(['apply-auto', 'destroy'])('gets what %s was given for the apply of the plan, too', (verb) => {
    const folder = configured();
    const { env, calls } = fakeTofu(folder);
    const change = { actions: ['create'], before: null, after: {} };
    const FAKE_PLAN = planJson({ address: 'terraform_data.a', type: 'terraform_data', change });
    const words = ['-parallelism=2', '-lock-timeout', '3m', '-target=a.b', '-var', 'x=-generate-config-out'];
    const ofPlan = ['-detailed-exitcode', '-generate-config-out=a.tf', '--generate-config-out', 'b.tf'];
    const ended = nigari(folder, ['infra', verb, '--yes', ...words, ...ofPlan], { ...env, FAKE_PLAN });
    expect(ended.status, ended.all).toBe(0);
    const given = (name: string) => calls().find(({ args }) => args[0] === name)?.args ?? [];
    expect(given('plan')).toEqual(expect.arrayContaining([...words, ...ofPlan]));
    const mode = verb === 'destroy' ? ['-destroy'] : [];
    const saved = join(folder, '.nigari/cache/plans/infrastructure-tofu/plan');
    expect(given('apply')).toEqual(['apply', '-input=false', '-no-color', ...mode, ...words, saved]);
  });

  test('is initialised once, and again when what init reads has changed', () => {
    const folder = configured();
    const { env, runs } = fakeTofu(folder);
    const status = (...args: string[]): string =>
      JSON.parse(nigari(folder, ['configure', '--json', ...args], env).stdout).init[0]?.status;
    expect([status('--no-init'), status(), status()]).toEqual([undefined, 'done', 'not due']);
    expect(runs()).toHaveLength(1);
    const unchanged = digests(folder);
    expect(status()).toBe('not due');
    expect(digests(folder)).toEqual(new Map([...unchanged, ['fake-bin/calls', expect.anything()]]));
    writeInputs(folder, 'tfstate_name: other\n');
    expect(status()).toBe('not due');
    writeInputs(folder, HTTP_STATE);
    expect(status()).toBe('done');
    rmSync(join(folder, 'infrastructure/tofu/.terraform'), { recursive: true });
    expect(nigari(folder, ['infra', 'plan'], env).status).toBe(0);
    expect(nigari(folder, ['infra', 'plan'], env).status).toBe(0);
    expect(runs().map((run) => run.split(' ')[0])).toEqual(['init', 'init', 'init', 'plan', 'plan']);
    const newer = { ...env, FAKE_VERSION: '1.13.0' };
    for (const version of [newer, newer, env]) expect(nigari(folder, ['infra', 'output'], version).status).toBe(0);
    expect(
      runs()
        .slice(5)
        .map((run) => run.split(' ')[0]),
    ).toEqual(['init', 'output', 'output', 'init', 'output']);
  });

  test.each<[string, Record<string, string>, code: string | null, status: number]>([
    ['its plan fails', { FAKE_EXIT: 'plan:1' }, 'tofu-failed', 4],
    [
      'its plan fails for a reason that is known',
      { FAKE_EXIT: 'plan:1', FAKE_SAYS: 'Error: HTTP remote state endpoint requires auth' },
      'state-unauthorized',
      4,
    ],
    ['its init fails', { FAKE_EXIT: 'init:1' }, 'tofu-failed', 4],
    ['it is too old', { FAKE_VERSION: '1.10.9' }, 'tofu-too-old', 4],
    ['it is not there', { PATH: '' }, 'tofu-missing', 4],
  ])('%s', (_, how, code, status) => {
    const folder = configured();
    const ended = nigari(folder, ['infra', 'plan'], { ...fakeTofu(folder).env, ...how });
    expect(ended.status, ended.all).toBe(status);
    expect(ended.stderr).toContain(`(${code})`);
    expect(ended.stderr).toContain('hint: ');
    expect(ended.all).not.toMatch(/^ +at /m);
  });

  test.skipIf(!hasScript())('colours on a terminal what it shows itself, where colours are wanted', () => {
    const folder = configured();
    const { env, runs } = fakeTofu(folder);
    const onTerminal = (options: string, more: Record<string, string> = {}): void => {
      const line = `${process.execPath} ${NIGARI_BIN} infra plan ${options}`;
      const all = { PATH: `${env['PATH']}:/usr/bin:/bin`, HOME: folder, TERM: 'xterm', ...more };
      execFileSync('script', ['-qec', line, '/dev/null'], { cwd: folder, env: all, stdio: 'pipe' });
    };
    onTerminal('');
    onTerminal('--no-color');
    onTerminal('', { NO_COLOR: '1' });
    expect(runs()).toEqual([
      'init -input=false -no-color',
      'plan -input=false',
      'plan -input=false -no-color',
      'plan -input=false -no-color',
    ]);
  });

  test('has its own exit codes for a plan where they are asked for: 2 for changes, and 1 for every failure', () => {
    const folder = configured();
    const env = { ...fakeTofu(folder).env, FAKE_EXIT: 'plan:2' };
    const detailed = ['infra', 'plan', '--', '-detailed-exitcode'];
    expect(nigari(folder, detailed, env)).toMatchObject({ status: 2 });
    expect(nigari(folder, ['infra', 'plan'], env)).toMatchObject({ status: 4 });
    expect(nigari(folder, detailed, { ...env, FAKE_EXIT: 'plan:1' })).toMatchObject({ status: 1 });
    rmSync(join(folder, 'age.key'));
    expect(nigari(folder, ['infra', 'plan'], env)).toMatchObject({ status: 2 });
    expect(nigari(folder, detailed, env)).toMatchObject({ status: 1 });
  });

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'is told of %s, waited for, and not remembered as initialised',
    async (signal) => {
      const folder = configured();
      const { env, called, runs } = fakeTofu(folder);
      const running = startNigari(folder, ['configure'], { ...env, FAKE_HANGS: 'init' });
      await called('init');
      running.kill(signal);
      expect(await running.ended).toMatchObject({ status: 130 });
      expect(runs().slice(1)).toEqual([`stopped by ${signal}`, 'ended']);
      expect(existsSync(join(folder, '.nigari/cache/init.json'))).toBe(false);
      expect(existsSync(join(folder, 'infrastructure/tofu/main.tf'))).toBe(true);
    },
  );
});

describe.skipIf(process.platform === 'win32')('without what it needs', () => {
  test('credentials: configure says so in one line, infra plan refuses', () => {
    const folder = configured(HTTP_STATE.replace(/tfstate_password.*\n/, ''));
    const path = fakeTofu(folder).env;
    const ended = nigari(folder, ['configure'], path);
    expect(ended.status, ended.all).toBe(0);
    expect(ended.stdout.match(/^tofu init was not run .*tfstate_password.*$/gm)).toHaveLength(1);
    const plan = nigari(folder, ['infra', 'plan'], path);
    expect(plan.status, plan.all).toBe(2);
    expect(plan.stderr).toContain('(credential-missing)');
  });

  test('any secret in the inputs: they may come from the environment', () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, 'cluster.yaml'), CLUSTER.replaceAll(/^proxmox_api_token.*\n/gm, ''));
    writeFileSync(join(folder, 'nodes.yaml'), NODES);
    expect(nigari(folder, ['init']).status).toBe(0);
    expect(nigari(folder, ['configure', '--no-init']).status).toBe(0);
    const { env, runs } = fakeTofu(folder);
    const without = nigari(folder, ['infra', 'plan'], env);
    expect(without.status, without.all).toBe(2);
    expect(without.stderr.match(/\(credential-missing\)/g)).toHaveLength(2);
    const own = { TF_VAR_proxmox_api_token_id: 'own@pve!token', TF_VAR_proxmox_api_token_secret: TOKEN_SECRET };
    expect(nigari(folder, ['infra', 'plan'], { ...env, ...own }).status).toBe(0);
    expect(runs()).toHaveLength(2);
  });

  test.each<[string, verb: 'init' | 'plan', (folder: string) => unknown, code: string]>([
    ['the key', 'init', (folder) => rmSync(join(folder, 'age.key')), 'no-key'],
    ['a key that is one', 'plan', (folder) => writeFileSync(join(folder, 'age.key'), 'x\n'), 'bad-age-key'],
    ['sealed values', 'init', (folder) => rmSync(join(folder, 'infrastructure/secrets.sops.yaml')), 'not-configured'],
    [
      'generated files',
      'plan',
      (folder) => rmSync(join(folder, 'infrastructure/tofu'), { recursive: true }),
      'not-configured',
    ],
    ['an untouched sealed file', 'plan', (folder) => tamper(folder), 'sealed-damaged'],
    ['valid inputs', 'plan', (folder) => writeFileSync(join(folder, 'nodes.yaml'), 'nodes: x\n'), 'wrong-type'],
    ['files that the inputs render', 'plan', (folder) => bareMetal(folder), 'render-stale'],
    ['virtual machines', 'plan', (folder) => (bareMetal(folder), nigari(folder, ['configure'])), 'no-instance'],
  ])('%s: infra %s refuses, and tofu is not run', (_, verb, damage, code) => {
    const folder = configured();
    const { env: path, runs } = fakeTofu(folder);
    damage(folder);
    const ended = nigari(folder, ['infra', verb], path);
    expect(ended.status, ended.all).toBe(2);
    expect(ended.stderr).toContain(`(${code})`);
    expect(runs()).toEqual([]);
  });

  function tamper(folder: string): void {
    const path = join(folder, 'infrastructure/secrets.sops.yaml');
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(/data:(.)/, (_, first) => `data:${first === 'A' ? 'B' : 'A'}`),
    );
  }

  function bareMetal(folder: string): void {
    writeFileSync(join(folder, 'cluster.yaml'), 'node_cidr: 10.0.0.0/24\ncluster_api_addr: 10.0.0.10\n');
    const metal = '    disk: /dev/sda\n    mac_addr: "52:54:00:00:00:01"\n';
    const schematic = `    schematic_id: ${'a'.repeat(64)}\n`;
    writeFileSync(join(folder, 'nodes.yaml'), NODES + metal + schematic);
  }
});

/** A promise, and what fulfils it. */
function promise(): [Promise<void>, () => void] {
  let fulfil = (): void => {};
  return [new Promise<void>((resolve) => (fulfil = resolve)), () => fulfil()];
}

/** A state server that answers no GET while the state is locked, until it is told to. */
async function slowStateServer() {
  let isLocked = false;
  const [locked, lock] = promise();
  const [answered, answer] = promise();
  const server = createServer(({ method }, response) => {
    if (method === 'LOCK') lock();
    if (method === 'LOCK' || method === 'UNLOCK') isLocked = method === 'LOCK';
    const end = (): unknown => response.writeHead(method === 'GET' ? 404 : 200).end();
    void (method === 'GET' && isLocked ? answered.then(end) : end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => server.close().closeAllConnections());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, locked, answer, isLocked: () => isLocked };
}

describe.skipIf(realTool('tofu') === null)('the real OpenTofu', () => {
  test('is initialised by configure, once, and plans what the inputs say', () => {
    const folder = configured();
    const first = nigari(folder, ['configure', '--json'], tofuEnv());
    expect(JSON.parse(first.stdout).init, first.all).toMatchObject([{ status: 'done' }]);
    const before = digests(folder);
    expect(JSON.parse(nigari(folder, ['configure', '--json'], tofuEnv()).stdout).init).toMatchObject([
      { status: 'not due' },
    ]);
    expect(digests(folder)).toEqual(before);
    const elsewhere = nigari(folder, ['infra', 'plan', '--', '-out=tfplan'], tofuEnv());
    expect(elsewhere.stderr).toContain('(plan-place)');
    const plan = nigari(folder, ['infra', 'plan'], tofuEnv());
    expect(plan.status, plan.all).toBe(0);
    expect(plan.stdout).toContain('Plan: 2 to add, 0 to change, 0 to destroy.');
    expect(plan.all).not.toContain(TOKEN_SECRET);
    expect(nigari(folder, ['infra', 'plan', '--', '-detailed-exitcode'], tofuEnv()).status).toBe(2);
  });

  test('fails for want of a mirror: its words, a remedy, exit 4, and what was rendered stays', () => {
    const folder = configured();
    const config = join(folder, 'tofu.rc');
    writeFileSync(config, 'provider_installation {\n  filesystem_mirror {\n    path = "/nowhere/mirror"\n  }\n}\n');
    const before = digests(folder);
    const ended = nigari(folder, ['configure'], { ...tofuEnv(), TF_CLI_CONFIG_FILE: config });
    expect(ended.status, ended.all).toBe(4);
    expect(ended.stdout).toContain('Failed to resolve provider packages');
    expect(ended.stderr).toContain('(mirror-missing)');
    expect(ended.stdout).toContain('npx nigari infra init');
    const after = digests(folder);
    for (const [path, digest] of before) expect(after.get(path), path).toBe(digest);
    expect(nigari(folder, ['infra', 'init'], tofuEnv()).status).toBe(0);
    expect(JSON.parse(nigari(folder, ['configure', '--json'], tofuEnv()).stdout).init).toMatchObject([
      { status: 'not due' },
    ]);
  });

  test('is told why the state server refuses', async () => {
    const server = await startStateServer({ faults: REFUSALS });
    onTestFinished(server.stop);
    const folder = configured(
      `tfstate_url: ${server.url}/states/unauthorized\ntfstate_password: planted-state-password\n`,
    );
    const { status, stderr } = await startNigari(folder, ['configure'], tofuEnv()).ended;
    expect(status, stderr).toBe(4);
    expect(stderr).toContain('(state-unauthorized)');
    expect(stderr).not.toContain('planted');
  });

  test('leaves no lock behind when it is interrupted', async () => {
    const server = await slowStateServer();
    const folder = configured(`tfstate_url: ${server.url}\ntfstate_password: planted-state-password\n`);
    const running = startNigari(folder, ['infra', 'plan'], tofuEnv());
    await server.locked;
    running.kill('SIGINT');
    server.answer();
    expect(await running.ended).toMatchObject({ status: 130 });
    expect(server.isLocked()).toBe(false);
  });
});
