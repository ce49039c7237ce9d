/** What `infra plan` makes of findings. */
import type { Problem } from '../../problem.ts';
import { catalogueEntry } from './catalogue.ts';

/** What a project may lack while it is being written is an error when it is to run. */
export function problemsAtPlan(problems: readonly Problem[]): readonly Problem[] {
  return problems.map((problem) =>
    catalogueEntry(problem.code)?.atPlan === 'error' ? { ...problem, severity: 'error' } : problem,
  );
}
