/** What the state takes for a machine of ours, and is another one: found after the apply that took it, or before the next. */
import { Exit, Refusal, type Problem } from '../../problem.ts';
import { ghosts, ghostFound } from '../../tofu/plan/ids.ts';
import { machinesToMake, strangers, strangerTaken, type Stranger } from '../../tofu/plan/made.ts';
import { machinesIn } from '../../tofu/state.ts';
import type { Context } from '../context.ts';
import { guestsNow, proxmoxOf, withMacs } from './proxmox.ts';
import type { OpenPlan } from './saved.ts';
import { runTofu } from './tofu.ts';

/**
 * After an apply: whoever was given an id between our question and the apply is taken out of the state again, before a next
 * one changes or destroys it.
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
  const isOut = await takeOut(context, call, found);
  return found.map((stranger) => strangerTaken(stranger, isOut));
}

/**
 * Before an apply: what would destroy a machine that stays, since the state has that under two names, is taken out of it.
 * @throws Refusal 2: `vm-of-two`
 */
export async function refuseGhosts(context: Context, { plan, call }: OpenPlan): Promise<void> {
  const found = ghosts(plan);
  if (found.length === 0) return;
  const isOut = await takeOut(context, call, found);
  throw new Refusal(
    found.map((ghost) => ghostFound(ghost, isOut)),
    Exit.refusedInput,
  );
}

/** @returns whether the state knows them no more */
function takeOut(
  context: Context,
  call: OpenPlan['call'],
  found: readonly { readonly address: string }[],
): Promise<boolean> {
  return runTofu(context, call, 'state-rm', { args: found.map(({ address }) => address) }).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Refusal) return false;
      throw error;
    },
  );
}
