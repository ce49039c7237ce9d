/** `nigari doctor --online` and `nigari proxmox setup`, against a simulated Proxmox VE and a state server. */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { NEEDED, PLACES } from '../../scripts/proxmox/privileges.ts';
import { infraProject, PLANTED, type InfraProject } from '../support/infra-project.ts';
import { lifeWithout, SETUP_LINES, tokenBySetup, withToken } from '../support/privileges.ts';
import type { ProxmoxOptions } from '../support/proxmox/seeds.ts';
import { startStateServer } from '../support/state/server.ts';
import { realTool } from '../support/tools.ts';

interface Row {
  readonly name: string;
  readonly status: string;
  readonly found: string;
  readonly remedy?: string;
}

/** Rows about what is asked over the network. */
async function online({ folder, nigari }: InfraProject, env: Readonly<Record<string, string>> = {}) {
  const ended = await nigari(['doctor', '--online', '--json'], null, { ...env, PWD: folder });
  const { rows } = JSON.parse(ended.stdout) as { readonly rows: readonly Row[] };
  expect(ended.all).not.toContain(PLANTED.token);
  const asked = rows.filter(({ name }) => /^(proxmox|storage|state|image|online)/.test(name));
  return { ended, row: (name: string) => asked.find((one) => one.name.startsWith(name)), rows: asked };
}

describe.skipIf(realTool('tofu') === null)('nigari doctor --online', () => {
  test('finds all well where all is', async () => {
    const server = await startStateServer({ credentials: { username: 'terraform', password: 'planted-state' } });
    onTestFinished(server.stop);
    const { rows } = await online(
      await infraProject(`tfstate_url: ${server.url}/states\ntfstate_password: planted-state\n`),
    );
    const told = rows.filter(({ name }) => !name.startsWith('image')).map(({ name, status }) => `${status} ${name}`);
    expect(told).toEqual([
      'ok proxmox',
      'ok proxmox token',
      'ok proxmox node',
      'ok storage local',
      'ok storage local-lvm',
      'ok proxmox bridge',
      'ok proxmox ids',
      'ok state',
      'ok state lock',
    ]);
    // The lock was on a name of its own, and is gone.
    const locking = server.requests.filter((line) => line.includes('LOCK '));
    expect(locking).toEqual([
      expect.stringMatching(/^LOCK .*nigari-doctor-\w+\/lock 200$/),
      expect.stringMatching(/^UNLOCK .*nigari-doctor-\w+\/lock 200$/),
    ]);
  });

  const cases: readonly (readonly [
    string,
    ProxmoxOptions,
    row: string,
    status: string,
    found: string,
    remedy: string,
  ])[] = [
    [
      'a token that lacks a privilege',
      { grants: ['PVEAuditor /'] },
      'proxmox token',
      'fail',
      'VM.Allocate',
      'pveum role modify NigariMachines --append --privs VM.Allocate',
    ],
    [
      'a host that is not there',
      { nodes: ['other'] },
      'proxmox node',
      'fail',
      'there is no pve, but other',
      'proxmox_node',
    ],
    [
      'a host that is off',
      { nodes: [{ name: 'pve', online: false }, 'pve2'] },
      'proxmox node',
      'fail',
      'offline',
      'start it',
    ],
    [
      'a storage without that content',
      {
        storages: [
          { storage: 'local', content: ['images'] },
          { storage: 'local-lvm', content: ['images'] },
        ],
      },
      'storage local',
      'fail',
      'takes no iso',
      'pvesm set local --content images,iso',
    ],
    [
      'a storage that is not there',
      { storages: [{ storage: 'local', content: ['iso'] }] },
      'storage local-lvm',
      'fail',
      'is not there',
      'proxmox_disk_storage',
    ],
    [
      'too little space',
      {
        storages: [
          { storage: 'local', content: ['iso'] },
          { storage: 'local-lvm', content: ['images'], total: 2 ** 30 },
        ],
      },
      'storage local-lvm',
      'warning',
      '1 GiB free',
      'make room',
    ],
    [
      'a bridge that is not there',
      { nodes: [{ name: 'pve', bridges: ['vmbr9'] }] },
      'proxmox bridge',
      'fail',
      'there is no vmbr0',
      'network_bridge',
    ],
    [
      'an id that belongs to somebody',
      { guests: [{ vmid: 111, name: 'database' }] },
      'proxmox ids',
      'warning',
      'belongs to database on pve',
      'vm_id',
    ],
  ];

  test.each(cases)('tells of %s', async (_, options, name, status, found, remedy) => {
    const { row } = await online(await infraProject('', options));
    expect(row(name)).toMatchObject({
      status,
      found: expect.stringContaining(found),
      remedy: expect.stringContaining(remedy),
    });
  });

  test('tells of a Proxmox VE that is away, strange, or does not know the token', async () => {
    const project = await infraProject();
    const { proxmox, edit, nigari } = project;
    edit('cluster.yaml', (text) => text.replace(PLANTED.token, PLANTED.token.replace('51b0', '61b0')));
    await nigari(['configure']);
    expect((await online(project)).row('proxmox')).toMatchObject({
      status: 'fail',
      found: expect.stringContaining('401'),
    });
    edit('cluster.yaml', (text) => text.replace('proxmox_insecure: true', 'proxmox_insecure: false'));
    await nigari(['configure']);
    expect((await online(project)).row('proxmox')?.remedy).toContain('proxmox_insecure');
    const ca = join(project.folder, 'ca.pem');
    writeFileSync(ca, proxmox.ca);
    expect((await online(project, { SSL_CERT_FILE: ca })).row('proxmox')?.found).toContain('401');
    await proxmox.down();
    expect((await online(project)).row('proxmox')?.found).toContain('ECONNREFUSED');
  });

  test('waits for nobody for long', async () => {
    const project = await infraProject();
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    onTestFinished(() => void silent.close());
    const port = (silent.address() as AddressInfo).port;
    project.edit('cluster.yaml', (text) =>
      text.replace(/proxmox_api_url: .*/, `proxmox_api_url: https://127.0.0.1:${port}`),
    );
    await project.nigari(['configure']);
    expect((await online(project)).row('proxmox')?.status).toBe('fail');
  });

  test('tells of a state server that does not know the user, or does not lock', async () => {
    const server = await startStateServer({ credentials: { username: 'terraform', password: 'planted-state' } });
    onTestFinished(server.stop);
    const project = await infraProject(`tfstate_url: ${server.url}/states\ntfstate_password: planted-state\n`);
    project.edit('cluster.yaml', (text) => text.replace('planted-state', 'mistyped-state'));
    await project.nigari(['configure', '--no-init']);
    const { row } = await online(project);
    expect(row('state')).toMatchObject({ status: 'fail', remedy: expect.stringContaining('tfstate_password') });
    expect(row('state lock')).toMatchObject({ status: 'fail', found: expect.stringContaining('could not be locked') });
    await server.stop();
    expect((await online(project)).row('state')?.found).toContain('ECONNREFUSED');
  });
});

