/** What goes wrong on purpose reads in talosctl as it does with real machines. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { FaultRule } from '../support/talos/faults.ts';
import { startTalos, type Simulator } from '../support/talos/simulator.ts';
import { ownNetwork } from '../support/talos/loopback.ts';
import { cannotTry, withTalosctl, type Said, type Talosctl } from '../support/talos/talosctl.ts';

const network = ownNetwork();
const CP1 = `${network}.11`;
const W1 = `${network}.21`;

describe.skipIf(cannotTry())('the real talosctl, where something fails', () => {
  let talos: Simulator;
  let ctl: Talosctl;
  let config: string;
  const ask = async (...args: readonly string[]): Promise<Said> => ctl.ask(CP1, CP1, ...args);

  beforeAll(async () => {
    talos = await startTalos({
      nodes: [
        { name: 'cp-1', address: CP1 },
        { name: 'w-1', address: W1 },
      ],
    });
    ctl = await withTalosctl(CP1);
    config = await ctl.config({ role: 'controlplane', hostname: 'cp-1' });
    await ctl.run('apply-config', '--insecure', '-n', CP1, '-f', config);
    await talos.until(() => talos.nodes.get('cp-1')?.kubelet === true);
  });
  afterEach(() => talos.heal());
  afterAll(async () => {
    await talos.close();
    await ctl.close();
  });

  const ONCE: readonly [FaultRule, readonly string[], RegExp][] = [
    [{ how: 'refused' }, ['version'], /connect: connection refused/],
    [
      { how: 'wrong-certificate', times: 3 },
      ['version'],
      /certificate signed by unknown authority .*Ed25519 verification failure/,
    ],
    [{ how: 'refused', call: 'Version' }, ['version'], /code = Unavailable/],
    [{ how: 'not-authorized', call: 'Version' }, ['version'], /code = PermissionDenied desc = not authorized/],
    [{ how: 'bootstrap-too-early' }, ['bootstrap'], /code = FailedPrecondition desc = bootstrap is not available yet/],
    [{ how: 'time-not-in-sync' }, ['bootstrap'], /code = FailedPrecondition desc = time is not in sync yet/],
    [{ how: 'already-bootstrapped' }, ['bootstrap'], /code = AlreadyExists desc = etcd data directory is not empty/],
    [{ how: 'no-quorum' }, ['etcd', 'members'], /etcdserver: no leader/],
  ];

  test.each(ONCE)('%j', async (rule, args, text) => {
    talos.fail({ node: 'cp-1', ...rule });
    expect(await ask(...args)).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(text) as string });
    talos.heal();
    expect(await ask('version')).toMatchObject({ exitCode: 0 });
  });

  test('a configuration that is refused', async () => {
    talos.fail({ how: 'invalid-config', times: 1 }, { how: 'apply-in-progress', times: 1 });
    expect((await ask('apply-config', '-f', config)).stderr).toContain('code = InvalidArgument');
    expect((await ask('apply-config', '-f', config)).stderr).toContain(
      'another apply configuration is already in progress',
    );
    expect(await ask('apply-config', '-f', config)).toMatchObject({ exitCode: 0 });
  });

  test('a port that is open and silent, asked at its own address and by way of another', async () => {
    talos.fail({ node: 'w-1', how: 'silent' });
    const version = ['version', '--short'];
    const [own, other] = await Promise.all([ctl.run(...version, '--insecure', '-n', W1), ctl.ask(CP1, W1, ...version)]);
    expect(own.stderr).toContain('authentication handshake failed: context deadline exceeded');
    expect(other.stderr).toContain(`dial tcp ${W1}:50000: i/o timeout`);
  });

  test('a call that is late is answered', async () => {
    talos.fail({ how: 'late', call: 'Version', milliseconds: 300 });
    expect(await ask('version')).toMatchObject({ exitCode: 0 });
  });

  test('an upgrade that fails leaves what was there', async () => {
    const before = talos.nodes.get('cp-1')?.installed;
    talos.fail({ how: 'upgrade-fails', times: 1 });
    const said = await ask('upgrade', '--drain=false', '--image', 'factory.talos.dev/nocloud-installer/abc:v1.13.1');
    expect(said).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('upgrade failed with exit code 1') as string,
    });
    expect(talos.nodes.get('cp-1')).toMatchObject({ installed: before, version: '1.13.0', broken: false });
  });

  test('an image that cannot be pulled', async () => {
    talos.fail({ how: 'pull-fails', times: 1 });
    const said = await ask('upgrade', '--drain=false', '--image', 'factory.talos.dev/nocloud-installer/abc:v1.13.1');
    expect(said).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('error pulling upgrade image') as string,
    });
  });

  test('an upgrade that Talos takes back at the next boot', async () => {
    await ask('bootstrap');
    talos.fail({ how: 'upgrade-rolls-back', times: 1 });
    const said = await ask('upgrade', '--drain=false', '--image', 'factory.talos.dev/nocloud-installer/abc:v1.13.1');
    expect(said).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('post check passed') as string });
    expect(talos.nodes.get('cp-1')?.version).toBe('1.13.0');
  });

  test('a machine that is switched off does not answer until it is on again', async () => {
    talos.power('cp-1', 'off');
    expect((await ask('version')).stderr).toContain('connection refused');
    talos.power('cp-1', 'on');
    await talos.until(() => talos.nodes.get('cp-1')?.stage === 'running');
    expect(await ask('version')).toMatchObject({ exitCode: 0 });
  });

  test('every call is logged with its answer', () => {
    expect(talos.calls('cp-1').map(({ call, status }) => `${call} ${status}`)).toEqual(
      expect.arrayContaining(['Version OK', 'Bootstrap ALREADY_EXISTS', 'LifecycleService/Upgrade OK']),
    );
  });
});
