/** The names that `explain` takes, as far as they can be known without valid inputs. */
import { derive } from '../config/derive.ts';
import { explanations } from '../explain/explanation.ts';

/** What a project of one node says: its values have the names that the values of every project have. */
const { derived, config } = (() => {
  const made = {
    cluster: {
      node_cidr: '10.0.0.0/24',
      cluster_api_addr: '10.0.0.10',
      proxmox_api_url: 'https://localhost:8006',
      proxmox_node: 'pve',
    },
    nodes: [{ name: 'node', address: '10.0.0.11', controller: true }],
    locate: () => null,
  };
  return { config: made, derived: derive(made) };
})();

const ALL = explanations({ config, derived }, []);
const OWN = 'nodes.node.';

/** Keys of a node: `vm_memory`. */
const NODE_KEYS = ALL.flatMap(({ name }) => (name.startsWith(OWN) ? [name.slice(OWN.length)] : []));
const OTHERS = ALL.map(({ name }) => name).filter((name) => !name.startsWith(OWN));
const GROUPS = [...new Set(OTHERS.flatMap((name) => /^\w+(?=\.)/.exec(name) ?? []))];

/**
 * The names that begin with what was typed. The keys of a node come once its name is whole, so that a thousand nodes
 * are a thousand words.
 * @param nodes names from nodes.yaml, also from one that is not valid; what is no name is left out
 */
export function wordsFor(typed: string, nodes: readonly unknown[]): readonly string[] {
  const named = nodes.filter((name): name is string => typeof name === 'string' && /^[a-z0-9-]+$/.test(name));
  const ofNodes = named.flatMap((name) => {
    const node = `nodes.${name}`;
    return typed.startsWith(`${node}.`) ? NODE_KEYS.map((key) => `${node}.${key}`) : [node];
  });
  const words = [...GROUPS, 'nodes', 'instances', ...OTHERS, ...ofNodes];
  return [...new Set(words)].filter((word) => word.startsWith(typed));
}
