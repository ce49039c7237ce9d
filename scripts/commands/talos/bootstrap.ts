/** `nigari bootstrap talos`: from machines in maintenance mode to a cluster that works; each step asks before it acts. */
import { Exit, Refusal, type ExitCode, type Problem } from '../../problem.ts';
import { plannedCalls } from '../../talos/planned-calls.ts';
import { shownCall } from '../../talos/calls.ts';
import { controllersOf, type TalosCluster, type TalosNode } from '../../talos/rendered-cluster.ts';
import type { PatchFiles } from '../../talos/sealed-patch.ts';
import type { CommandResult, Context } from '../context.ts';
import { bundleMissing, makeBundle, openBundle, type Bundle } from './bundle.ts';
import { atOnce, eachNode, oneWork, refusalsIn, workOn, type Tell } from './each-node.ts';
import { allMembers, firstMember } from './etcd.ts';
import { join } from './join.ts';
import { nodesReady } from './kubernetes.ts';
import { answeringState, nodeState, type NodeState } from './node-state.ts';
import { readTalosCluster } from './project.ts';
import { findSealedPatches } from './sealed-patches.ts';
import { sessionWith, type Session } from './session.ts';
import { findTalosctl, type Talosctl } from './talosctl.ts';
import type { Patience } from './wait.ts';

export interface BootstrapOptions {
  readonly staleOk: boolean;
  /** Only tells what it would run. */
  readonly dryRun: boolean;
  /** Seconds that each wait may take. */
  readonly timeout: number;
}

/** @throws Refusal 2 for machines of another cluster, 4 for one that does not come */
export async function bootstrapTalos(context: Context, options: BootstrapOptions): CommandResult {
  const cluster = await readTalosCluster(context, options.staleOk);
  if (options.dryRun) return tellCalls(context, cluster, await findSealedPatches(context, cluster));
  const talosctl = await findTalosctl(context, cluster.talosVersion);
  const session = await preflight(context, talosctl, cluster, options.timeout);
  await eachNode(context, 'configure', controllersOf(cluster), joinWithin(session, options.timeout));
  const late = await formCluster(session, options.timeout);
  await waitForKubernetes(session, options.timeout, late);
  if (late.length > 0) throw new Refusal(late, Exit.otherProgram);
  tellNext(session);
  return Exit.done;
}

function tellCalls({ reporter, json }: Context, cluster: TalosCluster, sealed: PatchFiles): ExitCode {
  const calls = plannedCalls(cluster, sealed).map(({ what, call, program }) => ({
    what,
    call: shownCall(call, program),
  }));
  if (json) reporter.result(JSON.stringify({ calls }, null, 2));
  for (const { what, call } of json ? [] : calls) {
    reporter.line(`# ${what}`, 'dim');
    reporter.output(call);
  }
  return Exit.done;
}

/**
 * Nothing is changed before every control plane has answered, for one that has a configuration tells that the secrets of
 * this cluster exist somewhere.
 */
async function preflight(
  context: Context,
  talosctl: Talosctl,
  cluster: TalosCluster,
  seconds: number,
): Promise<Session> {
  const bundle = await openBundle(context);
  const known = bundle === null ? null : await sessionWith(context, talosctl, cluster, bundle);
  const credentials = known?.talosconfig ?? null;
  const tools = known?.talosctl ?? talosctl;
  const states = await eachNode(context, 'ask', cluster.nodes, (node, tell) =>
    node.role === 'controller'
      ? answeringState(tools, node, credentials, { seconds, tell })
      : nodeState(tools, node, credentials),
  );
  refuseForeign(cluster.nodes, states, bundle);
  return known ?? sessionWith(context, talosctl, cluster, await makeBundle(context, talosctl, cluster));
}

function refuseForeign(nodes: readonly TalosNode[], states: readonly NodeState[], bundle: Bundle | null): void {
  const foreign = states.flatMap((state, index) => (state.kind === 'foreign' ? [{ state, node: nodes[index] }] : []));
  if (foreign.length === 0) return;
  const names = foreign.map(({ node }) => node?.name ?? '');
  const problems = bundle === null ? [bundleMissing(names)] : foreign.map(({ state }) => state.problem);
  throw new Refusal(problems, Exit.refusedInput);
}

const joinWithin =
  (session: Session, seconds: number) =>
  (node: TalosNode, tell: Tell): Promise<void> =>
    join(session, node, { seconds, tell });

/** etcd needs only control planes: workers come meanwhile, and one that does not keeps nobody waiting. @returns why some did not */
async function formCluster(session: Session, seconds: number): Promise<readonly Problem[]> {
  const { context, cluster } = session;
  const workers = cluster.nodes.filter(({ role }) => role === 'worker');
  const configure = async (node: TalosNode, tell: Tell): Promise<false> => {
    await joinWithin(session, seconds)(node, tell);
    return false;
  };
  const [etcd, ...joined] = await atOnce(context, 'form the cluster', [
    { title: 'form etcd', run: (tell) => formEtcd(session, { seconds, tell }) },
    ...workers.map((node) => workOn('configure', node, configure)),
  ]);
  if (etcd?.status === 'rejected') throw etcd.reason;
  if (etcd?.value) context.reporter.line(`etcd has its first member: ${controllersOf(cluster)[0]?.name}`, 'good');
  return refusalsIn(joined).flatMap(({ problems }) => problems);
}

/** @returns whether there was none before */
async function formEtcd(session: Session, patience: Patience): Promise<boolean> {
  const [first] = controllersOf(session.cluster);
  if (first === undefined) return false;
  const isNew = await firstMember(session, first, patience);
  await allMembers(session, patience);
  return isNew;
}

async function waitForKubernetes(session: Session, seconds: number, late: readonly Problem[]): Promise<void> {
  const { context, cluster } = session;
  const wanted = (late.length > 0 ? controllersOf(cluster) : cluster.nodes).map(({ name }) => name);
  await oneWork(context, 'wait for Kubernetes', (tell) => nodesReady(session, { seconds, tell, wanted }));
}

function tellNext({ context: { reporter, call, json }, cluster }: Session): void {
  const count = cluster.nodes.length;
  if (json)
    reporter.result(JSON.stringify({ cluster: cluster.name, endpoint: cluster.endpoint, nodes: count }, null, 2));
  reporter.line(`${cluster.name} works: ${count} ${count === 1 ? 'node' : 'nodes'}, ${cluster.endpoint}`, 'good');
  if (cluster.cni === 'none')
    reporter.line('Its nodes are not ready until a network is installed (cluster_cni: none).');
  reporter.line(`Next:\n  ${call} talos kubeconfig --merge\n  kubectl get nodes`);
}
