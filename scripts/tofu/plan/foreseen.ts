/**
 * What `configure` tells of an edit comes from a table, read from the provider's source; the plan comes from the provider itself.
 * Where the two differ about a machine that is lost, somebody should look twice.
 */
import type { Problem } from '../../problem.ts';
import type { Plan, ResourceChange } from './read.ts';
import { VM } from './summary.ts';

/** Attributes of the VM whose change `configure` tells as a replacement (`changes/effects.ts`: vm_id, proxmox_node). */
const FORESEEN: ReadonlySet<string> = new Set(['vm_id', 'node_name']);

/** @param names of the machines that the project has @returns one warning `loss-unforeseen` for each */
export function unforeseen({ resources }: Plan, names: ReadonlySet<string>): readonly Problem[] {
  return resources
    .filter(({ type }) => type === VM)
    .flatMap((resource) => {
      const why = surprise(resource, names);
      return why === null ? [] : [warning(resource, why)];
    });
}

function surprise({ action, index, attributes, reason }: ResourceChange, names: ReadonlySet<string>): string | null {
  if (action === 'destroy') return index !== null && names.has(index) ? 'though it is in nodes.yaml' : null;
  // What is asked for by -replace, or was left half made, is no edit.
  if (action !== 'replace' || reason !== 'replace_because_cannot_update') return null;
  const forcing = attributes.filter(({ forces }) => forces).map(({ path }) => path);
  return forcing.every((path) => FORESEEN.has(path)) ? null : `because of ${forcing.join(', ')}`;
}

const warning = ({ address, action }: ResourceChange, why: string): Problem => ({
  code: 'loss-unforeseen',
  severity: 'warning',
  message: `the plan would ${action} ${address} ${why}, which \`configure\` does not tell of`,
  hint: 'look at the plan before you apply it: the machine and its disk would be lost',
});
