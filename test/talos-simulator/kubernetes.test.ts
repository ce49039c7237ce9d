/** The Kubernetes of simulated machines: readiness, draining, and the real `talosctl upgrade-k8s`. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askKubernetes } from '../support/talos/kubernetes/client.ts';
import type { Kubernetes } from '../support/talos/kubernetes/objects.ts';
import { startTalos, type Simulator } from '../support/talos/simulator.ts';
import { ownNetwork } from '../support/talos/loopback.ts';
import { cannotTry, withTalosctl, type Said, type Talosctl } from '../support/talos/talosctl.ts';

const network = ownNetwork();
const VIP = `${network}.110`;
const NODES = ['cp-1', 'cp-2', 'cp-3', 'w-1'].map((name, index) => ({ name, address: `${network}.${111 + index}` }));
const [CP1, CP2, , W1] = NODES.map(({ address }) => address) as [string, string, string, string];
const NO_NETWORK = 'cluster: {network: {cni: {name: none}}}';
const IMAGE = 'factory.talos.dev/nocloud-installer/abc:v1.13.1';

describe.skipIf(cannotTry())('the Kubernetes of a simulated cluster', () => {
  let talos: Simulator;
  let ctl: Talosctl;
  let kubeconfig: string;
  const kubernetes = (): Kubernetes => talos.clusters()[0]?.kubernetes as Kubernetes;
  const get = async (path: string, server?: string): Promise<{ status: number; text: string }> =>
    askKubernetes(kubeconfig, path, server);
  const readiness = async (): Promise<Record<string, string>> => {
    interface Node {
      readonly metadata: { readonly name: string };
      readonly status: { readonly conditions: readonly { readonly status: string }[] };
    }
    const { items } = JSON.parse((await get('/api/v1/nodes')).text) as { items: Node[] };
    return Object.fromEntries(items.map(({ metadata, status }) => [metadata.name, status.conditions[0]?.status ?? '']));
  };
  const health = async (wait: string): Promise<Said> =>
    ctl.ask(
      CP1,
      CP1,
      'health',
      '--control-plane-nodes',
      NODES.slice(0, 3)
        .map(({ address }) => address)
        .join(','),
      '--worker-nodes',
      W1,
      '--wait-timeout',
      wait,
    );

  beforeAll(async () => {
    talos = await startTalos({ nodes: NODES });
    ctl = await withTalosctl(VIP);
    for (const { name, address } of NODES) {
      const role = name.startsWith('cp') ? 'controlplane' : 'worker';
      const config = await ctl.config({ role, hostname: name, patches: [NO_NETWORK] });
      await ctl.run('apply-config', '--insecure', '-n', address, '-f', config);
    }
    await talos.until(({ nodes }) => [...nodes.values()].every(({ kubelet }) => kubelet));
    await ctl.ask(CP1, CP1, 'bootstrap');
    await talos.until(() => talos.clusters()[0]?.kubernetes?.nodes.size === 4);
    kubeconfig = (await ctl.ask(CP1, CP1, 'kubeconfig', '-')).stdout;
  });
  afterAll(async () => {
    await talos.close();
    await ctl.close();
  });

  test('answers at the shared address and at each control plane', async () => {
    expect(await get('/readyz')).toEqual({ status: 200, text: 'ok' });
    expect(JSON.parse((await get('/version', `https://${CP2}:6443`)).text)).toMatchObject({ gitVersion: 'v1.36.0' });
  });

  test('has nodes that are not ready without a network, which a health check does not wait for', async () => {
    expect(await readiness()).toEqual({ 'cp-1': 'False', 'cp-2': 'False', 'cp-3': 'False', 'w-1': 'False' });
    expect((await health('20s')).stderr).toContain('all k8s nodes to report ready: SKIP');
    kubernetes().network = true;
    expect(await readiness()).toEqual({ 'cp-1': 'True', 'cp-2': 'True', 'cp-3': 'True', 'w-1': 'True' });
  });

  test('lets an upgrade drain a node and take it back', async () => {
    kubernetes().pods.push({ namespace: 'default', name: 'web', nodeName: 'w-1' });
    const said = await ctl.ask(CP1, W1, 'upgrade', '--image', IMAGE);
    expect(said).toMatchObject({ exitCode: 0 });
    expect(said.stdout + said.stderr).toMatch(
      /w-1: evicted pod default\/web[^]*w-1: node drained[^]*w-1: node uncordoned/,
    );
    expect(kubernetes()).toMatchObject({ pods: [] });
    expect(talos.nodes.get('w-1')?.version).toBe('1.13.1');
  });

  test('keeps a pod that may not be evicted: installed, not booted, cordoned', async () => {
    kubernetes().pods.push({ namespace: 'default', name: 'database', nodeName: 'cp-3', stays: true });
    const address = talos.nodes.get('cp-3')?.address ?? '';
    const said = await ctl.ask(CP1, address, 'upgrade', '--image', IMAGE, '--drain-timeout', '2s');
    expect(said).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('error draining node "cp-3"') as string,
    });
    expect(talos.nodes.get('cp-3')).toMatchObject({ installed: IMAGE, version: '1.13.0' });
    expect(kubernetes().nodes.get('cp-3')).toMatchObject({ unschedulable: true });
    expect(await health('1s')).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('schedulable') as string });
    kubernetes().pods.length = 0;
    Object.assign(kubernetes().nodes.get('cp-3') ?? {}, { unschedulable: false });
  });

  test('is taken to another version by the real talosctl upgrade-k8s', async () => {
    const plan = await ctl.ask(CP1, CP1, 'upgrade-k8s', '--to', '1.36.1', '--dry-run');
    expect(plan).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('detected the lowest Kubernetes version 1.36.0') as string,
    });
    expect(JSON.parse((await get('/version')).text)).toMatchObject({ gitVersion: 'v1.36.0' });
    const said = await ctl.ask(CP1, CP1, 'upgrade-k8s', '--to', '1.36.1');
    expect(said).toMatchObject({ exitCode: 0 });
    expect(JSON.parse((await get('/version')).text)).toMatchObject({ gitVersion: 'v1.36.1' });
    const { text } = await get('/api/v1/nodes');
    expect(text.match(/"kubeletVersion":"v1\.36\.1"/g)).toHaveLength(4);
  });

  test('stays there while most of etcd does, and goes with it', async () => {
    talos.power('cp-2', 'off');
    expect(await readiness()).toMatchObject({ 'cp-1': 'True', 'cp-2': 'False' });
    expect((await health('1s')).stderr).toContain(`service "etcd" not healthy: [${CP2}]`);
    talos.power('cp-3', 'off');
    await expect(get('/readyz')).rejects.toThrow('ECONNREFUSED');
    expect((await ctl.ask(CP1, CP1, 'etcd', 'members')).stderr).toContain('etcdserver: no leader');
    talos.power('cp-2', 'on');
    talos.power('cp-3', 'on');
    await talos.until(({ nodes }) => [...nodes.values()].every(({ stage }) => stage === 'running'));
    expect(await get('/readyz')).toMatchObject({ status: 200 });
    expect(talos.nodes.get('cp-3')?.version).toBe('1.13.1');
  });

  test('waits in vain for a node whose kubelet does not come back, and finds the one that does not boot', async () => {
    talos.fail({ node: 'w-1', how: 'kubelet-fails', times: 1 });
    // The time is over, of which talosctl may or may not say something.
    const stuck = await ctl.ask(CP1, W1, 'upgrade', '--image', IMAGE, '--drain=false', '--timeout', '4s');
    expect(stuck).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/stage: BOOTING ready: false .*kubelet not running/) as string,
    });
    expect(await readiness()).toMatchObject({ 'w-1': 'False' });
    expect((await health('1s')).stderr).toContain(`service "kubelet" not healthy: [${W1}]`);

    talos.fail({ node: 'w-1', how: 'never-boots', times: 1 });
    await ctl.ask(CP1, W1, 'reboot', '--wait=false');
    await talos.until(({ nodes }) => nodes.get('w-1')?.stage === 'rebooting');
    expect((await health('3s')).stderr).toContain(`waiting for apid to be ready: connection refused: [${W1}]`);
    talos.power('w-1', 'off');
    talos.power('w-1', 'on');
    await talos.until(({ nodes }) => nodes.get('w-1')?.stage === 'running');
    expect(await readiness()).toMatchObject({ 'w-1': 'True' });
  });

  test('loses a control plane that is reset in good order, and takes it in again', async () => {
    const address = talos.nodes.get('cp-3')?.address ?? '';
    const wipe = ['--reboot', '--system-labels-to-wipe', 'STATE,EPHEMERAL'];
    expect(await ctl.ask(CP1, address, 'reset', ...wipe)).toMatchObject({ exitCode: 0 });
    expect((await ctl.ask(CP1, CP1, 'etcd', 'members')).stdout).not.toContain('cp-3');
    await talos.until(({ nodes }) => nodes.get('cp-3')?.stage === 'maintenance');
    await ctl.run('apply-config', '--insecure', '-n', address, '-f', `${ctl.folder}/cp-3.yaml`);
    await talos.until(({ nodes }) => nodes.get('cp-3')?.stage === 'running');
    expect((await ctl.ask(CP1, CP1, 'etcd', 'members')).stdout).toContain('cp-3');
    expect(await health('20s')).toMatchObject({ exitCode: 0 });
  });
});
