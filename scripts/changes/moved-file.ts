/** The moves as `moved.tf` tells them to OpenTofu, which outlives the manifest. */
import type { Moves } from './renames.ts';
import { isMapping } from '../config/mapping.ts';

/** @see templates/kinds/talos-vms/main.tf.njk */
const MACHINES = 'proxmox_virtual_environment_vm.talos_node';

/** Of a machine, in state and configuration. */
export const addressOf = (name: string): string => `${MACHINES}[${JSON.stringify(name)}]`;

/**
 * Moves of machines; other `moved` blocks are passed over.
 * @param parsed `moved.tf` as the library gives it: `{ moved: [{ from: '${address}', to: '${address}' }] }`
 */
export function movesIn(parsed: unknown): Moves {
  const blocks = isMapping(parsed) && Array.isArray(parsed['moved']) ? parsed['moved'].filter(isMapping) : [];
  const moves = blocks.map(({ from, to }) => [nameIn(from), nameIn(to)] as const);
  return new Map(moves.filter((move): move is readonly [string, string] => !move.includes(null)));
}

function nameIn(expression: unknown): string | null {
  const name = /^\$\{.*\["([\w.-]+)"\]\}$/.exec(String(expression))?.[1];
  return name !== undefined && expression === `\${${addressOf(name)}}` ? name : null;
}
