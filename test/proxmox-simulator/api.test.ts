/** What the simulated API answers, by value: who may call, and what is done for them. */
import { connect } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ask, type Answered } from '../support/proxmox/client.ts';
import type { ProxmoxOptions } from '../support/proxmox/seeds.ts';
import { clusterYaml, startProxmox, type Simulator } from '../support/proxmox/simulator.ts';

async function simulator(options: ProxmoxOptions = {}): Promise<Simulator> {
  const proxmox = await startProxmox(options);
  onTestFinished(proxmox.close);
  return proxmox;
}

const said = ({ status, reason }: Answered): string => `${status} ${reason}`;

const withToken = (id: string, secret: string): Record<string, string> => ({
  authorization: `PVEAPIToken=${id}=${secret}`,
});

describe('transport', () => {
  test('speaks TLS 1.3 only, with a certificate of its own authority', async () => {
    const { port, ca } = await simulator();
    const handshake = (options: object): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect({ port, host: '127.0.0.1', ...options }, () => {
          resolve(socket.getProtocol() ?? '');
          socket.destroy();
        });
        socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      });
    expect(await handshake({ ca })).toBe('TLSv1.3');
    expect(await handshake({ ca, servername: 'localhost' })).toBe('TLSv1.3');
    expect(await handshake({ ca, servername: 'pve.example.com' })).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(await handshake({})).toMatch(/^(SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE)$/);
    expect(await handshake({ ca, maxVersion: 'TLSv1.2' })).toBe('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
  });

  test('tells what it does not know, and where it cannot go', async () => {
    const proxmox = await simulator({ nodes: ['pve', { name: 'pve2', online: false }] });
    expect(said(await ask(proxmox, 'GET nodes/pve/apt/versions'))).toBe(
      "501 Method 'GET /nodes/pve/apt/versions' not implemented",
    );
    expect(said(await ask(proxmox, 'GET nodes/pve2/status'))).toBe('595 No route to host');
    expect(said(await ask(proxmox, 'GET nodes/pve9/status'))).toBe(
      "500 hostname lookup 'pve9' failed - failed to get address info for: pve9: Name or service not known",
    );
  });

  test('goes down and comes up at the same port, with all that it held', async () => {
    const proxmox = await simulator({ guests: [{ vmid: 100, name: 'kept' }] });
    await proxmox.down();
    await expect(ask(proxmox, 'GET version')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await proxmox.up();
    expect(await ask(proxmox, 'GET version')).toMatchObject({
      status: 200,
      data: { version: '9.0.3', release: '9.0' },
    });
    expect(proxmox.guests().map(({ name }) => name)).toEqual(['kept']);
  });

  test('gives the lines of cluster.yaml that lead there', async () => {
    const proxmox = await simulator({ nodes: ['host-a', 'host-b'] });
    expect(clusterYaml(proxmox)).toBe(`proxmox_api_url: ${proxmox.endpoint}
proxmox_node: host-a
proxmox_insecure: true
proxmox_api_token_id: nigari@pve!tofu
proxmox_api_token_secret: 51b0e7a5-0000-4000-8000-00000000cafe
`);
  });
});

describe('who calls', () => {
  test.each([
    [{}, '401 No ticket'],
    [withToken('nigari@pve!tofu', 'wrong'), '401 invalid token value!'],
    [withToken('nigari@pve!other', 'x'), "401 no such token 'other' for user 'nigari@pve'"],
    [withToken('nobody@pve!tofu', 'x'), "401 no such user ('nobody@pve')"],
    [{ cookie: 'PVEAuthCookie=PVE:root@pam:67000000::00' }, '401 permission denied - invalid PVE ticket'],
  ])('%j: %s', async (headers, expected) => {
    expect(said(await ask(await simulator(), 'GET version', {}, headers))).toBe(expected);
  });

  test('logs in with a password, and writes with the token against forgery', async () => {
    const proxmox = await simulator({ rootPassword: 'secret' });
    const logIn = (password: string): Promise<Answered> =>
      ask(proxmox, 'POST access/ticket', { username: 'root@pam', password }, {});
    expect(said(await logIn('wrong'))).toBe('401 authentication failure');
    const { data } = await logIn('secret');
    const { ticket, CSRFPreventionToken } = data as { ticket: string; CSRFPreventionToken: string };
    const cookie = `PVEAuthCookie=${ticket}`;
    expect(said(await ask(proxmox, 'GET nodes', {}, { cookie }))).toBe('200 OK');
    expect(said(await ask(proxmox, 'POST pools', { poolid: 'a' }, { cookie }))).toBe(
      '401 Permission denied - invalid csrf token',
    );
    const headers = { cookie, CSRFPreventionToken };
    expect(said(await ask(proxmox, 'POST pools', { poolid: 'a' }, headers))).toBe('200 OK');
    expect(proxmox.requests.at(-1)).toMatchObject({ method: 'POST', path: 'pools', caller: 'root@pam', status: 200 });
  });
});

