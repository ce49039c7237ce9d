/** What to do next: the command that runs here, or how to make it run. */
import type { Instance } from '../../types.ts';
import type { Context } from '../context.ts';
import type { Initialised } from './initialise.ts';
import { findTofu, wayToGet } from '../infra/tofu.ts';
import { wantsAnotherTofu } from '../../tofu/version.ts';

/** Lines to end `configure` with; the command stands alone on the last one, ready to copy. */
export async function nextStep(
  context: Context,
  instances: readonly Instance[],
  initialised: readonly Initialised[],
): Promise<readonly string[]> {
  if (instances.length === 0)
    return ['Bare metal: there is nothing for OpenTofu to do. Next: commit what was generated.'];
  if (initialised.some(({ status }) => status === 'failed'))
    return ['Mend that, then run:', `  ${context.call} infra init`];
  const plan = `  ${context.call} infra plan`;
  if (!(await findTofu(context)).problems.some(wantsAnotherTofu)) return ['Next:', plan];
  return [`Next, get OpenTofu 1.11 or later (${await wayToGet('tofu', context.env, context.platform)}), then:`, plan];
}
