/** Config → Model: every value filled in, and for each where it came from. */
import type { ClusterModel, Config, Derived, NodeModel, Origin } from '../types.ts';
import { clusterFields } from './cluster.ts';
import { deepFrozen, split } from './fields.ts';
import { instances } from './instances.ts';
import { nodeFields } from './machines.ts';

/**
 * Fills in what the user left out. Total and deterministic: it never refuses, and the same config gives the same
 * model. The result is frozen to its depth and shares nothing with the config.
 */
export function derive(config: Config): Derived {
  const origins = new Map<string, Origin>();
  const cluster = split<ClusterModel>(clusterFields(config.cluster), 'cluster', origins);
  const fields = nodeFields(config.nodes, config.cluster, cluster);
  const nodes = fields.map((node, index) => split<NodeModel>(node, `nodes[${index}]`, origins));
  return { model: deepFrozen({ cluster, nodes, instances: instances(cluster, nodes) }), origins };
}
