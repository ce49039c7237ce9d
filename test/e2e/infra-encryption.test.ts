/** What state and plans are encrypted with: on, anew, off, by nigari's own commands and the real OpenTofu. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { killAllOf, until } from '../support/descendants.ts';
import { infraProject, PLANTED, type InfraProject } from '../support/infra-project.ts';
import { leaksBelow, plant } from '../support/planted.ts';
import { hasScript, onTerminal } from '../support/script.ts';
import { NIGARI_BIN } from '../support/project.ts';
import { HOLDER } from '../support/state/refusals.ts';
import { startStateServer } from '../support/state/server.ts';
import { realTool, tofuEnv } from '../support/tools.ts';
import { unzip } from '../support/zip.ts';

const [FIRST, SECOND, THIRD] = ['planted "first" ${phrase} \\ %{x}', 'planted second phrase ü', 'planted third phrase'];
const line = (passphrase: string | undefined): string =>
  passphrase === undefined ? '' : `state_encryption_passphrase: ${JSON.stringify(passphrase)}\n`;
const OLD = (passphrase: string): Record<string, string> => ({ NIGARI_OLD_STATE_PASSPHRASE: passphrase });
const MIGRATE = ['infra', 'migrate-encryption'];

const BROKEN = { kind: 'status', status: 500 } as const;

/** What only the state tells in clear. */
const TOLD = 'told-by-the-state';
const isClear = (state: string): boolean => state.includes(TOLD);
const STATE = {
  version: 4,
  terraform_version: '1.12.6',
  serial: 7,
  lineage: '11111111-2222-4333-8444-555555555555',
  outputs: { told: { value: TOLD, type: 'string' } },
  resources: [],
};

/** A plan as it lies there, what an encrypted one has in base64, and the unpacked parts of either. */
function partsOf(plan: Buffer): readonly Buffer[] {
  const data = /"encrypted_data":"([^"]*)"/.exec(plan.toString('latin1'))?.[1] ?? '';
  const whole = [plan, Buffer.from(data, 'base64')];
  return [...whole, ...whole.flatMap((bytes) => [...unzip(bytes).values()])];
}

async function setPassphrase({ edit, nigari }: InfraProject, passphrase?: string, status = 0) {
  edit('cluster.yaml', (text) => text.replace(/^state_encryption_passphrase.*\n/m, '') + line(passphrase));
  return nigari(['configure'], status);
}

/** A project with a state, and how to look at that where it is kept. */
async function local(more = '') {
  const project = await infraProject(more, {}, { 'copy.tfstate': JSON.stringify(STATE) });
  await project.nigari(['infra', 'state-push', 'copy.tfstate']);
  const file = join(project.folder, 'infrastructure/tofu/terraform.tfstate');
  return { project, state: () => readFileSync(file, 'utf8') };
}

async function onServer(more = '') {
  const server = await startStateServer();
  onTestFinished(server.stop);
  const keys = `tfstate_url: ${server.url}/states\ntfstate_password: planted-state-pw\n${more}`;
  const project = await infraProject(keys, {}, { 'copy.tfstate': JSON.stringify(STATE) });
  await project.nigari(['infra', 'state-push', 'copy.tfstate']);
  return { project, server, state: () => server.places.get('states/proxmox')?.state ?? '' };
}

const opens = async ({ nigari }: InfraProject): Promise<void> =>
  expect((await nigari(['infra', 'output', '-raw', 'told'])).stdout.trim()).toBe(TOLD);

