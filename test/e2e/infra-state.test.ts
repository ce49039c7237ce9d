/** States on a server: nigari's own commands, the real OpenTofu and provider, a simulated Proxmox VE, and what can go wrong between. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { killAllOf, until } from '../support/descendants.ts';
import { infraProject, type InfraProject } from '../support/infra-project.ts';
import { startBucket } from '../support/state/bucket.ts';
import { HOLDER } from '../support/state/refusals.ts';
import { startStateServer, type StateServer } from '../support/state/server.ts';
import { realTool } from '../support/tools.ts';

const PASSWORD = 'planted-state-password';
const PASSPHRASE = 'planted passphrase of the state';
const ENCRYPTED = `state_encryption_passphrase: ${PASSPHRASE}\n`;

/** As GitLab's documentation has it, in a template of the user's own. */
const GITLAB = `terraform {
  backend "http" {
    address        = #{ instance.backend.address }#
    lock_address   = #{ instance.backend.lock_address }#
    lock_method    = "POST"
    unlock_address = #{ instance.backend.lock_address }#
    unlock_method  = "DELETE"
    retry_max      = 0
  }
}
`;

/** A template of the user's own for a store that speaks S3. */
const s3 = (url: string): string => `terraform {
  backend "s3" {
    bucket                      = "states"
    key                         = "proxmox.tfstate"
    region                      = "auto"
    access_key                  = "test"
    secret_key                  = "test"
    endpoints                   = { s3 = "${url}" }
    use_path_style              = true
    use_lockfile                = true
    skip_credentials_validation = true
    skip_metadata_api_check     = true
    skip_region_validation      = true
    skip_requesting_account_id  = true
    skip_s3_checksum            = true
  }
}
`;

/** Where each dialect keeps states, the files that lead there, and what is answered to who finds a lock. */
const DIALECTS = {
  worker: { path: 'states', files: {} },
  gitlab: { path: 'api/v4/projects/7/terraform/state', files: { 'templates/stack/backend.tf.njk': GITLAB } },
} as const;

interface OnServer extends InfraProject {
  readonly server: StateServer;
  /** Path of the state there. */
  readonly place: string;
  readonly kept: () => { readonly state: string | null; readonly lock: object | null };
}

async function onServer(more = '', dialect: keyof typeof DIALECTS = 'worker'): Promise<OnServer> {
  const { path, files } = DIALECTS[dialect];
  const server = await startStateServer({ credentials: { username: 'terraform', password: PASSWORD } });
  onTestFinished(server.stop);
  const keys = `tfstate_url: ${server.url}/${path}\ntfstate_password: ${PASSWORD}\n`;
  const made = await infraProject(keys + more, {}, files);
  const place = `${path}/proxmox`;
  return { ...made, server, place, kept: () => server.places.get(place) ?? { state: null, lock: null } };
}

const DETAILED = ['infra', 'plan', '--', '-detailed-exitcode'];
const PLAN = '.nigari/cache/plans/infrastructure-tofu/plan';

/** Makes the second machine's creation last, and waits until the first is there and that one is begun. */
async function midApply({ proxmox, start, nigari }: Pick<InfraProject, 'proxmox' | 'start' | 'nigari'>) {
  await nigari(['infra', 'plan']);
  proxmox.inject({ match: 'POST nodes/*/qemu', nth: 2, fault: { kind: 'task', milliseconds: 3000 } });
  const running = start(['infra', 'apply', '--', '-parallelism=1']);
  const begun = (): number =>
    proxmox.requests.filter(({ method, path }) => method === 'POST' && /^nodes\/\w+\/qemu$/.test(path)).length;
  await until(() => begun() === 2);
  return running;
}

