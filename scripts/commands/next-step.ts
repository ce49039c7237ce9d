/** What to do next: the command that runs here, or how to make it run. */
import type { Instance } from '../types.ts';
import { NIGARI, type Context } from './context.ts';
import type { Initialised } from './initialise.ts';
import { findTofu } from './tofu.ts';

/** Lines to end `configure` with; the command stands alone on the last one, ready to copy. */
export async function nextStep(
  context: Context,
  instances: readonly Instance[],
  initialised: readonly Initialised[],
): Promise<readonly string[]> {
  if (instances.length === 0)
    return ['Bare metal: there is nothing for OpenTofu to do. Next: commit what was generated.'];
  if (initialised.some(({ status }) => status === 'failed')) return ['Mend that, then run:', `  ${NIGARI} infra init`];
  const tofu = await findTofu(context);
  const plan = `  ${NIGARI} infra plan`;
  if (tofu.ok) return ['Next:', plan];
  const [reason] = tofu.problems;
  return [`Next, get OpenTofu 1.11 or later (${reason?.hint ?? ''}), then:`, plan];
}
