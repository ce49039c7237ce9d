/** `nigari talos upgrade-k8s`: Kubernetes becomes the version that the files say; talosctl does it. */
import { Exit } from '../../problem.ts';
import { upgradeKubernetes } from '../../talos/calls.ts';
import { controllersOf } from '../../talos/rendered-cluster.ts';
import type { CommandResult, Context } from '../context.ts';
import { healthyNow } from './healthy.ts';
import { nodeText } from './node-state.ts';
import { accessTo, openSession } from './session.ts';
import { callTalos } from './talosctl.ts';

export interface UpgradeKubernetesOptions {
  readonly staleOk: boolean;
  readonly dryRun: boolean;
  readonly timeout: number;
}

export async function talosUpgradeKubernetes(
  context: Context,
  { staleOk, dryRun, timeout }: UpgradeKubernetesOptions,
): CommandResult {
  const session = await openSession(context, staleOk);
  const { cluster, talosctl } = session;
  const nodes = await healthyNow(session, timeout);
  const others = nodes.filter(({ version }) => version !== `v${cluster.kubernetesVersion}`);
  if (others.length === 0) {
    context.reporter.line(`every node runs Kubernetes ${cluster.kubernetesVersion}`, 'good');
    return Exit.done;
  }
  for (const { name, version } of others) context.reporter.line(`${name}: ${version} → v${cluster.kubernetesVersion}`);
  const [first] = controllersOf(cluster);
  if (first === undefined) return Exit.done;
  const call = upgradeKubernetes(accessTo(session, first), cluster.kubernetesVersion, dryRun);
  await callTalos(talosctl, nodeText(first), call, { shown: true });
  return Exit.done;
}
