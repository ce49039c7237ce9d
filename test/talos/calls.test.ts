/** The calls of talosctl, word for word. */
import { describe, expect, test } from 'vitest';
import { secret } from '../../scripts/config/secret.ts';
import * as calls from '../../scripts/talos/calls.ts';
import { plannedCalls } from '../../scripts/talos/planned-calls.ts';
import type { TalosCluster, TalosNode } from '../../scripts/talos/rendered-cluster.ts';

const node = (name: string, role: TalosNode['role'], address: string): TalosNode => ({
  name,
  role,
  address,
  mac: 'bc:24:11:00:00:01',
  disk: '/dev/sda',
  image: 'factory.talos.dev/nocloud-installer/abc:v1.13.0',
  patches: ['talos/patches/cluster.yaml', `talos/nodes/${name}.yaml`],
});
const CP = node('cp-1', 'controller', '10.0.0.11');
const WK = node('wk-1', 'worker', '10.0.0.21');
const CLUSTER: TalosCluster = {
  name: 'demo',
  endpoint: 'https://10.0.0.10:6443',
  talosVersion: '1.13.0',
  kubernetesVersion: '1.36.0',
  driver: 'talosctl',
  cni: 'flannel',
  nodes: [CP, WK],
};
const HIDDEN = secret('a secret text of the test');
const ACCESS = { talosconfig: HIDDEN, address: '10.0.0.11' };
const SECURELY = '--talosconfig <talosconfig> --endpoints 10.0.0.11 --nodes 10.0.0.11';

const CALLS: readonly (readonly [calls.TalosCall, string])[] = [
  [calls.genSecrets(CLUSTER), 'gen secrets --talos-version v1.13.0 --output-file -'],
  [
    calls.genConfig(CLUSTER, CP, HIDDEN),
    'gen config demo https://10.0.0.10:6443 --with-secrets <secrets> --talos-version v1.13.0 --kubernetes-version 1.36.0 --output-types controlplane --output - --with-docs=false --with-examples=false --install-disk ' +
      "'' --config-patch-control-plane @talos/patches/cluster.yaml --config-patch-control-plane @talos/nodes/cp-1.yaml",
  ],
  [calls.validate(HIDDEN), 'validate --mode metal --strict --config <machine configuration>'],
  [calls.versionInMaintenance('10.0.0.11'), 'version --short --insecure --nodes 10.0.0.11'],
  [
    calls.applyInMaintenance('10.0.0.11', HIDDEN),
    'apply-config --file <machine configuration> --insecure --nodes 10.0.0.11',
  ],
  [calls.version(ACCESS), `version --short ${SECURELY}`],
  [calls.bootstrapEtcd(ACCESS), `bootstrap ${SECURELY}`],
  [calls.kubeconfig(ACCESS), `kubeconfig - ${SECURELY}`],
  [
    calls.apply(ACCESS, HIDDEN, 'auto', true),
    `apply-config --file <machine configuration> --mode auto --dry-run ${SECURELY}`,
  ],
  [
    calls.upgrade({ ...ACCESS, endpoints: ['10.0.0.11', '10.0.0.12'] }, CP, { drain: false, wait: true, seconds: 300 }),
    'upgrade --image factory.talos.dev/nocloud-installer/abc:v1.13.0 --timeout 300s --drain=false --wait=true --talosconfig <talosconfig> --endpoints 10.0.0.11,10.0.0.12 --nodes 10.0.0.11',
  ],
  [
    calls.upgrade(ACCESS, CP, { drain: null, wait: true, seconds: 300 }),
    `upgrade --image factory.talos.dev/nocloud-installer/abc:v1.13.0 --timeout 300s --wait=true ${SECURELY}`,
  ],
  [
    calls.upgrade(ACCESS, CP, { drain: true, wait: true, seconds: 60 }),
    `upgrade --image factory.talos.dev/nocloud-installer/abc:v1.13.0 --timeout 60s --drain-timeout 60s --wait=true ${SECURELY}`,
  ],
  [
    calls.genConfig(CLUSTER, WK, HIDDEN, [{ path: 'talos/patches/own.sops.yaml', text: HIDDEN }]),
    'gen config demo https://10.0.0.10:6443 --with-secrets <secrets> --talos-version v1.13.0 --kubernetes-version 1.36.0 --output-types worker --output - --with-docs=false --with-examples=false --install-disk ' +
      "'' --config-patch-worker @talos/patches/cluster.yaml --config-patch-worker @talos/nodes/wk-1.yaml --config-patch-worker @<talos/patches/own.sops.yaml>",
  ],
  [
    calls.reset(ACCESS, true, 300),
    `reset --graceful=true --reboot --system-labels-to-wipe STATE,EPHEMERAL --timeout 300s ${SECURELY}`,
  ],
  [
    calls.health(ACCESS, CLUSTER, 600),
    `health --control-plane-nodes 10.0.0.11 --worker-nodes 10.0.0.21 --wait-timeout 600s ${SECURELY}`,
  ],
];

describe('a call of talosctl', () => {
  test.each(CALLS.map(([call, words]) => [words, call] as const))('talosctl %s', (words, call) => {
    expect(calls.shownCall(call)).toBe(`talosctl ${words}`);
    expect(call.filter((word) => typeof word === 'string').join(' ')).not.toContain('a secret text');
  });

  test('is named without its options where it is not answered', () => {
    expect(calls.askedBy(calls.etcdMembers(ACCESS))).toBe('etcd members');
    expect(calls.askedBy(calls.etcdData(ACCESS))).toBe('list /var/lib/etcd');
    expect(calls.askedBy(['version'])).toBe('version');
  });

  test('never makes a cluster’s secrets by the way', () => {
    const gens = plannedCalls(CLUSTER).filter(({ call }) => call[0] === 'gen' && call[1] === 'config');
    expect(gens).toHaveLength(3);
    for (const { call } of gens) expect(call).toContain('--with-secrets');
  });

  test('of a bootstrap: control planes before workers, and etcd once', () => {
    const words = plannedCalls(CLUSTER).map(({ call }) => calls.shownCall(call));
    const at = (text: string): number => words.findIndex((call) => call.includes(text));
    expect(at('apply-config --file <machine configuration> --insecure --nodes 10.0.0.11')).toBeLessThan(
      at('apply-config --file <machine configuration> --insecure --nodes 10.0.0.21'),
    );
    expect(words.filter((call) => call.startsWith('talosctl bootstrap'))).toHaveLength(1);
  });
});
