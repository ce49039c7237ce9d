/** Config → Model: every value filled in, and for each where it came from. */
import type { ClusterModel, Config, Derived, Instance, NodeModel, Origin, TalosModel } from '../types.ts';
import { clusterFields } from './cluster.ts';
import { deepFrozen, split } from './fields.ts';
import { instanceFields } from './instances.ts';
import { nodeFields } from './machines.ts';
import { talosFields } from './talos.ts';

/**
 * Fills in what the user left out. Total and deterministic: it never refuses, and the same config gives the same
 * model. The result is frozen to its depth and shares nothing with the config.
 */
export function derive(config: Pick<Config, 'cluster' | 'nodes'>): Derived {
  const origins = new Map<string, Origin>();
  const cluster = split<ClusterModel>(clusterFields(config.cluster, config.nodes), 'cluster', origins);
  const nodes = nodeFields(config.nodes, config.cluster, cluster).map((node, index) => {
    const path = `nodes[${index}]`;
    origins.set(path, { from: 'written', path: ['nodes.yaml', 'nodes', index], beat: [] });
    return split<NodeModel>(node, path, origins);
  });
  const instances = split<readonly Instance[]>(instanceFields(cluster, nodes), 'instances', origins);
  const talos = split<TalosModel>(talosFields(cluster), 'talos', origins);
  return { model: deepFrozen({ cluster, nodes, instances, talos }), origins };
}
