/** `nigari talos upgrade`: one machine after the other, and none before the last one is back and the cluster whole. */
import { Exit, Refusal, type Problem } from '../../problem.ts';
import { schematicOf } from '../../talos/answers.ts';
import { resources, upgrade, type UpgradeOptions } from '../../talos/calls.ts';
import type { KubernetesNode } from '../../talos/kubernetes.ts';
import type { TalosNode } from '../../talos/rendered-cluster.ts';
import { drainsByItself, unsupportedPath } from '../../talos/version.ts';
import type { CommandResult, Context } from '../context.ts';
import { eachNode, type Tell } from './each-node.ts';
import { giveNodes } from './give-nodes.ts';
import { bootOf, healthy, restarted } from './healthy.ts';
import { cordonedAmong, kubernetesNow } from './kubernetes.ts';
import { answeringState, nodeText } from './node-state.ts';
import { chosenNodes, controllersFirst } from './project.ts';
import { accessThrough, accessTo, openSession, type Session } from './session.ts';
import { callTalos, tryTalos } from './talosctl.ts';
import type { Patience } from './wait.ts';

export interface TalosUpgradeOptions {
  readonly staleOk: boolean;
  readonly dryRun: boolean;
  readonly drain: boolean;
  /** Also back to an older Talos, or past a minor. */
  readonly allowUnsupportedPath: boolean;
  /** Seconds that each wait may take. */
  readonly timeout: number;
}

/**
 * @param names none means all
 * @throws Refusal 2 where Talos has no way to what is wanted, and nothing is done; 4 at the first machine that fails: the
 *   others stay as they are
 */
export async function talosUpgrade(
  context: Context,
  names: readonly string[],
  options: TalosUpgradeOptions,
): CommandResult {
  const session = await openSession(context, options.staleOk);
  const due = await dueIn(session, controllersFirst(chosenNodes(session.cluster, names)), options.timeout);
  const { reporter } = context;
  if (due.length === 0)
    reporter.line(`every machine runs Talos ${session.cluster.talosVersion}, with its schematic`, 'good');
  for (const { node, running } of due) reporter.line(`${node.name}: ${runningText(running)} → ${node.image}`);
  const warnings = lookAtPaths(session, due, options);
  reporter.problems(warnings);
  const cordoned = options.dryRun ? [] : await upgradeAll(session, due, options);
  giveNodes(context, due.map(dueValue(session, !options.dryRun)), [...warnings, ...cordoned]);
  return Exit.done;
}

const dueValue =
  ({ cluster }: Session, done: boolean) =>
  ({ node: { name, image }, running: { version, schematic } }: Due): object => ({
    name,
    from: version,
    to: cluster.talosVersion,
    schematic,
    image,
    done,
  });

/** @returns warnings @throws Refusal 2 for each machine to which what is wanted is older, or more than a minor away */
function lookAtPaths({ cluster }: Session, due: readonly Due[], options: TalosUpgradeOptions): readonly Problem[] {
  const found = due.flatMap(
    ({ node, running }) => unsupportedPath(nodeText(node), running.version, cluster.talosVersion) ?? [],
  );
  if (found.length > 0 && !options.allowUnsupportedPath) throw new Refusal(found, Exit.refusedInput);
  return found.map((problem) => ({ ...problem, severity: 'warning' }));
}

/** Looks for cordoned nodes also where nothing was due: an earlier run may have been killed. @returns them */
async function upgradeAll(
  session: Session,
  due: readonly Due[],
  options: TalosUpgradeOptions,
): Promise<readonly Problem[]> {
  const { reporter } = session.context;
  for (const [index, one] of due.entries()) {
    const left = due.slice(index + 1).map((other) => other.node.name);
    await upgradeOne(session, one, options).catch((error: unknown) => {
      throw left.length > 0 && error instanceof Refusal ? withRest(error, left) : error;
    });
  }
  const nodes = await kubernetesNow(session);
  const known = 'found' in nodes ? nodes.found : [];
  const cordoned = cordonedAmong(known);
  reporter.problems(cordoned);
  if (due.length > 0) tellNext(session, known);
  return cordoned;
}

/** Without `kubernetes_version` Kubernetes goes with Talos, and `talos apply` does not change it. */
function tellNext({ context: { reporter, call }, cluster }: Session, nodes: readonly KubernetesNode[]): void {
  const isDue = nodes.some(({ version }) => version !== `v${cluster.kubernetesVersion}`);
  const kubernetes = isDue ? `\n  ${call} talos upgrade-k8s` : '';
  reporter.line(`Next, so that their configurations say it too:${kubernetes}\n  ${call} talos apply`);
}

