/** `nigari talos nodes`, `status`, `health`: how the machines and the cluster are, without changing anything. */
import { Exit, type Problem } from '../../problem.ts';
import { health } from '../../talos/calls.ts';
import type { KubernetesNode } from '../../talos/kubernetes.ts';
import { controllersOf, type TalosNode } from '../../talos/rendered-cluster.ts';
import { unsupportedPath } from '../../talos/version.ts';
import type { CommandResult, Context } from '../context.ts';
import { eachNode } from './each-node.ts';
import { members, workingIn } from './etcd.ts';
import { cordonedAmong, kubernetesNow } from './kubernetes.ts';
import { nodeState, nodeText, type NodeState } from './node-state.ts';
import { chosenNodes } from './project.ts';
import { accessTo, openSession, type Session } from './session.ts';
import { callTalos, QUESTION } from './talosctl.ts';

/** A line of the table. Null is what cannot be known now, or does not apply. */
interface NodeRow {
  readonly name: string;
  readonly address: string;
  readonly role: TalosNode['role'];
  /** `configured`, `maintenance`, `silent`, `foreign` */
  readonly state: NodeState['kind'];
  readonly talos: string | null;
  readonly kubernetes: string | null;
  readonly ready: boolean | null;
  /** A member that counts, and works. */
  readonly etcd: boolean | null;
}

/** @returns 0, however the machines are: it only tells */
export async function talosNodes(context: Context, names: readonly string[], staleOk: boolean): CommandResult {
  const session = await openSession(context, staleOk);
  const { rows } = await look(session, chosenNodes(session.cluster, names));
  tellRows(context, rows, { nodes: rows });
  return Exit.done;
}

/** @returns 4 where something is not as it should be */
export async function talosStatus(context: Context, staleOk: boolean): CommandResult {
  const session = await openSession(context, staleOk);
  const { rows, problems } = await look(session, session.cluster.nodes);
  const { name, endpoint, talosVersion, kubernetesVersion } = session.cluster;
  const found = [...problems, ...rows.flatMap((row) => [...faultsOf(row, session)])];
  context.reporter.line(`${name}: Talos ${talosVersion}, Kubernetes ${kubernetesVersion}, ${endpoint}`);
  tellRows(context, rows, {
    name,
    endpoint,
    talosVersion,
    kubernetesVersion,
    healthy: found.length === 0,
    nodes: rows,
    problems: found,
  });
  context.reporter.problems(found);
  if (found.length === 0) context.reporter.line('all is well', 'good');
  return found.length === 0 ? Exit.done : Exit.otherProgram;
}

/** talosctl's own look, line by line. */
export async function talosHealth(context: Context, seconds: number, staleOk: boolean): CommandResult {
  const session = await openSession(context, staleOk);
  const [first] = controllersOf(session.cluster);
  if (first === undefined) return Exit.done;
  await callTalos(session.talosctl, nodeText(first), health(accessTo(session, first), session.cluster, seconds), {
    shown: true,
    within: seconds * 1000 + QUESTION,
  });
  return Exit.done;
}

interface Look {
  readonly rows: readonly NodeRow[];
  readonly problems: readonly Problem[];
}

async function look(session: Session, nodes: readonly TalosNode[]): Promise<Look> {
  const { talosctl, talosconfig, context } = session;
  const states = await eachNode(context, 'ask', nodes, async (node) => nodeState(talosctl, node, talosconfig));
  const up = nodes.filter((_, index) => states[index]?.kind === 'configured');
  const isUp = up.length > 0;
  const inEtcd = isUp ? await membersUp(session, up) : null;
  const kubernetes = isUp ? await kubernetesNow(session) : { found: [] };
  const known = 'found' in kubernetes ? kubernetes.found : [];
  return {
    rows: nodes.map((node, index) => rowOf(node, states[index] as NodeState, inEtcd, known)),
    problems: [
      ...states.flatMap((state) => ('problem' in state ? [state.problem] : [])),
      ...('seen' in kubernetes ? [kubernetes.seen] : []),
      ...cordonedAmong(known),
    ],
  };
}

/** Names of those that are members of etcd, and whose own one works. @returns null where nobody tells who is */
async function membersUp(session: Session, nodes: readonly TalosNode[]): Promise<ReadonlySet<string> | null> {
  const known = await members(session);
  if (known === null) return null;
  const working = await workingIn(session, controllersOf({ nodes }), known);
  return new Set(working.map(({ name }) => name));
}

function rowOf(
  { name, address, role }: TalosNode,
  state: NodeState,
  inEtcd: ReadonlySet<string> | null,
  known: readonly KubernetesNode[],
): NodeRow {
  const node = known.find((one) => one.name === name);
  return {
    name,
    address,
    role,
    state: state.kind,
    talos: 'version' in state ? state.version : null,
    kubernetes: node?.version.replace(/^v/, '') || null,
    ready: node?.isReady ?? null,
    etcd: role === 'controller' ? (inEtcd?.has(name) ?? null) : null,
  };
}

function* faultsOf(row: NodeRow, { cluster, context: { call } }: Session): Generator<Problem> {
  const fault = (code: string, message: string, hint: string): Problem => ({ code, severity: 'error', message, hint });
  const { name } = row;
  if (row.state === 'maintenance')
    yield fault(
      'talos-in-maintenance',
      `${name} is in maintenance mode`,
      `\`${call} talos apply ${name}\` lets it join`,
    );
  if (row.state !== 'configured') return;
  if (row.talos !== null && row.talos !== cluster.talosVersion)
    yield (
      unsupportedPath(name, row.talos, cluster.talosVersion) ??
        fault(
          'talos-version',
          `${name} runs Talos ${row.talos}, not ${cluster.talosVersion}`,
          `\`${call} talos upgrade\``,
        )
    );
  if (row.role === 'controller' && row.etcd !== true)
    yield fault('talos-etcd-incomplete', `etcd does not work at ${name}`, 'see: talosctl logs etcd');
  if (row.ready !== true && cluster.cni !== 'none')
    yield fault('kubernetes-not-ready', `${name} is not ready in Kubernetes`, `see: kubectl describe node ${name}`);
  if (row.kubernetes !== null && row.kubernetes !== cluster.kubernetesVersion)
    yield fault(
      'kubernetes-version',
      `${name} runs Kubernetes ${row.kubernetes}, not ${cluster.kubernetesVersion}`,
      `\`${call} talos upgrade-k8s\``,
    );
}

const HEAD = ['NAME', 'ADDRESS', 'ROLE', 'STATE', 'TALOS', 'KUBERNETES', 'READY', 'ETCD'];

function tellRows({ reporter, json }: Context, rows: readonly NodeRow[], value: object): void {
  if (json) return reporter.result(JSON.stringify(value, null, 2));
  const lines = [HEAD, ...rows.map((row) => Object.values(row).map(cell))];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  for (const line of lines)
    reporter.output(
      line
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}

function cell(value: string | boolean | null): string {
  if (value === null) return '-';
  return typeof value === 'string' ? value : value ? 'yes' : 'no';
}
