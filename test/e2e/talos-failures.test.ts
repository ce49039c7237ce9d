/** What goes wrong on the way to a cluster, and what nigari says of it. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectClear } from '../support/clear.ts';
import { talosProject } from '../support/talos-project.ts';
import { realTool } from '../support/tools.ts';

const BOOTSTRAP = ['bootstrap', 'talos', '--timeout', '4'];

describe.skipIf(realTool('talosctl') === null)('nigari bootstrap talos', () => {
  test('says which control plane does not come, and goes on when it does', async () => {
    const { talos, nigari, address } = await talosProject({ 'cp-1': 11, 'wk-1': 21 });
    talos.power('cp-1', 'off');
    const ended = await nigari(BOOTSTRAP, 4);
    expectClear(ended, 'talos-refused');
    expect(ended.stderr).toMatch(`cp-1 (${address(11)}): nobody listens at port 50000 (ECONNREFUSED), after `);
    expect(ended.stderr).toContain('then run the same again: it goes on from here');
    talos.power('cp-1', 'on');
    await nigari(['bootstrap', 'talos']);
  });

  test('forms the cluster without a worker that does not come, and says so', async () => {
    const { talos, nigari } = await talosProject({ 'cp-1': 11, 'wk-1': 21 });
    talos.power('wk-1', 'off');
    const ended = await nigari(['bootstrap', 'talos', '--timeout', '20'], 4);
    expectClear(ended, 'talos-refused');
    expect(ended.stdout).toContain('etcd has its first member: cp-1');
    talos.power('wk-1', 'on');
    expect((await nigari(['bootstrap', 'talos'])).stdout).toContain('demo works: 2 nodes');
  });

  test('makes no new secrets for machines that have some', async () => {
    const { talos, folder, nigari } = await talosProject({ 'cp-1': 11 });
    await nigari(['bootstrap', 'talos']);
    const calls = talos.calls('cp-1').length;
    rmSync(join(folder, 'talos/secrets.sops.yaml'));
    const ended = await nigari(BOOTSTRAP, 2);
    expectClear(ended, 'talos-bundle-missing');
    expect(ended.stderr).toContain('cp-1 belongs to a cluster already');
    expect(
      talos
        .calls('cp-1')
        .slice(calls)
        .map(({ call }) => call),
    ).not.toContain('ApplyConfiguration');
  });

  test('touches no machine of another cluster', async () => {
    const { talos, nigari } = await talosProject({ 'cp-1': 11, 'cp-2': 12, 'cp-3': 13 });
    talos.fail({ node: 'cp-2', how: 'wrong-certificate' });
    await nigari(BOOTSTRAP, null);
    talos.heal();
    await nigari(['bootstrap', 'talos']);
    talos.fail({ node: 'cp-2', how: 'wrong-certificate' });
    expectClear(await nigari(BOOTSTRAP, 2), 'talos-foreign');
  });

  test('names the disks where the one that is wanted is missing', async () => {
    const { nigari, edit } = await talosProject({ 'cp-1': 11 });
    edit('nodes.yaml', (text) => text.replace('/dev/sda', '/dev/nvme0n1'));
    await nigari(['configure']);
    const ended = await nigari(BOOTSTRAP, 2);
    expectClear(ended, 'talos-disk-missing');
    expect(ended.stderr).toContain('it has /dev/sda (32 GB)');
  });

  test('installs on the disk that is described, refuses where none is like that, and tells where two are', async () => {
    const { talos, nigari, edit } = await talosProject({ 'cp-1': 11, 'wk-1': 21 });
    const TERA = 1_000_000_000_000;
    const disks = [
      { path: '/dev/sda', size: 4 * TERA, serial: 'WX1', model: 'WDC WD40', wwid: 'naa.5001', rotational: true },
      { path: '/dev/sdb', size: TERA, serial: 'S4E1', model: 'WDC SN7', wwid: 'naa.5002' },
    ];
    for (const node of talos.nodes.values()) Object.assign(node, { disks });
    const configure = async (from: string, to: string): Promise<void> => {
      edit('nodes.yaml', (text) => text.replaceAll(from, to));
      await nigari(['configure']);
    };
    await configure('disk: /dev/sda', 'disk: S4E2');
    expect((await nigari(['talos', 'verify', '--node', 'wk-1'], 4)).stdout).toMatch(
      /^fail +wk-1 +has no disk with serial S4E2 .*\/dev\/sda \(4000 GB, serial WX1\), \/dev\/sdb \(1000 GB, serial S4E1\)/m,
    );
    expectClear(await nigari(BOOTSTRAP, 2), 'talos-disk-missing');
    expect(talos.calls('cp-1').map(({ call }) => call)).not.toContain('ApplyConfiguration');

    await configure('disk: S4E2', 'disk_selector: { model: "WDC*", size: ">= 1TB" }');
    expect((await nigari(['talos', 'verify', '--node', 'wk-1'])).stdout).toMatch(
      /^warning +wk-1 +has 2 disks with model WDC\*, size >= 1TB, and Talos takes the first: \/dev\/sda /m,
    );
    expect((await nigari(['bootstrap', 'talos'])).stderr).toContain('(talos-disk-ambiguous)');

    await configure('size: ">= 1TB"', 'type: ssd, wwid: "naa.*"');
    expect((await nigari(['talos', 'verify', '--node', 'wk-1'])).stdout).toMatch(/^ok +wk-1 +has \/dev\/sdb /m);
  });

  test.each([
    ['bootstrap-too-early', 'bootstrap is not available yet'],
    ['time-not-in-sync', 'time is not in sync yet'],
  ] as const)('waits while Talos says that it is not ready: %s', async (how, said) => {
    const { talos, nigari } = await talosProject({ 'cp-1': 11 });
    talos.fail({ how, times: 1 });
    expect((await nigari(['bootstrap', 'talos'])).stdout).toContain(said);
  });

  test('makes no second cluster where etcd gives no answer', async () => {
    const { talos, nigari } = await talosProject({ 'cp-1': 11, 'cp-2': 12, 'cp-3': 13 });
    await nigari(['bootstrap', 'talos']);
    await nigari(['talos', 'reset', 'cp-1', '--yes']);
    await talos.until(({ nodes }) => nodes.get('cp-1')?.stage === 'maintenance');
    const before = talos.calls('cp-1').length;
    talos.fail({ how: 'no-quorum' });
    expectClear(await nigari(['bootstrap', 'talos', '--timeout', '20'], 4), 'talos-etcd-incomplete');
    expect(
      talos
        .calls('cp-1')
        .slice(before)
        .map(({ call }) => call),
    ).not.toContain('Bootstrap');
    talos.heal();
    expect((await nigari(['bootstrap', 'talos'])).stdout).toContain('demo works: 3 nodes');
  });

  test('goes on where somebody else was faster', async () => {
    const { talos, nigari } = await talosProject({ 'cp-1': 11 });
    await nigari(['bootstrap', 'talos']);
    talos.fail({ how: 'no-quorum', times: 1 }, { how: 'already-bootstrapped', times: 1 });
    expect((await nigari(['bootstrap', 'talos'])).stdout).toContain('demo works');
  });

  test('shows what Talos does not take', async () => {
    const { talos, nigari } = await talosProject({ 'cp-1': 11 });
    talos.fail({ how: 'invalid-config' });
    const ended = await nigari(BOOTSTRAP, 4);
    expectClear(ended, 'talos-config-refused');
    expect(ended.stderr).toContain('unknown keys found during decoding');
  });

  test('wants a talosctl, and one that knows the version', async () => {
    const { folder, nigari, edit } = await talosProject({ 'cp-1': 11 });
    expectClear(await nigari(BOOTSTRAP, 4, { PATH: folder }), 'talosctl-missing');
    edit(
      'cluster.yaml',
      (text) => text.replaceAll(/(talos|kubernetes)_version: .*\n/g, '') + 'talos_version: 1.14.4\n',
    );
    await nigari(['configure']);
    expectClear(await nigari(BOOTSTRAP, 4), 'talosctl-too-old');
    expect((await nigari(['doctor'], null)).stdout).toMatch(/^warning +talosctl +this is talosctl 1\.13\.0/m);
  });

  test('reads what was rendered, and refuses what it cannot read', async () => {
    const { folder, nigari } = await talosProject({ 'cp-1': 11 });
    writeFileSync(join(folder, 'talos/cluster.yaml'), 'nodes: 1\n');
    expect((await nigari([...BOOTSTRAP, '--stale-ok'], 2)).stderr).toContain('(talos-cluster-unreadable)');
    rmSync(join(folder, 'talos/cluster.yaml'));
    expectClear(await nigari([...BOOTSTRAP, '--stale-ok'], 2), 'not-configured');
  });
});

describe.skipIf(realTool('talosctl') === null)('nigari talos', () => {
  test('wants a cluster that was bootstrapped', async () => {
    const { talos, nigari } = await talosProject({ 'cp-1': 11 });
    for (const verb of [
      ['apply'],
      ['diff'],
      ['upgrade'],
      ['upgrade-k8s'],
      ['reset', 'cp-1'],
      ['nodes'],
      ['status'],
      ['health'],
    ])
      expectClear(await nigari(['talos', ...verb], 2), 'talos-not-bootstrapped');
    expect((await nigari(['talos', 'verify'])).stdout).toContain('in maintenance mode');
    talos.power('cp-1', 'off');
    expect((await nigari(['talos', 'verify', '--wait', '2'], 4)).stdout).toMatch(
      /^fail +cp-1 .* \(ECONNREFUSED\), after /m,
    );
    const waiting = nigari(['talos', 'verify', '--wait', '60']);
    talos.power('cp-1', 'on');
    expect((await waiting).stdout).toMatch(/^ok +cp-1 +has bc:24:11:00:00:0b at eth0$/m);
  });

  test('asks back for names and numbers that are none', async () => {
    const { nigari } = await talosProject({ 'cp-1': 11 });
    await nigari(['bootstrap', 'talos']);
    const ended = await nigari(['talos', 'diff', 'cp-i'], 2);
    expectClear(ended, 'node-unknown');
    expect(ended.stderr).toContain('did you mean cp-1?');
    expectClear(await nigari(['talos', 'diff', '--node', 'cp-i'], 2), 'node-unknown');
    expectClear(await nigari(['talos', 'reset', '--yes'], 2), 'one-node');
    expectClear(await nigari(['talos', 'reset', 'cp-1', '--node', 'cp-2', '--yes'], 2), 'one-node');
    for (const timeout of ['0', '-1', 'soon', '1.5'])
      expectClear(await nigari(['talos', 'upgrade', `--timeout=${timeout}`], 2), 'bad-seconds');
  });

  test('resets no control plane without which etcd does not go on', async () => {
    const { talos, nigari } = await talosProject({ 'cp-1': 11, 'cp-2': 12, 'cp-3': 13 });
    await nigari(['bootstrap', 'talos']);
    talos.power('cp-3', 'off');
    const ended = await nigari(['talos', 'reset', 'cp-2', '--yes'], 2);
    expectClear(ended, 'quorum-loss');
    expect(ended.stderr).toContain('without cp-2 etcd has 2 members and needs 2 of them, but 1 is up');
    expect(talos.nodes.get('cp-2')?.stage).toBe('running');
  });

  test('upgrades nothing while the cluster is not whole', async () => {
    const { talos, nigari, edit } = await talosProject({ 'cp-1': 11, 'cp-2': 12, 'cp-3': 13 });
    await nigari(['bootstrap', 'talos']);
    edit('cluster.yaml', (text) => text.replace('talos_version: 1.13.0', 'talos_version: 1.13.2'));
    await nigari(['configure']);
    talos.power('cp-3', 'off');
    expectClear(await nigari(['talos', 'upgrade', 'cp-1', '--timeout', '3'], 4));
    expect(talos.nodes.get('cp-1')?.version).toBe('1.13.0');
  });

  test('says which node takes no pods, as an upgrade leaves one that was killed', async () => {
    const { talos, nigari } = await talosProject({ 'cp-1': 11 });
    await nigari(['bootstrap', 'talos']);
    for (const { kubernetes } of talos.clusters())
      Object.assign(kubernetes?.nodes.get('cp-1') ?? {}, { unschedulable: true });
    for (const [verb, status] of [
      ['upgrade', 0],
      ['status', 4],
    ] as const)
      expect((await nigari(['talos', verb], status)).stderr).toMatch(
        /\(kubernetes-cordoned\)[^]*kubectl uncordon cp-1/,
      );
  });

  test('shows and gives the others theirs where one does not answer, all but a restart', async () => {
    const { talos, nigari, edit } = await talosProject({ 'cp-1': 11, 'wk-1': 21, 'wk-2': 22, 'wk-3': 23 });
    await nigari(['bootstrap', 'talos']);
    const more = (name: string, lines: string): void =>
      edit(`talos/nodes/${name}.yaml`, (text) => text.replace(/^machine:\n/m, `machine:\n  ${lines}\n`));
    more('cp-1', 'sysctls: { vm.overcommit_memory: "1" }');
    more('wk-1', 'udev: { rules: [x] }');
    await nigari(['talos', 'reset', 'wk-2', '--yes']);
    await talos.until(({ nodes }) => nodes.get('wk-2')?.stage === 'maintenance');
    talos.power('wk-3', 'off');

    const shown = await nigari(['talos', 'diff', '--stale-ok', '--check'], 4);
    expectClear(shown, 'talos-refused');
    expect(shown.stdout).toMatch(/^\+ +vm\.overcommit_memory: "1"$[^]*^wk-3 cannot be asked what would change$/m);
    expect(shown.stdout).not.toContain('every machine has');

    const ended = await nigari(['talos', 'apply', '--stale-ok', '--timeout', '8'], 4);
    expectClear(ended, 'talos-refused');
    expect(ended.stderr).toMatch(/^note +left as they are: wk-1: .*\(talos-restart-left\)$/m);
    const states = [...talos.nodes.values()].map(({ name, stage }) => `${name} ${stage}`);
    expect(states).toEqual(['cp-1 running', 'wk-1 running', 'wk-2 running', 'wk-3 off']);
    const left = await nigari(['talos', 'diff', '--stale-ok', '--json'], 4);
    expect(JSON.parse(left.stdout)).toMatchObject({
      nodes: [
        { name: 'wk-1', state: 'configured', reboots: true },
        { name: 'wk-3', state: 'silent' },
      ],
      problems: [{ code: 'talos-refused' }],
    });

    talos.power('wk-3', 'on');
    await nigari(['talos', 'apply', '--stale-ok', '--yes']);
    expect((await nigari(['talos', 'diff', '--stale-ok', '--check'])).stdout).toContain('every machine has');
  });

  test('applies nothing where a machine belongs to another cluster', async () => {
    const { talos, nigari, edit } = await talosProject({ 'cp-1': 11, 'wk-1': 21 });
    await nigari(['bootstrap', 'talos']);
    edit('talos/nodes/cp-1.yaml', (text) => text.replace(/^machine:\n/m, 'machine:\n  sysctls: { a.b: "1" }\n'));
    talos.fail({ node: 'wk-1', how: 'wrong-certificate' });
    expectClear(await nigari(['talos', 'apply', '--stale-ok', '--timeout', '4'], 4), 'talos-foreign');
    const ended = await nigari(['talos', 'diff', '--stale-ok'], 4);
    expectClear(ended, 'talos-foreign');
    expect(ended.stdout).toMatch(/^\+ +a\.b: "1"$/m);
  });

  test('hides the secrets in what an apply would change', async () => {
    const { nigari, bundle, edit } = await talosProject({ 'cp-1': 11 });
    await nigari(['bootstrap', 'talos']);
    bundle();
    edit('talos/nodes/cp-1.yaml', (text) =>
      text.replace(/^machine:\n/m, 'machine:\n  token: abcdef.0123456789abcdef\n'),
    );
    const { stdout } = await nigari(['talos', 'diff', '--stale-ok']);
    for (const sign of ['-', '\\+']) expect(stdout).toMatch(new RegExp(`^${sign}\\s+token: \\*\\*\\*$`, 'm'));
  });
});