describe('who may', () => {
  const create = { vmid: '100', name: 'a', cores: '2', scsi0: 'local-lvm:8', net0: 'virtio,bridge=vmbr0,tag=20' };
  const NEEDED = [
    'VM.Allocate /vms/100',
    'VM.Config.Options /vms/100',
    'VM.Config.CPU /vms/100',
    'VM.Config.Disk /vms/100',
    'Datastore.AllocateSpace /storage/local-lvm',
    'VM.Config.Network /vms/100',
    'SDN.Use /sdn/zones/localnetwork/vmbr0/20',
  ];

  test.each(NEEDED)('a VM is not made without %s', async (missing) => {
    const proxmox = await simulator({ grants: NEEDED.filter((grant) => grant !== missing) });
    const [privilege, path] = missing.split(' ');
    const answer = await ask(proxmox, 'POST nodes/pve/qemu', create);
    expect(said(answer)).toBe(`403 Permission check failed (${path}, ${privilege})`);
    expect(proxmox.guests()).toEqual([]);
  });

  test('a VM is made with just these', async () => {
    const proxmox = await simulator({ grants: NEEDED });
    expect(said(await ask(proxmox, 'POST nodes/pve/qemu', create))).toBe('200 OK');
  });

  test('where there is a choice of needs, what is missing is not said', async () => {
    const grants = ['Datastore.AllocateTemplate /storage/local'];
    const asked = [
      'POST nodes/pve/storage/local/download-url',
      { content: 'iso', filename: 'x.iso', url: TALOS },
    ] as const;
    const refused = await ask(await simulator({ grants }), ...asked);
    expect(said(refused)).toBe('403 Permission check failed');
    for (const more of ['Sys.Audit,Sys.Modify /', 'Sys.AccessNetwork /nodes/pve']) {
      expect(said(await ask(await simulator({ grants: [...grants, more] }), ...asked))).toBe('200 OK');
    }
  });

  test('a nearer grant takes the place of one above, and NoAccess takes all', async () => {
    const guests = [100, 101, 102].map((vmid) => ({ vmid, name: `vm-${vmid}` }));
    const grants = ['VM.Audit,VM.PowerMgmt /', 'VM.Audit /vms/101', 'NoAccess /vms/102'];
    const proxmox = await simulator({ guests, grants });
    const start = (vmid: number): Promise<Answered> => ask(proxmox, `POST nodes/pve/qemu/${vmid}/status/start`);
    expect(said(await start(100))).toBe('200 OK');
    expect(said(await start(101))).toBe('403 Permission check failed (/vms/101, VM.PowerMgmt)');
    const { data } = await ask(proxmox, 'GET cluster/resources', { type: 'vm' });
    expect((data as { vmid: number }[]).map(({ vmid }) => vmid)).toEqual([100, 101]);
    expect((await ask(proxmox, 'GET access/permissions')).data).toMatchObject({
      '/': { 'VM.Audit': 1, 'VM.PowerMgmt': 1 },
      '/vms/101': { 'VM.Audit': 1 },
    });
  });

  test('a separated token has nothing of its user', async () => {
    const token = { id: 'nigari@pve!apart', secret: 'a', privsep: true };
    const proxmox = await simulator({ token, guests: [{ vmid: 100, name: 'a' }] });
    expect(said(await ask(proxmox, 'GET nodes/pve/qemu/100/config'))).toBe(
      '403 Permission check failed (/vms/100, VM.Audit)',
    );
  });
});

const TALOS = 'https://factory.talos.dev/image/0/v1.13.0/nocloud-amd64.iso';

describe('images', () => {
  const download = (proxmox: Simulator, more: Record<string, string> = {}): Promise<Answered> =>
    ask(proxmox, 'POST nodes/pve/storage/local/download-url', {
      content: 'iso',
      filename: 'x.iso',
      url: TALOS,
      ...more,
    });

  test('are known by their URL, and lie where they were put, on that host only', async () => {
    const proxmox = await simulator({ nodes: ['pve', 'pve2'] });
    expect((await ask(proxmox, 'GET nodes/pve/query-url-metadata', { url: TALOS })).data).toEqual({
      filename: 'nocloud-amd64.iso',
      mimetype: 'application/octet-stream',
      size: 100 * 2 ** 20,
    });
    expect(await ended(proxmox, await download(proxmox))).toBe('OK');
    const list = async (node: string): Promise<unknown> =>
      (await ask(proxmox, `GET nodes/${node}/storage/local/content`, { content: 'iso' })).data;
    expect(await list('pve')).toEqual([
      { volid: 'local:iso/x.iso', content: 'iso', format: 'iso', size: 100 * 2 ** 20 },
    ]);
    expect(await list('pve2')).toEqual([]);
    expect(said(await download(proxmox))).toBe("500 refusing to override existing file 'x.iso'");
    const removed = await ask(proxmox, 'DELETE nodes/pve/storage/local/content/local:iso%2Fx.iso');
    expect(await ended(proxmox, removed)).toBe('OK');
    expect(proxmox.volumes()).toEqual([]);
  });

  test('that are not there, do not fit, or are not what they should be', async () => {
    const proxmox = await simulator();
    const url = 'https://factory.talos.dev/nothing.iso';
    expect(said(await ask(proxmox, 'GET nodes/pve/query-url-metadata', { url }))).toBe(
      "500 invalid server response: '404 Not Found'",
    );
    expect(await ended(proxmox, await download(proxmox, { url }))).toBe('download failed: 404 Not Found');
    const sum = { checksum: '00', 'checksum-algorithm': 'sha256' };
    expect(await ended(proxmox, await download(proxmox, sum))).toMatch(
      /^checksum mismatch: got '[0-9a-f]{64}' != expect '00'$/,
    );
    expect(await download(proxmox, { content: 'images' })).toMatchObject({
      status: 400,
      errors: { storage: "storage 'local' is not configured for content-type 'images'" },
    });
    proxmox.inject({ match: 'POST nodes/*/storage/*/download-url', fault: { kind: 'full', storage: 'local' } });
    expect(await ended(proxmox, await download(proxmox))).toBe('download failed: no space left on device');
    proxmox.heal();
    expect(await ended(proxmox, await download(proxmox))).toBe('OK');
  });
});

