/** `nigari talos verify`: is each machine the one that the files mean? It answers, and has that version, disk and MAC address. */
import type { Secret } from '../../config/secret.ts';
import { Exit, type Problem } from '../../problem.ts';
import { disksOf, linksOf } from '../../talos/answers.ts';
import { resources, resourcesInMaintenance } from '../../talos/calls.ts';
import { disksText, fittingDisks, installDiskFinding } from '../../talos/install-disk.ts';
import type { TalosNode } from '../../talos/rendered-cluster.ts';
import { unsupportedPath } from '../../talos/version.ts';
import type { CommandResult, Context } from '../context.ts';
import { ok, tell, type Row } from '../doctor/row.ts';
import { openBundle } from './bundle.ts';
import { eachNode } from './each-node.ts';
import { nodeText, stateWithin, type NodeState } from './node-state.ts';
import { chosenNodes, readTalosCluster } from './project.ts';
import { sessionWith } from './session.ts';
import { findTalosctl, tryTalos, type Talosctl } from './talosctl.ts';

export interface VerifyOptions {
  readonly staleOk: boolean;
  /** Seconds to go on asking those that do not answer yet. */
  readonly wait: number;
}

/** Works before the cluster is bootstrapped, too. @returns 4 where a machine is not what the files mean */
export async function talosVerify(
  context: Context,
  names: readonly string[],
  { staleOk, wait }: VerifyOptions,
): CommandResult {
  const cluster = await readTalosCluster(context, staleOk);
  const talosctl = await findTalosctl(context, cluster.talosVersion);
  const bundle = await openBundle(context);
  const session = bundle === null ? null : await sessionWith(context, talosctl, cluster, bundle);
  const asking = { talosctl: session?.talosctl ?? talosctl, talosconfig: session?.talosconfig ?? null };
  const rows = await eachNode(context, 'ask', chosenNodes(cluster, names), async (node, tell) => {
    const state = await stateWithin(asking.talosctl, node, asking.talosconfig, { seconds: wait, tell });
    return 'problem' in state ? [unreachable(node, state.problem)] : rowsOf(asking, node, state, cluster.talosVersion);
  });
  const all = rows.flat();
  if (context.json) context.reporter.result(JSON.stringify({ rows: all }, null, 2));
  tell(context.reporter, all);
  return all.some(({ status }) => status === 'fail') ? Exit.otherProgram : Exit.done;
}

/** How the machines are asked: without a talosconfig only those in maintenance mode tell something. */
interface Asking {
  readonly talosctl: Talosctl;
  readonly talosconfig: Secret | null;
}

type Answering = Extract<NodeState, { version: string | null }>;

const unreachable = ({ name }: TalosNode, { message, hint = '' }: Problem): Row => ({
  name,
  status: 'fail',
  found: message,
  remedy: hint,
});

async function rowsOf(
  { talosctl, talosconfig }: Asking,
  node: TalosNode,
  state: Answering,
  wanted: string,
): Promise<readonly Row[]> {
  const ask = async (type: string): Promise<string> => {
    const { address } = node;
    const isNew = state.kind === 'maintenance' || talosconfig === null;
    const call = isNew ? resourcesInMaintenance(address, type) : resources({ talosconfig, address }, type);
    const answer = await tryTalos(talosctl, nodeText(node), call);
    return answer.ok ? answer.text : '';
  };
  return [versionRow(node, state, wanted), diskRow(node, await ask('disks')), macRow(node, await ask('links'))];
}

const IN_MAINTENANCE =
  'a new machine installs that one; one that was reset keeps its own: `nigari talos upgrade` after it has joined';

/** In maintenance mode the version is that of what it was started from; what is installed then is another matter. */
function versionRow({ name, address }: TalosNode, { kind, version }: Answering, wanted: string): Row {
  const found = `answers at ${address} with Talos ${version ?? '?'}${kind === 'maintenance' ? ', in maintenance mode' : ''}`;
  if (version === wanted || version === null) return ok(name, found);
  const way = unsupportedPath(name, version, wanted)?.hint ?? '`nigari talos upgrade`';
  const remedy = `talos_version is ${wanted}: ${kind === 'maintenance' ? IN_MAINTENANCE : way}`;
  return { name, status: 'warning', found, remedy };
}

function diskRow({ name, disk }: TalosNode, text: string): Row {
  const disks = disksOf(text);
  if (disks.length === 0)
    return { name, status: 'warning', found: 'does not tell its disks', remedy: 'is it still starting?' };
  const finding = installDiskFinding(disk, disks);
  if (finding === null) return ok(name, `has ${disksText(fittingDisks(disk, disks))}`);
  const status = finding.severity === 'error' ? 'fail' : 'warning';
  return { name, status, found: finding.message, remedy: finding.hint };
}

function macRow({ name, mac }: TalosNode, text: string): Row {
  const links = linksOf(text).filter((link) => link.mac !== '');
  if (links.length === 0)
    return { name, status: 'warning', found: 'does not tell its network devices', remedy: 'is it still starting?' };
  const link = links.find((one) => one.mac === mac);
  if (link !== undefined) return ok(name, `has ${mac} at ${link.name}`);
  const found = `has no network device ${mac}, but ${links.map((one) => one.mac).join(', ')}`;
  return {
    name,
    status: 'fail',
    found,
    remedy: 'set mac_addr of that node in nodes.yaml; is it another machine at its address?',
  };
}
