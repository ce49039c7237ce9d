/** `nigari talos upgrade-k8s`: Kubernetes becomes the version that the files say; talosctl does it. */
import { Exit, Refusal, type Problem } from '../../problem.ts';
import { upgradeKubernetes } from '../../talos/calls.ts';
import type { KubernetesNode } from '../../talos/kubernetes.ts';
import { controllersOf } from '../../talos/rendered-cluster.ts';
import type { CommandResult, Context } from '../context.ts';
import { giveNodes } from './give-nodes.ts';
import { healthyNow } from './healthy.ts';
import { nodeText } from './node-state.ts';
import { accessTo, openSession, type Session } from './session.ts';
import { tryTalos } from './talosctl.ts';

export interface UpgradeKubernetesOptions {
  readonly staleOk: boolean;
  readonly dryRun: boolean;
  /** Seconds to wait for a whole cluster, and those that each node may take. */
  readonly timeout: number;
}

/**
 * talosctl runs also where every kubelet has that version: what Talos itself installs in the cluster comes last, and whether
 * it is current nobody else knows.
 * @throws Refusal 4 where the cluster is not whole, or talosctl refuses, fails, or takes too long
 */
export async function talosUpgradeKubernetes(
  context: Context,
  { staleOk, dryRun, timeout }: UpgradeKubernetesOptions,
): CommandResult {
  const { reporter } = context;
  const session = await openSession(context, staleOk);
  const to = session.cluster.kubernetesVersion;
  const nodes = await healthyNow(session, timeout);
  const due = nodes.filter(({ version }) => version !== `v${to}`);
  if (due.length === 0) reporter.line(`every node runs Kubernetes ${to}`, 'good');
  for (const { name, version } of due) reporter.line(`${name}: ${version} → v${to}`);
  await upgradeAll(session, dryRun, timeout * nodes.length);
  giveNodes(context, due.map(dueValue(to, !dryRun)));
  return Exit.done;
}

const dueValue =
  (to: string, done: boolean) =>
  ({ name, version }: KubernetesNode): object => ({ name, from: version.replace(/^v/, ''), to, done });

/** Without an end talosctl would wait for a kubelet that never goes down. */
async function upgradeAll(session: Session, dryRun: boolean, seconds: number): Promise<void> {
  const { cluster, talosctl } = session;
  const [first] = controllersOf(cluster);
  if (first === undefined) return;
  const call = upgradeKubernetes(accessTo(session, first), cluster.kubernetesVersion, dryRun);
  const answer = await tryTalos(talosctl, nodeText(first), call, { shown: true, within: seconds * 1000 });
  if (!answer.ok) throw new Refusal([answer.late ? tooLong(seconds) : answer.problem], Exit.otherProgram);
}

const tooLong = (seconds: number): Problem => ({
  code: 'kubernetes-upgrade-late',
  severity: 'error',
  message: `Kubernetes was not upgraded in ${seconds} s, and talosctl was ended: its last line says what it waited for`,
  hint: 'see: talosctl service kubelet, kubectl get pods --namespace kube-system; then run the same again: it goes on from here, and `--timeout` gives it longer',
});