describe.skipIf(realTool('tofu') === null)('the encryption of a state', { timeout: 240_000 }, () => {
  test('is turned on and off: a file, of which no older copy in clear is left', async () => {
    const { project, state } = await local();
    const { nigari, folder } = project;
    const directory = join(folder, 'infrastructure/tofu');
    cpSync(join(directory, 'terraform.tfstate'), join(directory, 'terraform.tfstate.backup'));
    await setPassphrase(project, FIRST, 4);
    await nigari(MIGRATE);
    expect(isClear(state())).toBe(false);
    expect(readdirSync(directory).filter((name) => name.includes('tfstate.'))).toEqual([]);
    await opens(project);
    await setPassphrase(project, undefined, 4);
    await nigari([...MIGRATE, '--yes'], 0, OLD(FIRST));
    expect(isClear(state())).toBe(true);
    await opens(project);
  });

  test('is turned on, given another passphrase, and turned off: on a server', async () => {
    const { project, state } = await onServer();
    const { nigari } = project;
    expect((await nigari(MIGRATE)).stdout).toContain('Nothing to do: the state is in clear');
    const refused = await setPassphrase(project, FIRST, 4);
    expect(refused.stderr).toContain('(state-not-encrypted-yet)');
    expect(refused.stderr).toContain('nigari infra migrate-encryption');
    expect(isClear(state())).toBe(true);
    await nigari(MIGRATE);
    expect(isClear(state())).toBe(false);
    await opens(project);

    await setPassphrase(project, SECOND);
    const wrong = await nigari(['infra', 'plan'], 4);
    expect(wrong.stderr).toContain('(state-passphrase-wrong)');
    expect(wrong.stderr).toContain('nigari infra migrate-encryption');
    const before = state();
    expect((await nigari(MIGRATE, 2)).stderr).toContain('(old-passphrase-missing)');
    expect((await nigari(MIGRATE, 2, OLD(THIRD))).stderr).toContain('opens neither with');
    expect(state()).toBe(before);
    await nigari(MIGRATE, 0, OLD(FIRST));
    await opens(project);
    expect((await nigari(MIGRATE, 0, OLD(FIRST))).stdout).toContain('Nothing to do: the state is encrypted');

    expect((await setPassphrase(project, undefined, 4)).stderr).toContain('(state-passphrase-missing)');
    expect((await nigari(MIGRATE, 2, OLD(SECOND))).stderr).toContain('(consent-needed)');
    expect((await nigari([...MIGRATE, '--yes'], 2, OLD(FIRST))).stderr).toContain('opens neither with');
    expect(isClear(state())).toBe(false);
    await nigari([...MIGRATE, '--yes'], 0, OLD(SECOND));
    expect(isClear(state())).toBe(true);
    await opens(project);
  });

  test('goes on where it was killed or interrupted half-way, with yet another passphrase too', async () => {
    const { project, server, state } = await onServer(line(FIRST));
    const { nigari, start } = project;
    await setPassphrase(project, SECOND);
    // Of two writes the second never arrives, however late the end comes.
    const second = [2, 3, 4].map((nth) => ({ match: 'POST states/proxmox', nth, fault: BROKEN }));
    const halfWay = async (old: string, end: (running: ReturnType<typeof start>) => void): Promise<void> => {
      server.inject(...second);
      const running = start(MIGRATE, OLD(old));
      await until(() => state().includes('next_passphrase'));
      end(running);
      await running.ended;
      server.heal();
      expect(state()).toContain('next_passphrase');
    };
    await halfWay(FIRST, ({ pid }) => killAllOf(pid));
    await nigari(['infra', 'force-unlock', '--yes']);
    expect((await nigari(['infra', 'output'], 4)).stderr).toContain('nigari infra migrate-encryption');
    await nigari(MIGRATE);
    await opens(project);

    await setPassphrase(project, THIRD);
    await halfWay(SECOND, ({ kill }) => kill('SIGINT'));
    await setPassphrase(project, FIRST);
    await nigari(MIGRATE, 0, OLD(THIRD));
    await opens(project);
  });

  test('writes nothing while somebody holds the lock', async () => {
    const { project, server, state } = await onServer(line(FIRST));
    await setPassphrase(project, SECOND);
    Object.assign(server.places.get('states/proxmox') ?? {}, { lock: HOLDER });
    const before = state();
    const { stderr } = await project.nigari(MIGRATE, 4, OLD(FIRST));
    expect(stderr).toContain('the state is locked by alice@laptop');
    expect(state()).toBe(before);
  });

  test('refuses what would make something else of it', async () => {
    const { project } = await local(line(FIRST));
    const { nigari, edit, folder } = project;
    const set = { TF_ENCRYPTION: 'plan {\n}' };
    expect((await nigari(MIGRATE, 2, set)).stderr).toContain('(encryption-set-outside)');
    const weak = { TF_ENCRYPTION: 'method "unencrypted" "x" {\n}' };
    expect((await nigari(['infra', 'output'], 2, weak)).stderr).toContain('(encryption-weakened)');
    const unsaved = join(folder, 'infrastructure/tofu/errored.tfstate');
    writeFileSync(unsaved, '{}');
    expect((await nigari(MIGRATE, 2)).stderr).toContain('(state-unsaved)');
    rmSync(unsaved);
    edit('infrastructure/tofu/versions.tf', (text) =>
      text.replaceAll('aes_gcm.main', 'aes_gcm.mine').replace('"main"', '"mine"'),
    );
    expect((await nigari(MIGRATE, 2)).stderr).toContain('(encryption-is-own)');
  });

  test.skipIf(!hasScript())('asks for the old passphrase on a terminal, unseen', async () => {
    const { project, state } = await local(line(FIRST));
    await setPassphrase(project, SECOND);
    const env = { HOME: project.folder, TERM: 'xterm', ...tofuEnv() };
    const call = (typed: string) =>
      onTerminal([process.execPath, NIGARI_BIN, ...MIGRATE], { cwd: project.folder, env }, [
        ['Passphrase that the state was encrypted with', typed],
      ]);
    const before = state();
    expect((await call('\x03')).status).toBe(130);
    expect(state()).toBe(before);
    const { status, shown } = await call(`${FIRST}\r`);
    expect(status, shown).toBe(0);
    expect(shown).not.toContain('planted "first"');
    await opens(project);
  });

  test.each([
    ['on', true],
    ['off', false],
  ])('keeps every secret off the disk and the server: %s', async (_, isOn) => {
    const planted = plant();
    const keys = ['tfstate_password', ...(isOn ? ['state_encryption_passphrase'] : [])].map(
      (key) => `${key}: ${JSON.stringify(planted.values[key])}\n`,
    );
    const password = planted.values['tfstate_password'] ?? '';
    const server = await startStateServer({ credentials: { username: 'terraform', password } });
    onTestFinished(server.stop);
    const { nigari, folder } = await infraProject(`tfstate_url: ${server.url}/states\n${keys.join('')}`);
    const state = (): string => server.places.get('states/proxmox')?.state ?? '';
    await nigari(['infra', 'plan']);
    const plan = readFileSync(join(folder, '.nigari/cache/plans/infrastructure-tofu/plan'));
    expect(leaksBelow(folder, planted)).toEqual([]);
    expect(partsOf(plan)[1]?.length).toBeGreaterThan(1000);
    expect(partsOf(plan).filter((part) => part.includes('cp-1') || part.includes(PLANTED.token))).toEqual([]);
    await nigari(['infra', 'apply']);
    await nigari(['infra', 'state-list']);
    expect([leaksBelow(folder, planted), planted.foundIn(state()), state().includes(PLANTED.token)]).toEqual([
      [],
      [],
      false,
    ]);
    expect(state().includes('10.0.0.11')).toBe(!isOn);
    expect(existsSync(join(folder, '.nigari/cache/state'))).toBe(false);
  });

  test('a plan in clear would be found: what it tells is in its parts', async () => {
    const { folder } = await infraProject();
    const credentials = {
      TF_VAR_proxmox_api_token_id: PLANTED.id,
      TF_VAR_proxmox_api_token_secret: PLANTED.token,
    };
    const where = { cwd: join(folder, 'infrastructure/tofu'), env: { ...process.env, ...tofuEnv(), ...credentials } };
    await promisify(execFile)(realTool('tofu') ?? '', ['plan', '-input=false', '-out=clear'], where);
    const plan = readFileSync(join(where.cwd, 'clear'));
    expect(plan.includes('cp-1')).toBe(false);
    expect(partsOf(plan).some((part) => part.includes('cp-1'))).toBe(true);
  });
});