interface Due {
  readonly node: TalosNode;
  readonly running: Running;
}

/** Those that run another version, or another schematic: whoever was upgraded before is none of them. */
async function dueIn(session: Session, nodes: readonly TalosNode[], seconds: number): Promise<readonly Due[]> {
  const found = await eachNode(session.context, 'ask', nodes, async (node, tell) => {
    const running = await runsNow(session, node, { seconds, tell });
    return isWanted(session, node, running) ? null : { node, running };
  });
  return found.filter((due) => due !== null);
}

interface Running {
  readonly version: string | null;
  /** Null where the image is of no factory. */
  readonly schematic: string | null;
}

const isWanted = ({ cluster }: Session, { image }: TalosNode, { version, schematic }: Running): boolean =>
  version === cluster.talosVersion && (schematic === null || image.includes(schematic));

const runningText = ({ version, schematic }: Running): string =>
  `Talos ${version ?? '?'}${schematic === null ? '' : ` with ${schematic.slice(0, 12)}`}`;

/** It may just be restarting. */
async function runsNow(session: Session, node: TalosNode, patience: Patience): Promise<Running> {
  const { talosctl, talosconfig } = session;
  const state = await answeringState(talosctl, node, talosconfig, patience);
  if (state.kind === 'maintenance') throw new Refusal([notConfigured(node)], Exit.otherProgram);
  if (state.kind !== 'configured') throw new Refusal([state.problem], Exit.otherProgram);
  const answer = await tryTalos(talosctl, nodeText(node), resources(accessTo(session, node), 'extensionstatuses'));
  return { version: state.version, schematic: answer.ok ? schematicOf(answer.text) : null };
}

/** Before and after it the cluster is whole: a machine that is away is one more than etcd can lose. */
async function upgradeOne(session: Session, { node, running: old }: Due, options: TalosUpgradeOptions): Promise<void> {
  await eachNode(session.context, 'upgrade', [node], async (_, tell: Tell) => {
    const patience = { seconds: options.timeout, tell };
    tell('waits until the cluster is whole');
    const known = await healthy(session, patience, node);
    const before = await bootOf(session, node);
    const isReady = known.some((one) => one.name === node.name && one.isReady);
    tell('is upgraded');
    const how = howToUpgrade(session, options, isReady, old);
    const access = (how.drain ? accessThrough : accessTo)(session, node);
    await callTalos(session.talosctl, nodeText(node), upgrade(access, node, how), { within: longest(options) });
    await restarted(session, node, before, patience);
    const running = await runsNow(session, node, patience);
    if (!isWanted(session, node, running)) throw new Refusal([rolledBack(node, running)], Exit.otherProgram);
    tell('waits until the cluster is whole again');
    await healthy(session, patience);
    tell(`runs ${runningText(running)}`);
  });
}

/** talosctl waits for a node to get ready, and none does that has no network: no pods of it could move, either. */
const howToUpgrade = (
  { talosctl }: Session,
  { drain, timeout: seconds }: TalosUpgradeOptions,
  isReady: boolean,
  { version }: Running,
): UpgradeOptions => ({
  drain: drainsByItself(talosctl.version) ? null : drain && isReady && !drainsByItself(version ?? ''),
  wait: isReady,
  seconds,
});

/** talosctl has `--timeout` for the drain and for the way back each; to pull and install an image has no limit there. */
const longest = ({ timeout }: TalosUpgradeOptions): number => (3 * timeout + INSTALLING) * 1000;

/** To pull and install an image, in seconds. */
const INSTALLING = 600;

/** As Talos does where the new version does not start. */
const rolledBack = (node: TalosNode, running: Running): Problem => ({
  code: 'talos-rolled-back',
  severity: 'error',
  message: `${nodeText(node)} restarted with ${runningText(running)}, and not with ${node.image}`,
  hint: 'look at its console in Proxmox VE: the new version did not start, or was not installed',
});

const notConfigured = (node: TalosNode): Problem => ({
  code: 'talos-in-maintenance',
  severity: 'error',
  message: `${nodeText(node)} has no configuration: there is nothing to upgrade`,
  hint: '`nigari talos apply` lets it join: a new machine installs the version that the files say, one that was reset keeps its own and is upgraded then',
});

function withRest({ problems, exitCode }: Refusal, left: readonly string[]): Refusal {
  const rest: Problem = {
    code: 'talos-upgrade-stopped',
    severity: 'note',
    message: `left as they are: ${left.join(', ')}`,
    hint: 'when that machine is well again, run the same again: it goes on with those that are due',
  };
  return new Refusal([...problems, rest], exitCode);
}
