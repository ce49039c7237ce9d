import { describe, expect, test } from 'vitest';
import { talosFailure, talosProblem } from '../../scripts/talos/failures.ts';

/** As talosctl 1.13 printed it: of a simulated machine, or in its own sources. */
const SAID: readonly (readonly [said: string, code: string, reaction: string])[] = [
  ['rpc error: code = AlreadyExists desc = etcd data directory is not empty', 'talos-bootstrapped', 'done'],
  [
    'rpc error: code = Unimplemented desc = bootstrap is only available on control plane nodes',
    'talos-bootstrap-worker',
    'stop',
  ],
  ['rpc error: code = FailedPrecondition desc = time is not in sync yet', 'talos-not-ready', 'later'],
  ['rpc error: code = InvalidArgument desc = unknown keys found', 'talos-config-refused', 'stop'],
  ['transport: authentication handshake failed: remote error: tls: certificate required', 'talos-configured', 'stop'],
  [
    'x509: certificate signed by unknown authority (possibly because of "x509: Ed25519 verification failure" while trying to verify candidate authority certificate "talos")',
    'talos-foreign',
    'stop',
  ],
  ['tls: failed to verify certificate: x509: certificate signed by unknown authority', 'talos-in-maintenance', 'later'],
  ['tls: first record does not look like a TLS handshake', 'talos-another-service', 'stop'],
  ['dial tcp 10.0.0.11:50000: connect: connection refused', 'talos-refused', 'later'],
  ['authentication handshake failed: context deadline exceeded', 'talos-silent', 'later'],
  ['dial tcp 10.0.0.11:50000: i/o timeout', 'talos-silent', 'later'],
  ['rpc error: code = Unavailable desc = error reading from server: EOF', 'talos-unavailable', 'later'],
  ['rpc error: code = PermissionDenied desc = not authorized', 'talos-denied', 'stop'],
  ['error draining node wk-1: timed out', 'talos-drain-failed', 'stop'],
  ['"10.0.0.21": error: sequence error: error upgrading: exit code 1', 'talos-sequence-failed', 'stop'],
  [
    'stage: BOOTING ready: false unmetCond: [name:"services" reason:"kubelet not running"]',
    'talos-not-ready-again',
    'stop',
  ],
  ['unsupported upgrade path 1.34->1.36 (from "1.34.0" to "1.36.0")', 'kubernetes-unsupported-path', 'stop'],
  [
    'node "10.0.0.11": version of Kubernetes 1.36.0 is too new to be used with Talos 1.12.4',
    'kubernetes-not-for-talos',
    'stop',
  ],
  ['rpc error: code = PermissionDenied desc = no request forwarding', 'talos-endpoint-worker', 'stop'],
  [
    'error parsing config JSON patch: error decoding document /v1alpha1/ (line 1): unknown keys found during decoding:\nmachine:\n    nonsense: 1\n\n',
    'talos-patch-refused',
    'stop',
  ],
  [
    'error parsing config JSON patch: error decoding document /v1alpha1/ (line 1): missing kind',
    'talos-patch-refused',
    'stop',
  ],
  ['failed to load secrets bundle: EOF', 'talos-bundle-unreadable', 'stop'],
];

describe('what talosctl says', () => {
  test.each(SAID)('%s', (said, code, reaction) => {
    expect(talosFailure(said)).toMatchObject({ code, reaction });
    const { message, hint } = talosProblem('cp-1 (10.0.0.11)', said);
    expect(message).toMatch(/^cp-1 \(10\.0\.0\.11\): /);
    expect(message).not.toContain('{');
    expect(hint).toBeTruthy();
  });

  test('is told as it is where nothing is known of it, without the usual words', () => {
    expect(talosProblem('it', 'generating PKI and tokens\nsomething new\n')).toMatchObject({
      code: 'talosctl-failed',
      message: 'it: something new',
    });
    expect(talosProblem('it', '').message).toBe('it: talosctl failed without a word');
  });

  test('is that it did not get ready, also where nobody answered meanwhile', () => {
    const said = [
      '"10.0.0.21": unavailable, retrying... connect: connection refused',
      '"10.0.0.21": stage: RUNNING ready: false unmetCond: [name:"nodeReady" reason:"kubelet not running"]',
    ].join('\n');
    expect(talosFailure(said)).toMatchObject({ code: 'talos-not-ready-again' });
  });

  test('names what a machine does not take', () => {
    expect(talosProblem('it', 'rpc error: code = InvalidArgument desc = no disk\n').message).toContain('no disk');
  });

  test('names what a machine lacked at last', () => {
    const stage = (reason: string): string => `stage: BOOTING ready: false unmetCond: [name:"a" reason:"${reason}"]\n`;
    expect(talosProblem('it', `${stage('etcd not running')}${stage('no network')}waiting\n`).message).toMatch(
      /time that it had: name:"a" reason:"no network"$/,
    );
  });
});
