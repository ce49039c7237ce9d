/**
 * What talosctl says when it fails, and what that means: every failure is exit code 1, so the text must do. Source: seen
 * with talosctl 1.13; what a machine answers is in Talos' own sources (internal/app/machined, internal/app/apid).
 */
import type { Problem } from '../problem.ts';

/** What to do about it: ask again later; it is done already; or it is no good to try again. */
export type Reaction = 'later' | 'done' | 'stop';

export interface TalosFailure {
  readonly code: string;
  readonly reaction: Reaction;
  /** In a few words, for whoever waits: `nobody answers`. */
  readonly message: string;
  readonly hint: string;
}

type Row = readonly [pattern: RegExp, code: string, reaction: Reaction, message: string, hint: string];

/** In this order: each is more general than the one before it. */
const FAILURES: readonly Row[] = [
  [
    /etcd data directory is not empty/,
    'talos-bootstrapped',
    'done',
    'etcd was bootstrapped before',
    'nothing is to be done: go on',
  ],
  [
    /bootstrap is only available on control plane nodes/,
    'talos-bootstrap-worker',
    'stop',
    'the machine is a worker by its configuration',
    'was its role changed in nodes.yaml? Then reset it first: `nigari talos reset NODE`',
  ],
  [
    /code = FailedPrecondition desc = (?<said>[^\n]+)/,
    'talos-not-ready',
    'later',
    'it is not ready yet: {said}',
    'look at its console in Proxmox VE',
  ],
  [
    /code = InvalidArgument desc = (?<said>[^\n]+)/,
    'talos-config-refused',
    'stop',
    'Talos refuses what it was sent: {said}',
    'mend the input or the patch that this comes from, then `nigari configure`',
  ],
  [
    /remote error: tls: (certificate required|bad certificate|unknown certificate authority)/,
    'talos-configured',
    'stop',
    'it has a configuration already, and answers only to its own cluster’s administrator',
    'does it belong to another cluster, or is talos/secrets.sops.yaml another one than when it was made?',
  ],
  [
    /(Ed25519 verification failure|ECDSA verification failure|crypto\/rsa: verification error)/,
    'talos-foreign',
    'stop',
    'it belongs to another cluster: its certificate is of another authority',
    'take its address or MAC address out of nodes.yaml; or bring back the talos/secrets.sops.yaml that it was made with',
  ],
  [
    /certificate signed by unknown authority/,
    'talos-in-maintenance',
    'later',
    'it has no configuration: it is in maintenance mode',
    '`nigari bootstrap talos`, or `nigari talos apply` for a node that joins',
  ],
  [
    /error draining node|failed to drain|cannot evict pod|Kubernetes client for drain/i,
    'talos-drain-failed',
    'stop',
    'the new version is installed, but the node could not be drained, so it was not restarted',
    'see which pods could not leave; then run the same again, or with --no-drain',
  ],
  [
    /sequence error: (?<said>[^\n]+)/,
    'talos-sequence-failed',
    'stop',
    'Talos did not bring it to an end: {said}',
    'look at its console in Proxmox VE, or: talosctl dmesg',
  ],
  [
    /[^]*unmetCond: \[(?<said>[^\]\n]+)\]/,
    'talos-not-ready-again',
    'stop',
    'it restarted, and was not ready in the time that it had: {said}',
    'see: talosctl service, talosctl logs kubelet; `--timeout` lets it wait longer',
  ],
  [
    /unsupported upgrade path (?<said>[^\n]+)/,
    'kubernetes-unsupported-path',
    'stop',
    'Kubernetes goes from one minor to the next, and not back: {said}',
    'nothing was changed: set kubernetes_version to the newest patch of the next minor first, and go on from there minor by minor; where it is the next one already, this talosctl does not know it: take a newer one',
  ],
  [
    /version of Kubernetes (?<said>\S+ is too (?:new|old) to be used with Talos \S+)/,
    'kubernetes-not-for-talos',
    'stop',
    'Kubernetes {said}, which a machine runs',
    'nothing was changed: `nigari talos upgrade` first, or another kubernetes_version',
  ],
  [
    /first record does not look like a TLS handshake/,
    'talos-another-service',
    'stop',
    'something else than Talos answers at its port',
    'does something else have that address?',
  ],
  [
    /connection refused/,
    'talos-refused',
    'later',
    'nobody listens there: it is off, or starting',
    'is the machine on? Look at its console in Proxmox VE',
  ],
  [
    /(handshake failed: context deadline exceeded|i\/o timeout|no route to host|network is unreachable|DeadlineExceeded)/,
    'talos-silent',
    'later',
    'nobody answers there',
    'is the machine on, has it that address, and lets a firewall port 50000 through? Look at its console in Proxmox VE',
  ],
  [
    /code = Unavailable|broken pipe|connection reset/,
    'talos-unavailable',
    'later',
    'the connection broke',
    'look at its console in Proxmox VE',
  ],
  [
    /no request forwarding/,
    'talos-endpoint-worker',
    'stop',
    'a machine that should pass this on is a worker by its configuration',
    'was its role changed in nodes.yaml? Then reset it first: `nigari talos reset NODE`',
  ],
  [
    /code = PermissionDenied/,
    'talos-denied',
    'stop',
    'it does not allow that',
    'in maintenance mode a machine lets itself only be looked at and configured',
  ],
  [
    /unknown keys found during decoding:\n(?<said>(?:.+\n?)+)/,
    'talos-patch-refused',
    'stop',
    'Talos knows no such key: {said}',
    'mend the patch that it is from: talos_patches, or a sealed own.sops.yaml in talos/',
  ],
  [
    /error parsing config JSON patch: (?:error decoding document \S+ \(line \d+\): )?(?<said>(?:.+\n?)+)/,
    'talos-patch-refused',
    'stop',
    'a patch is no part of a machine configuration: {said}',
    'mend it: talos_patches, or a sealed own.sops.yaml in talos/',
  ],
  [
    /failed to load secrets bundle|failed to validate secrets bundle/,
    'talos-bundle-unreadable',
    'stop',
    'talos/secrets.sops.yaml does not hold what talosctl makes',
    'bring an earlier one back from git',
  ],
];

