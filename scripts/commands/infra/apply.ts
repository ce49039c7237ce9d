/** `nigari infra apply`, `apply-auto`, `destroy`: a plan that was shown, nothing foreign in its way, consent, and then OpenTofu. */
import { Exit, Refusal, type Problem } from '../../problem.ts';
import { dropPlan, savedPlanOf } from '../../system/saved-plan.ts';
import { filesLost } from '../../tofu/plan/foreign.ts';
import { mayReuseIds } from '../../tofu/plan/ids.ts';
import { optionsForApply } from '../../tofu/plan/options.ts';
import { countsText, isEmpty, isLoss } from '../../tofu/plan/summary.ts';
import { consent } from '../consent.ts';
import { refuse, type CommandResult, type Context } from '../context.ts';
import { forgetAskedFor, noteAskedFor } from './asked-for.ts';
import { refuseStale } from './current.ts';
import { refuseForeign, refuseForgotten } from './foreign.ts';
import { initIfDue } from './init.ts';
import { prepare } from './instance.ts';
import { tellNextStep } from './next-step.ts';
import { planned, tellPlan } from './plan.ts';
import { refuseUnreachable } from './reach.ts';
import { tellRestarts } from './restarts.ts';
import { openPlan, refuseReplaced, type OpenPlan } from './saved.ts';
import { disownStrangers, refuseGhosts } from './strangers.ts';
import { runTofu } from './tofu.ts';

export interface ApplyOptions {
  /** Agreed to what cannot be undone: nobody is asked. */
  readonly yes: boolean;
  readonly staleOk: boolean;
  readonly stateIsMine: boolean;
  /** OpenTofu's own output of the plan is left away. */
  readonly summaryOnly: boolean;
  /** Images of the same name that others made are replaced. */
  readonly takeImages: boolean;
}

/** Takes exactly the plan that was shown. */
export async function infraApply(context: Context, options: ApplyOptions, args: readonly string[]): CommandResult {
  const prepared = await prepare(context, 'everything');
  if (!options.staleOk) await refuseStale(context, prepared.manifest);
  await initIfDue(context, prepared);
  const plan = await openPlan(context, prepared);
  tellPlan(context, plan, 'text');
  if (!isEmpty(plan.summary)) await refuseUnreachable(context, prepared);
  const isLossy = plan.summary.lines.some(isLoss);
  return applyPlan(context, plan, { ...options, yes: options.yes || !isLossy }, args);
}

/** Plans, shows, asks, applies. */
export async function infraApplyAuto(context: Context, options: ApplyOptions, args: readonly string[]): CommandResult {
  return planAndApply(context, options, args);
}

export async function infraDestroy(context: Context, options: ApplyOptions, args: readonly string[]): CommandResult {
  return planAndApply(context, options, ['-destroy', ...args]);
}

async function planAndApply(context: Context, options: ApplyOptions, args: readonly string[]): CommandResult {
  const plan = await planned(context, { ...options, format: 'text' }, args);
  return applyPlan(context, plan, options, optionsForApply(args));
}

/** The second half of all of them. @throws Refusal 2 for what is in the way or not agreed to, 4 when tofu fails */
export async function applyPlan(
  context: Context,
  plan: OpenPlan,
  options: ApplyOptions,
  args: readonly string[],
): CommandResult {
  const { call, env, file, summary } = plan;
  const saved = savedPlanOf(context.root, call.instance.directory);
  if (isEmpty(summary)) {
    await dropPlan(saved);
    return Exit.done;
  }
  refuse(filesLost(plan.plan), Exit.refusedInput);
  await refuseGhosts(context, plan);
  await refuseForgotten(context, plan);
  await refuseForeign(context, plan, options.takeImages);
  if (!options.yes) await agree(context, plan);
  await refuseReplaced(plan);
  await noteAskedFor(context, plan);
  const all = [...args, ...paceOf(context, plan), file];
  const failure = await runTofu(context, call, 'apply', { args: all, env, output: 'shown' }).then(
    () => null,
    (error: unknown) => ({ error }),
  );
  await refuseStrangers(context, plan, failure !== null);
  if (failure !== null) throw failure.error;
  await forgetAskedFor(context, plan);
  await dropPlan(saved);
  await tellRestarts(context, plan);
  await tellNextStep(context, plan);
  return Exit.done;
}

/** One at a time where a new machine could be given the id of one that goes: the last option counts. */
function paceOf({ reporter }: Context, { plan }: OpenPlan): readonly string[] {
  if (!mayReuseIds(plan)) return [];
  reporter.line('One machine at a time: a new one without a vm_id could else be given the id of one that goes', 'dim');
  return ['-parallelism=1'];
}

/** A failed apply may have taken a stranger for its own as well; but who does not answer then is told of already. */
async function refuseStrangers(context: Context, plan: OpenPlan, hasFailed: boolean): Promise<void> {
  const found = await disownStrangers(context, plan).catch((error: unknown) => {
    if (hasFailed && error instanceof Refusal) return [];
    throw error;
  });
  if (found.length > 0) throw new Refusal(found, Exit.otherProgram);
}

/** What is typed is the name of the cluster: another one's machines are not lost by a finger that was too fast. */
async function agree(context: Context, { call, summary }: OpenPlan): Promise<void> {
  const { variables, directory } = call.instance;
  const name = variables['cluster_name'];
  const word = typeof name === 'string' ? name : directory;
  await consent(context, {
    text: `${countsText(summary)}: to go on, type the name of the cluster`,
    word,
    refusal: consentNeeded(countsText(summary)),
  });
}

const consentNeeded = (counts: string): Problem => ({
  code: 'consent-needed',
  severity: 'error',
  message: `nothing was applied (${counts}), since nobody agreed`,
  hint: 'if that is what you want, run the same with --yes',
});