describe('nigari proxmox setup', () => {
  test('prints what its steps say, and what cluster.yaml gets', async () => {
    const project = await infraProject();
    const { stdout } = await project.nigari(['proxmox', 'setup']);
    expect(stdout.split('\n').filter((line) => line.startsWith('pveum'))).toEqual(SETUP_LINES);
    expect(stdout).toContain('proxmox_api_token_id: nigari@pve!tofu');
    const other = await project.json<{ steps: readonly { commands: readonly string[] }[] }>([
      'proxmox',
      'setup',
      '--user',
      'ci@pam',
      '--token',
      'tt',
      '--role',
      'X',
      '--json',
    ]);
    expect(other.steps.flatMap(({ commands }) => commands)).toContain('pveum user token add ci@pam tt --privsep 0');
    expect((await project.nigari(['proxmox', 'setup', '--user', "x'; reboot"], 2)).stderr).toContain(
      '(proxmox-name-malformed)',
    );
  });

  test.each(['8.4.1', '9.0.3'])('makes on Proxmox VE %s a token that doctor is content with', async (version) => {
    const project = await infraProject('', { version });
    project.edit('cluster.yaml', withToken(await tokenBySetup(version)));
    await project.nigari(['configure']);
    const { rows } = await online(project);
    expect(rows.filter(({ status, name }) => status === 'fail' && !name.startsWith('image'))).toEqual([]);
  });

  test.skipIf(realTool('tofu') === null)('gives what a whole life needs', async () => {
    expect(await lifeWithout(null, null)).toEqual([]);
    expect(await lifeWithout('SDN.Use', 'network')).not.toEqual([]);
  });

  test('names each privilege once for each place', () => {
    for (const place of PLACES) expect(SETUP_LINES.join('\n')).toContain(Object.keys(NEEDED[place]).join(','));
  });
});