/**
 * @param said stdout and stderr of a failed talosctl, masked
 * @returns null for anything else: then its own words must do
 */
export function talosFailure(said: string): TalosFailure | null {
  for (const [pattern, code, reaction, message, hint] of FAILURES) {
    const found = pattern.exec(said);
    if (found !== null) return { code, reaction, message: fill(message, found), hint };
  }
  return null;
}

function fill(words: string, { groups }: RegExpExecArray): string {
  return words.replace(
    /\{(\w+)\}/g,
    (_, name: string) => groups?.[name]?.trim().replace(/\s+/g, ' ').slice(0, 500) ?? 'unknown',
  );
}

/** @param what that failed, for whom: `k8s-cp-1 (10.0.0.11)` */
export function talosProblem(what: string, said: string): Problem {
  const known = talosFailure(said);
  if (known !== null)
    return { code: known.code, severity: 'error', message: `${what}: ${known.message}`, hint: known.hint };
  return {
    code: 'talosctl-failed',
    severity: 'error',
    message: `${what}: ${lastLines(said)}`,
    hint: 'see what talosctl says of it: https://www.talos.dev/latest/introduction/troubleshooting/',
  };
}

/** What talosctl itself would say of a machine that keeps it waiting for ever, as one whose power is gone. */
export const NO_ANSWER = 'i/o timeout';

/** @param asked a call, without its options: `etcd members` */
export const noAnswer = (what: string, asked: string, seconds: number): Problem => ({
  ...talosProblem(what, NO_ANSWER),
  message: `${what}: no answer to \`talosctl ${asked}\` in ${seconds} s`,
});

/** The end of what a program said tells most. */
export function lastLines(said: string): string {
  const lines = said.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('generating PKI'));
  return lines.length === 0 ? 'talosctl failed without a word' : lines.slice(-3).join(' ').slice(0, 500);
}
