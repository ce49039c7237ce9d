/** `nigari bootstrap talos`: from machines in maintenance mode to a cluster that works; each step asks before it acts. */
import { Exit, Refusal, type ExitCode, type Problem } from '../../problem.ts';
import { plannedCalls } from '../../talos/planned-calls.ts';
import { shownCall } from '../../talos/calls.ts';
import { controllersOf, type TalosCluster, type TalosNode } from '../../talos/rendered-cluster.ts';
import type { CommandResult, Context } from '../context.ts';
import { bundleMissing, makeBundle, openBundle, type Bundle } from './bundle.ts';
import { eachNode, oneWork, type Tell } from './each-node.ts';
import { allMembers, firstMember } from './etcd.ts';
import { join } from './join.ts';
import { nodesReady } from './kubernetes.ts';
import { answeringState, nodeState, type NodeState } from './node-state.ts';
import { readTalosCluster } from './project.ts';
import { sessionWith, type Session } from './session.ts';
import { findTalosctl, type Talosctl } from './talosctl.ts';

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
  if (options.dryRun) return tellCalls(context, cluster);
  const talosctl = await findTalosctl(context, cluster.talosVersion);
  const session = await preflight(context, talosctl, cluster, options.timeout);
  const late = await allJoin(session, options.timeout);
  await formCluster(session, options.timeout, late);
  if (late.length > 0) throw new Refusal(late, Exit.otherProgram);
  tellNext(session);
  return Exit.done;
}

function tellCalls({ reporter }: Context, cluster: TalosCluster): ExitCode {
  for (const { what, call, program } of plannedCalls(cluster)) {
    reporter.line(`# ${what}`, 'dim');
    reporter.output(shownCall(call, program));
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

/** Control planes first, and all of them; a worker that does not come keeps nobody else waiting. @returns why some did not */
async function allJoin(session: Session, seconds: number): Promise<readonly Problem[]> {
  const { context, cluster } = session;
  const configure = (node: TalosNode, tell: Tell): Promise<void> => join(session, node, { seconds, tell });
  await eachNode(context, 'configure', controllersOf(cluster), configure);
  const workers = cluster.nodes.filter(({ role }) => role === 'worker');
  try {
    await eachNode(context, 'configure', workers, configure);
    return [];
  } catch (error) {
    if (!(error instanceof Refusal) || error.exitCode === Exit.interrupted) throw error;
    return error.problems;
  }
}

async function formCluster(session: Session, seconds: number, late: readonly Problem[]): Promise<void> {
  const { context, cluster } = session;
  const controllers = controllersOf(cluster);
  const [first] = controllers;
  if (first === undefined) return;
  const isNew = await oneWork(context, `bootstrap etcd on ${first.name}`, (tell) =>
    firstMember(session, first, { seconds, tell }),
  );
  if (isNew) context.reporter.line(`etcd has its first member: ${first.name}`, 'good');
  await oneWork(context, 'wait until every control plane is in etcd', (tell) => allMembers(session, { seconds, tell }));
  const wanted = (late.length > 0 ? controllers : cluster.nodes).map(({ name }) => name);
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
