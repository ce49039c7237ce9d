/** `nigari infra plan`: shows what an apply would do, and keeps exactly that for `infra apply`. */
import { Exit, Refusal, type ExitCode } from '../../problem.ts';
import { dropPlan, savedPlanOf } from '../../system/saved-plan.ts';
import { unforeseen } from '../../tofu/plan/foreseen.ts';
import { otherOwner } from '../../tofu/plan/owner.ts';
import { isEmpty } from '../../tofu/plan/summary.ts';
import { planData, planMarkdown, planText } from '../../tofu/plan/told.ts';
import type { RenderedInstance } from '../../tofu/rendered-instance.ts';
import { step, type CommandResult, type Context } from '../context.ts';
import { refuseStale } from './current.ts';
import { initIfDue } from './init.ts';
import { prepare } from './instance.ts';
import { refuseBlindPlan } from './reach.ts';
import { makePlan, type MadePlan, type OpenPlan } from './saved.ts';
import { asksForDetail } from './tofu.ts';

export interface PlanOptions {
  /** How the summary is told. */
  readonly format: 'text' | 'json' | 'markdown';
  /** OpenTofu's own output is left away. */
  readonly summaryOnly: boolean;
  /** Go on with files that the inputs would change. */
  readonly staleOk: boolean;
  /** The machines of the state are this project's, though it does not know them. */
  readonly stateIsMine: boolean;
}

export async function infraPlan(context: Context, options: PlanOptions, args: readonly string[]): CommandResult {
  return inTofuCodes(args, async () => {
    const { summary, exitCode, isKept } = await planned(context, options, args);
    if (isKept && !isEmpty(summary) && options.format === 'text')
      context.reporter.line(`To do exactly this: ${context.call} infra apply`);
    return exitCode === 2 ? CHANGES : Exit.done;
  });
}

/** Everything up to a plan that was shown and is kept. @throws Refusal for whatever stands against it */
export async function planned(
  context: Context,
  { format, summaryOnly, staleOk, stateIsMine }: PlanOptions,
  args: readonly string[],
): Promise<MadePlan> {
  const prepared = await prepare(context, 'everything');
  const { instance, manifest } = prepared;
  if (!staleOk) await refuseStale(context, manifest);
  await initIfDue(context, prepared);
  await refuseBlindPlan(context, prepared, args);
  const isShown = format === 'text' && !summaryOnly;
  const plan = () => makePlan(context, prepared, args, isShown ? 'shown' : 'captured');
  const made = await (isShown ? plan() : step(context, `tofu plan in ${instance.directory}`, plan));
  const isMeant = asksToDestroy(args);
  if (!stateIsMine) await refuseOther(context, made, manifest.instances.get(instance.directory)?.moved);
  tellPlan(context, made, format);
  if (!isMeant) context.reporter.problems(unforeseen(made.plan, namesOf(instance)));
  return made;
}

/** A plan that would destroy another project's machines is not kept. */
async function refuseOther(
  context: Context,
  { plan, call }: OpenPlan,
  moved: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  const other = otherOwner(plan, new Set([...namesOf(call.instance), ...moved.keys()]));
  if (other === null) return;
  await dropPlan(savedPlanOf(context.root, call.instance.directory));
  throw new Refusal([other], Exit.refusedInput);
}

const asksToDestroy = (args: readonly string[]): boolean => args.some((argument) => /^--?destroy$/.test(argument));

const namesOf = ({ machines }: RenderedInstance): ReadonlySet<string> => new Set(machines.map(({ name }) => name));

export function tellPlan({ reporter }: Context, { summary, call }: OpenPlan, format: PlanOptions['format']): void {
  const { directory } = call.instance;
  if (format === 'json') return reporter.result(JSON.stringify(planData(summary, directory), null, 2));
  if (format === 'markdown') return reporter.result(planMarkdown(summary, directory));
  for (const { text, tone } of planText(summary, directory)) reporter.line(text, tone);
}

/** OpenTofu's code for a plan with changes, where -detailed-exitcode was asked for. */
const CHANGES = 2 as ExitCode;
const FAILED = 1 as ExitCode;

/** With -detailed-exitcode 0 and 2 are OpenTofu's, so every failure, ours too, is 1: otherwise it would pass for changes. */
async function inTofuCodes(args: readonly string[], work: () => CommandResult): CommandResult {
  try {
    return await work();
  } catch (error) {
    const isOurs = error instanceof Refusal && error.exitCode !== Exit.interrupted && asksForDetail(args);
    throw isOurs ? new Refusal(error.problems, FAILED) : error;
  }
}