/** How the task ended that an answer names; waits for it. */
async function ended(proxmox: Simulator, { data }: Answered): Promise<string> {
  const upid = encodeURIComponent(String(data));
  const path = `nodes/${String(data).split(':')[1]}/tasks/${upid}/status`;
  for (;;) {
    const { exitstatus } = (await ask(proxmox, `GET ${path}`)).data as { exitstatus?: string };
    if (exitstatus !== undefined) return exitstatus;
  }
}

describe('faults', () => {
  const nextId = (proxmox: Simulator): Promise<Answered> => ask(proxmox, 'GET cluster/nextid');

  test('strike at the call that is meant', async () => {
    const proxmox = await simulator();
    proxmox.inject(
      { match: 'GET cluster/nextid', nth: 2, fault: { kind: 'status', status: 503, reason: 'Service Unavailable' } },
      { match: '* cluster/**', nth: 3, fault: { kind: 'drop', when: 'before' } },
    );
    expect(said(await nextId(proxmox))).toBe('200 OK');
    expect(said(await nextId(proxmox))).toBe('503 Service Unavailable');
    await expect(nextId(proxmox)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(said(await nextId(proxmox))).toBe('200 OK');
  });

  test('drop a connection before the call is done, or after', async () => {
    const proxmox = await simulator();
    const pool = (poolid: string): Promise<Answered> => ask(proxmox, 'POST pools', { poolid });
    proxmox.inject(
      { match: 'POST pools', nth: 1, fault: { kind: 'drop', when: 'before' } },
      { match: 'POST pools', nth: 2, fault: { kind: 'drop', when: 'after' } },
    );
    await expect(pool('before')).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect(pool('after')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect([...proxmox.world.pools.keys()]).toEqual(['after']);
  });

  test('let a task run on, or fail with its log and nothing done', async () => {
    const proxmox = await simulator();
    const create = (vmid: string): Promise<Answered> =>
      ask(proxmox, 'POST nodes/pve/qemu', { vmid, scsi0: 'local-lvm:8' });
    proxmox.inject(
      { match: 'POST nodes/*/qemu', nth: 1, fault: { kind: 'task', milliseconds: 3_600_000 } },
      { match: 'POST nodes/*/qemu', nth: 2, fault: { kind: 'task', exitstatus: 'disk on fire', log: ['smoke'] } },
    );
    const running = await create('100');
    expect(
      (await ask(proxmox, `GET nodes/pve/tasks/${encodeURIComponent(String(running.data))}/status`)).data,
    ).toMatchObject({
      status: 'running',
      type: 'qmcreate',
      id: '100',
      user: 'nigari@pve!tofu',
    });
    expect(said(await ask(proxmox, 'DELETE nodes/pve/qemu/100'))).toBe('500 VM is locked (create)');
    const broken = await create('101');
    expect(await ended(proxmox, broken)).toBe('disk on fire');
    const { data } = await ask(proxmox, `GET nodes/pve/tasks/${encodeURIComponent(String(broken.data))}/log`);
    expect((data as { t: string }[]).map(({ t }) => t).slice(1)).toEqual(['smoke', 'TASK ERROR: disk on fire']);
    expect(proxmox.guests().map(({ vmid }) => vmid)).toEqual([100]);
  });

  test('give the id to someone else first', async () => {
    const proxmox = await simulator({ nodes: ['pve', 'pve2'] });
    proxmox.inject({ match: 'POST nodes/*/qemu', fault: { kind: 'taken', name: 'theirs', node: 'pve2' } });
    expect(said(await ask(proxmox, 'POST nodes/pve/qemu', { vmid: '100', name: 'ours' }))).toBe(
      "500 unable to create VM 100 - VM 100 already exists on node 'pve2'",
    );
    expect(proxmox.guests()).toMatchObject([{ vmid: 100, name: 'theirs', node: 'pve2' }]);
  });

  test('make a call slow, and it is answered all the same', async () => {
    const proxmox = await simulator();
    proxmox.inject({ match: 'GET cluster/nextid', fault: { kind: 'slow', milliseconds: 1 } });
    expect((await nextId(proxmox)).data).toBe('100');
  });
});
