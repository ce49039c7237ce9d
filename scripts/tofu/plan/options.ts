/** Options of a plan. Source: OpenTofu's internal/command/arguments/plan.go and apply.go. */

/** What only `plan` knows; what else it takes, `apply` of the saved plan takes as well, for its own work or for nothing. */
const OF_PLAN_ALONE = /^--?(detailed-exitcode|generate-config-out)(=|$)/;
const WITH_VALUE_BEHIND = /^--?generate-config-out$/;

/** For the apply of a plan that was made with these, as `tofu apply` without a saved plan has them for both. */
export function optionsForApply(args: readonly string[]): readonly string[] {
  const isOfPlan = (argument: string, index: number): boolean =>
    OF_PLAN_ALONE.test(argument) || WITH_VALUE_BEHIND.test(args[index - 1] ?? '');
  return args.filter((argument, index) => !isOfPlan(argument, index));
}
