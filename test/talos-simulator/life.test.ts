/** The real talosctl takes simulated machines from maintenance mode through their whole life. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTalos, type Simulator } from '../support/talos/simulator.ts';
import { ownNetwork } from '../support/talos/loopback.ts';
import { cannotTry, edited, withTalosctl, type Talosctl } from '../support/talos/talosctl.ts';

const network = ownNetwork();
const [VIP, CP1, CP2, W1] = [10, 11, 12, 21].map((last) => `${network}.${last}`) as [string, string, string, string];
const NODES = [
  { name: 'cp-1', address: CP1, disks: [{ path: '/dev/sda', size: 32_000_000_000, serial: 'drive-scsi0' }] },
  { name: 'cp-2', address: CP2 },
  { name: 'w-1', address: W1 },
];

describe.skipIf(cannotTry())('the real talosctl', () => {
  let talos: Simulator;
  let ctl: Talosctl;
  const stage = (name: string): string | undefined => talos.nodes.get(name)?.stage;

  beforeAll(async () => {
    talos = await startTalos({ nodes: NODES });
    ctl = await withTalosctl(VIP);
  });
  afterAll(async () => {
    await talos.close();
    await ctl.close();
  });

  test('sees the disks and the network of a machine in maintenance mode', async () => {
    const disks = await ctl.run('get', 'disks', '--insecure', '-n', CP1, '-o', 'json');
    expect(JSON.parse(disks.stdout)).toMatchObject({
      metadata: { id: 'sda' },
      spec: { dev_path: '/dev/sda', size: 32_000_000_000, serial: 'drive-scsi0', transport: 'virtio' },
    });
    const links = await ctl.run('get', 'links', '--insecure', '-n', CP1);
    expect(links.stdout).toContain(talos.nodes.get('cp-1')?.mac);
  });

  test('asks for the version in maintenance mode, where nothing but a configuration is taken', async () => {
    const version = await ctl.run('version', '--insecure', '--short', '-n', CP1);
    expect(version.stdout).toMatch(/Server:[^]*v1\.13\.0/);
    const reset = await ctl.run('reset', '--insecure', '--wait=false', '-n', CP1);
    expect(reset).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('code = PermissionDenied') as string });
  });

  test('says what it would do, and does nothing', async () => {
    const config = await ctl.config({ role: 'controlplane', hostname: 'cp-1' });
    const said = await ctl.run('apply-config', '--insecure', '-n', CP1, '-f', config, '--dry-run');
    expect(said).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('Dry run summary') as string });
    expect(talos.nodes.get('cp-1')).toMatchObject({ stage: 'maintenance', config: null });
  });

  test('configures every machine, which boots into it and asks for certificates from then on', async () => {
    for (const { name, address } of NODES) {
      const config = await ctl.config({ role: name.startsWith('cp') ? 'controlplane' : 'worker', hostname: name });
      expect(await ctl.run('apply-config', '--insecure', '-n', address, '-f', config)).toMatchObject({ exitCode: 0 });
    }
    await talos.until(() => stage('w-1') === 'running' && stage('cp-1') === 'booting' && stage('cp-2') === 'booting');
    const version = await ctl.ask(CP1, W1, 'version', '--json');
    expect(JSON.parse(version.stdout)).toMatchObject({ metadata: { hostname: W1 }, version: { tag: 'v1.13.0' } });
    const again = await ctl.run('version', '--insecure', '-n', CP1);
    expect(again.stderr).toContain('tls: certificate required');
  });

  test('bootstraps etcd once, at a control plane', async () => {
    const worker = await ctl.ask(CP1, W1, 'bootstrap');
    expect(worker.stderr).toContain('code = Unimplemented desc = bootstrap is only available on control plane nodes');
    expect(await ctl.ask(CP1, CP1, 'bootstrap')).toMatchObject({ exitCode: 0 });
    const again = await ctl.ask(CP1, CP1, 'bootstrap');
    expect(again.stderr).toContain('code = AlreadyExists desc = etcd data directory is not empty');
    await talos.until(() => ['cp-1', 'cp-2', 'w-1'].every((name) => stage(name) === 'running'));
    const members = await ctl.ask(CP1, CP1, 'etcd', 'members');
    expect(members.stdout).toMatch(/cp-1[^]*cp-2/);
    expect(talos.clusters()).toMatchObject([{ split: false }]);
  });

  test('finds the cluster healthy, and its services', async () => {
    const health = await ctl.ask(CP1, CP1, 'health', '--control-plane-nodes', `${CP1},${CP2}`, '--worker-nodes', W1);
    expect(health).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('all k8s nodes to report ready: OK') as string,
    });
    const services = await ctl.ask(CP1, W1, 'service');
    expect(services.stdout).toMatch(/kubelet +Running +OK/);
    expect(services.stdout).not.toContain('etcd');
  });

  test('gets a kubeconfig from a control plane', async () => {
    const { stdout } = await ctl.ask(CP1, CP1, 'kubeconfig', '-');
    expect(stdout).toContain(`server: https://${VIP}:6443`);
    expect((await ctl.ask(CP1, W1, 'kubeconfig', '-')).stderr).toContain('only available on control plane nodes');
  });

  test('asks several nodes by way of one, and is told which does not answer', async () => {
    const said = await ctl.ask(CP1, [CP1, W1, `${network}.99`].join(','), 'version', '--json');
    expect(said).toMatchObject({
      exitCode: 0,
      stderr: expect.stringMatching(/WARNING: 1 error[^]*connection refused/) as string,
    });
    expect(said.stdout.trim().split('\n')).toHaveLength(2);
  });

  test('cannot reach others by way of a worker', async () => {
    expect((await ctl.ask(W1, CP1, 'version')).stderr).toContain(
      'code = PermissionDenied desc = no request forwarding',
    );
    expect(await ctl.ask(W1, W1, 'version')).toMatchObject({ exitCode: 0 });
  });

  test('reads the configuration in force, byte for byte', async () => {
    const sent = talos.nodes.get('cp-1')?.config?.text ?? '';
    const said = await ctl.ask(CP1, CP1, 'get', 'machineconfig', 'v1alpha1', '-o', 'jsonpath={.spec}');
    expect(said.stdout.trimEnd()).toBe(sent.trimEnd());
  });

  test('changes a configuration in each mode', async () => {
    const text = talos.nodes.get('cp-1')?.config?.text ?? '';
    const small = await edited(`${ctl.folder}/cp-1.yaml`, text.replace('debug: false', 'debug: true'));
    const big = await edited(
      `${ctl.folder}/cp-1.yaml`,
      text.replace('diskQuotaSupport: true', 'diskQuotaSupport: false'),
    );
    const apply = async (file: string, ...more: readonly string[]): Promise<string> =>
      (await ctl.ask(CP1, CP1, 'apply-config', '-f', file, ...more)).stderr;

    expect(await apply(small, '--dry-run')).toMatch(
      /without a reboot \(skipped in dry-run\)[^]*\n-debug: false\n\+debug: true/,
    );
    expect(await apply(big, '--dry-run')).toContain('with a reboot (skipped in dry-run)');
    expect(await apply(big, '--mode=no-reboot')).toContain("can't be applied in immediate mode");
    expect(await apply(small, '--mode=try', '--timeout=1s')).toContain('automatically reverted back in 1s');
    await talos.until(() => talos.nodes.get('cp-1')?.config?.text === text);
    expect(await apply(small, '--mode=staged')).toContain('Staged configuration');
    expect(talos.nodes.get('cp-1')?.config?.text).toBe(text);
    expect(await apply(small)).toContain('Applied configuration without a reboot');
    expect(talos.nodes.get('cp-1')?.config?.text).toBe(await readFile(small, 'utf8'));
    expect(await apply(big)).toContain('Applied configuration with a reboot');
    await talos.until(
      () => stage('cp-1') === 'running' && talos.nodes.get('cp-1')?.config?.text.includes('Support: false') === true,
    );
  });

  test('reboots a node, and waits for it', async () => {
    const before = talos.nodes.get('w-1')?.bootId;
    const said = await ctl.ask(CP1, W1, 'reboot');
    expect(said).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('post check passed') as string });
    expect(talos.nodes.get('w-1')?.bootId).not.toBe(before);
  });

  test('upgrades a node: pulls, installs, reboots', async () => {
    const image =
      'factory.talos.dev/nocloud-installer/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba:v1.13.1';
    const said = await ctl.ask(CP1, W1, 'upgrade', '--drain=false', '--image', image);
    expect(said).toMatchObject({ exitCode: 0 });
    expect(said.stdout + said.stderr).toMatch(/pulled image[^]*installation complete[^]*post check passed/);
    expect(talos.nodes.get('w-1')).toMatchObject({ version: '1.13.1', installed: image });
  });

  test('resets a node, which is in maintenance mode again', async () => {
    const wipe = ['--graceful=false', '--reboot', '--system-labels-to-wipe', 'STATE,EPHEMERAL'];
    const installed = talos.nodes.get('w-1')?.installed;
    const said = await ctl.ask(CP1, W1, 'reset', ...wipe);
    expect(said).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('post check passed') as string });
    await talos.until(() => stage('w-1') === 'maintenance');
    expect(talos.nodes.get('w-1')).toMatchObject({ config: null, installed, version: '1.13.1' });
  });
});
