/**
 * Before OpenTofu asks Proxmox VE: does it answer, and does it know the token? The provider would go on asking for more than a
 * minute, and plan to make images anew that it cannot see.
 */
import { Exit, Refusal, type Problem } from '../../problem.ts';
import { CANNOT_GO_ON } from '../../proxmox/request.ts';
import { instancesIn } from '../../tofu/state.ts';
import { step, type Context } from '../context.ts';
import type { Prepared } from './instance.ts';
import { proxmoxOf } from './proxmox.ts';
import { runTofu } from './tofu.ts';

/** @throws Refusal 4 where no question of OpenTofu would be answered */
export async function refuseUnreachable(context: Context, prepared: Prepared): Promise<void> {
  const why = await whyUnreachable(context, prepared);
  if (why.length > 0) throw new Refusal(why, Exit.otherProgram);
}

/**
 * The same for a plan; where OpenTofu asks nobody, since the state knows nothing yet, that is no more than a warning.
 * @param args of the plan: without a refresh it asks nobody either
 */
export async function refuseBlindPlan(context: Context, prepared: Prepared, args: readonly string[]): Promise<void> {
  if (args.some((argument) => /^--?refresh=(false|f|0)$/i.test(argument))) return;
  const why = await whyUnreachable(context, prepared);
  if (why.length === 0) return;
  const state = await runTofu(context, prepared, 'state-pull');
  if (instancesIn(state.stdout).length > 0) throw new Refusal(why, Exit.otherProgram);
  context.reporter.problems(why.map((problem) => ({ ...problem, severity: 'warning' })));
}

async function whyUnreachable(context: Context, prepared: Prepared): Promise<readonly Problem[]> {
  const ask = proxmoxOf(context, prepared);
  if (ask === null) return [];
  const { problems } = await step(context, 'Reach Proxmox VE', () => ask('version'));
  if (context.signal.aborted) throw new Refusal([], Exit.interrupted);
  return problems.filter(({ code }) => CANNOT_GO_ON.has(code));
}