describe.skipIf(realTool('tofu') === null)('a state on a server', { timeout: 180_000 }, () => {
  test.each(['worker', 'gitlab'] as const)('the whole life of machines: %s', async (dialect) => {
    const { proxmox, nigari, json, edit, kept } = await onServer('', dialect);
    expect((await nigari(DETAILED, 2)).stdout).toContain('3 to add');
    await nigari(['infra', 'apply']);
    expect(JSON.parse(kept().state ?? '')).toMatchObject({ version: 4 });
    await nigari(DETAILED, 0);
    edit('nodes.yaml', (text) => text.replace('vm_id: 111', 'vm_id: 111, vm_cores: 6'));
    await nigari(['configure']);
    expect(await json(['infra', 'plan', '--json'])).toMatchObject({ changes: [{ title: 'VM wk-1 (id 111)' }] });
    await nigari(['infra', 'apply']);
    await nigari(['infra', 'destroy', '--yes']);
    expect([proxmox.guests(), proxmox.volumes(), kept().lock]).toEqual([[], [], null]);
  });

  test('whose password is wrong', async () => {
    const { nigari, edit, folder } = await onServer();
    await nigari(['infra', 'plan']);
    edit('cluster.yaml', (text) => text.replace(PASSWORD, 'planted-other-password'));
    await nigari(['configure']);
    for (const verb of ['plan', 'apply-auto', 'output', 'state-list']) {
      const { stderr } = await nigari(['infra', verb], 4);
      expect(stderr).toContain('(state-unauthorized)');
      expect(stderr).toContain('compare tfstate_username and tfstate_password in cluster.yaml');
    }
    expect((await nigari(DETAILED, 1)).stderr).toContain('(state-unauthorized)');
    expect((await nigari(['infra', 'force-unlock'], 4)).stderr).toContain('(state-unauthorized)');
    expect(existsSync(join(folder, PLAN))).toBe(false);
  });

  test('of which force-unlock, when it is stopped while it asks, takes its own lock away again', async () => {
    const { start, nigari, kept, server } = await onServer();
    await nigari(['infra', 'init']);
    server.inject({ match: 'LOCK **', fault: { kind: 'slow', milliseconds: 1500 }, nth: 1 });
    const running = start(['infra', 'force-unlock']);
    await until(() => server.asked.some((call) => call.startsWith('LOCK')));
    running.kill('SIGINT');
    expect(await running.ended).toMatchObject({ status: 130 });
    await until(() => server.requests.some((call) => call.startsWith('LOCK')));
    expect(kept().lock).toBeNull();
    // Locked, though the answer did not come.
    server.inject({ match: 'LOCK **', fault: { kind: 'drop', when: 'after' } });
    expect((await nigari(['infra', 'force-unlock'], 4)).stderr).toContain('(state-unreachable)');
    expect(kept().lock).toBeNull();
  });

  test.each([
    ['worker', 423],
    ['gitlab', 409],
  ] as const)('which somebody has locked: %s', async (dialect, status) => {
    const { nigari, kept, server, place } = await onServer('', dialect);
    expect((await nigari(['infra', 'force-unlock'])).stdout).toContain('The state is not locked');
    Object.assign(kept(), { lock: HOLDER });
    const { stderr } = await nigari(['infra', 'plan'], 4);
    expect(stderr).toContain(
      'the state is locked by alice@laptop since 2026-11-20 10:11:12.123456789 (OperationTypeApply)',
    );
    expect(stderr).toContain(`nigari infra force-unlock ${HOLDER.ID}`);
    expect((await nigari(DETAILED, 1)).stderr).toContain('(state-locked)');
    expect((await nigari(['infra', 'force-unlock'], 2)).stderr).toContain('(consent-needed)');
    const wrong = await nigari(['infra', 'force-unlock', 'another-id', '--yes'], 2);
    expect(wrong.stderr).toContain(
      `locked by another run: ${HOLDER.ID}, alice@laptop holds it since 2026-11-20 10:11:12 UTC (apply)`,
    );
    expect(kept().lock).toEqual(HOLDER);
    const taken = await nigari(['infra', 'force-unlock', HOLDER.ID, '--yes']);
    expect(taken.stdout).toContain('alice@laptop holds it since 2026-11-20 10:11:12 UTC (apply)');
    expect([kept().lock, server.requests.filter((call) => call.endsWith(` ${status}`)).length > 0]).toEqual([
      null,
      true,
    ]);
    expect(server.requests.at(-1)).toBe(`${dialect === 'gitlab' ? 'DELETE' : 'UNLOCK'} ${place}/lock 200`);
    await nigari(['infra', 'plan']);
  });

  test('whose server says no more than that it is locked', async () => {
    const { nigari, server, place } = await onServer();
    server.inject({ match: `LOCK ${place}/lock`, fault: { kind: 'status', status: 423, body: 'locked' } });
    expect((await nigari(['infra', 'force-unlock'], 2)).stderr).toContain('(lock-id-missing)');
    const named = await nigari(['infra', 'force-unlock', 'some-id', '--yes'], 4);
    expect(named.stdout).toContain('The lock some-id: the backend does not tell who holds it');
    expect(server.requests.at(-1)).toBe(`UNLOCK ${place}/lock 423`);
  });

  test('whose apply is interrupted: saved, unlocked, and the next goes on', async () => {
    const made = await onServer();
    const { proxmox, nigari, kept } = made;
    const running = await midApply(made);
    running.kill('SIGINT');
    expect((await running.ended).status).toBe(130);
    expect(kept().lock).toBeNull();
    await nigari(['infra', 'apply-auto', '--yes']);
    expect(proxmox.guests().map(({ name, status }) => `${name} ${status}`)).toEqual(['cp-1 running', 'wk-1 running']);
    await nigari(['infra', 'destroy', '--yes']);
    expect([proxmox.guests(), proxmox.volumes()]).toEqual([[], []]);
  });

  test('whose apply is killed, and tofu with it: the lock stays, and all that was made is found again', async () => {
    const made = await onServer();
    const { proxmox, nigari, json, kept } = made;
    const running = await midApply(made);
    killAllOf(running.pid);
    await running.ended;
    expect(kept().lock).toMatchObject({ Operation: 'OperationTypeApply' });
    expect((await nigari(['infra', 'plan'], 4)).stderr).toContain('(state-locked)');
    await nigari(['infra', 'force-unlock', '--yes']);
    // Proxmox VE goes on with what it was asked for; until then a machine has no name of its own.
    await until(() => proxmox.guests().filter(({ name }) => /^(cp|wk)-1$/.test(name)).length === 2);
    // What an apply asked for, and its end never told, is known by name, host and MAC address.
    await nigari(['infra', 'apply-auto', '--yes']);
    expect(proxmox.guests().map(({ name, status }) => `${name} ${status}`)).toEqual(['cp-1 running', 'wk-1 running']);
    expect(await json(['infra', 'plan', '--json'])).toMatchObject({ empty: true });
    await nigari(['infra', 'destroy', '--yes']);
    expect([proxmox.guests(), proxmox.volumes()]).toEqual([[], []]);
  });

  test.each([
    ['encrypted', ENCRYPTED],
    ['in clear', ''],
  ])('which is away when an apply ends: what it left is saved later: %s', async (_, more) => {
    const { proxmox, nigari, start, json, server, kept, folder } = await onServer(more);
    await nigari(['infra', 'plan']);
    await server.down();
    await server.up();
    proxmox.inject({ match: 'POST nodes/*/qemu', nth: 1, fault: { kind: 'task', milliseconds: 1500 } });
    const running = start(['infra', 'apply']);
    await until(() => proxmox.requests.some(({ method, path }) => method === 'POST' && path === 'nodes/pve/qemu'));
    await server.down();
    const ended = await running.ended;
    expect([ended.status, ended.stderr]).toEqual([4, expect.stringContaining('(state-not-saved)')]);
    await server.up();
    const left = join(folder, 'infrastructure/tofu/errored.tfstate');
    expect(readFileSync(left, 'utf8').includes('10.0.0.11')).toBe(more === '');
    expect((await nigari(['infra', 'plan'], 2)).stderr).toContain('(state-unsaved)');
    expect((await nigari(['infra', 'state-push'], 4)).stderr).toContain('nigari infra force-unlock');
    await nigari(['infra', 'force-unlock', '--yes']);
    await nigari(['infra', 'state-push']);
    expect([existsSync(left), kept().lock, kept().state?.includes('10.0.0.11')]).toEqual([false, null, more === '']);
    expect(await json(['infra', 'plan', '--json'])).toMatchObject({ empty: true });
    expect((await nigari(['infra', 'state-push'], 2)).stderr).toContain('(nothing-unsaved)');
  });

  test('in a file: its lock lives as long as the apply', async () => {
    const { proxmox, nigari, start, folder } = await infraProject();
    const running = await midApply({ proxmox, nigari, start });
    const { stderr } = await nigari(['infra', 'force-unlock', '--yes'], 2);
    expect(stderr).toMatch(/holds it since .* UTC \(apply\), and is at work/);
    killAllOf(running.pid);
    await running.ended;
    const lock = join(folder, 'infrastructure/tofu/.terraform.tfstate.lock.info');
    expect(existsSync(lock)).toBe(true);
    expect((await nigari(['infra', 'force-unlock'])).stdout).toContain('The state is not locked');
    expect(existsSync(lock)).toBe(false);
  });

  test('in a bucket: who holds the lock is told, and it is taken away', async () => {
    const bucket = await startBucket();
    onTestFinished(bucket.stop);
    const files = { 'templates/stack/backend.tf.njk': s3(bucket.url) };
    const { nigari } = await infraProject('', {}, files);
    const infra = (args: readonly string[], status = 0) => nigari(['infra', ...args], status);
    await infra(['apply-auto', '--yes']);
    expect([...bucket.objects.keys()]).toEqual(['states/proxmox.tfstate']);
    expect((await infra(['force-unlock'])).stdout).toContain('The state is not locked');
    bucket.objects.set('states/proxmox.tfstate.tflock', JSON.stringify(HOLDER));
    expect((await infra(['plan'], 4)).stderr).toContain(`nigari infra force-unlock ${HOLDER.ID}`);
    expect((await infra(['force-unlock', 'another-id', '--yes'], 2)).stderr).toContain('(lock-is-another)');
    expect((await infra(['force-unlock'], 2)).stderr).toContain('(consent-needed)');
    expect((await infra(['force-unlock', '--yes'])).stdout).toContain(
      'alice@laptop holds it since 2026-11-20 10:11:12 UTC',
    );
    expect([...bucket.objects.keys()]).toEqual(['states/proxmox.tfstate']);
    await infra(DETAILED.slice(1), 0);
  });
});
