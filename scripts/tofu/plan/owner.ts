/** Whose state is it? A state server keeps many; one name too few in the address, and a plan destroys another project's machines. */
import type { Problem } from '../../problem.ts';
import type { Plan } from './read.ts';
import { VM } from './summary.ts';

/**
 * @param names of the machines that the project has, and of those that it had, as far as is known
 * @returns `state-of-another` where most machines of the state are unknown to it
 */
export function otherOwner({ resources }: Plan, names: ReadonlySet<string>): Problem | null {
  const inState = resources.filter(({ type, action }) => type === VM && action !== 'create');
  const unknown = inState.filter(
    ({ index, before }) => !names.has(index ?? '') && !names.has(nameOf(before['name']) ?? ''),
  );
  if (unknown.length * 2 <= inState.length) return null;
  const some = unknown.slice(0, 4).map(({ before, index, address }) => nameOf(before['name']) ?? index ?? address);
  return {
    code: 'state-of-another',
    severity: 'error',
    message: `${unknown.length} of the ${inState.length} machines in the state are unknown to this project (${some.join(', ')}${unknown.length > some.length ? ', …' : ''}): is it another project's state?`,
    hint: 'give this project a state of its own: tfstate_name in cluster.yaml; where these machines are yours, and shall go: the same with --state-is-mine',
  };
}

const nameOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
