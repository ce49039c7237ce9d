/** After an apply: whoever was given an id in the moment between our question and the apply is no machine of ours. */
import { Refusal, type Problem } from '../../problem.ts';
import { machinesToMake, strangers, strangerTaken, type Stranger } from '../../tofu/plan/made.ts';
import { machinesIn } from '../../tofu/state.ts';
import type { Context } from '../context.ts';
import { guestsNow, proxmoxOf, withMacs } from './proxmox.ts';
import type { OpenPlan } from './saved.ts';
import { runTofu } from './tofu.ts';

/**
 * Takes strangers out of the state, before a next apply changes or destroys them.
 * @returns a problem for each
 * @throws Refusal 4 where Proxmox VE or the state does not answer
 */
export async function disownStrangers(context: Context, { plan, call }: OpenPlan): Promise<readonly Problem[]> {
  const made = machinesToMake(plan);
  const ask = proxmoxOf(context, call);
  if (made.length === 0 || ask === null) return [];
  const addresses = new Set(made.map(({ address }) => address));
  const state = machinesIn((await runTofu(context, call, 'state-pull')).stdout);
  const known = state.filter(({ address }) => addresses.has(address));
  if (known.length === 0) return [];
  const ids = new Set(known.map(({ id }) => id));
  const guests = await guestsNow(ask);
  const vms = guests.filter(({ id, isContainer }) => ids.has(id) && !isContainer);
  return disown(context, call, strangers(made, known, await withMacs(ask, vms)));
}

async function disown(
  context: Context,
  call: OpenPlan['call'],
  found: readonly Stranger[],
): Promise<readonly Problem[]> {
  if (found.length === 0) return [];
  const isOut = await runTofu(context, call, 'state-rm', { args: found.map(({ address }) => address) }).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Refusal) return false;
      throw error;
    },
  );
  return found.map((stranger) => strangerTaken(stranger, isOut));
}
