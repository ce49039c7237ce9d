/** `nigari talos validate`: every machine configuration is made in memory and validated; no machine is asked. */
import { Exit } from '../../problem.ts';
import type { CommandResult, Context } from '../context.ts';
import { openBundle, passingBundle } from './bundle.ts';
import { eachNode } from './each-node.ts';
import { giveNodes } from './give-nodes.ts';
import { machineConfig } from './machine-config.ts';
import { chosenNodes, readTalosCluster } from './project.ts';
import { makerWith } from './session.ts';
import { findTalosctl } from './talosctl.ts';

/** Where the cluster has no secrets yet, some that are forgotten at once do as well. @throws Refusal 4 for what talosctl refuses */
export async function talosValidate(context: Context, names: readonly string[], staleOk: boolean): CommandResult {
  const cluster = await readTalosCluster(context, staleOk);
  const nodes = chosenNodes(cluster, names);
  const talosctl = await findTalosctl(context, cluster.talosVersion);
  const bundle = (await openBundle(context)) ?? (await passingBundle(talosctl, cluster));
  const maker = await makerWith(talosctl, cluster, bundle);
  await eachNode(context, 'validate', nodes, (node) => machineConfig(maker, node));
  context.reporter.line(`${nodes.length} machine configurations are valid`, 'good');
  giveNodes(
    context,
    nodes.map(({ name }) => ({ name, valid: true })),
  );
  return Exit.done;
}
