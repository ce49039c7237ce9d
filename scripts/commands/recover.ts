/** Before any command: what a run that was killed had begun is finished, or taken back. */
import type { Problem } from '../problem.ts';
import { withLock } from '../system/lock.ts';
import { recover } from '../system/recovery.ts';
import type { Context } from './context.ts';

/** What is in its way is told and no more: a command that only reads can do its work, and one that writes is refused. */
export async function recoverFirst({ root, reporter }: Pick<Context, 'root' | 'reporter'>): Promise<void> {
  const found = await withLock(root, () => recover(root), 0);
  // Then the journal is that of a run which is at work.
  const isAtWork = found.problems.some(({ code }) => code === 'locked');
  if (!isAtWork) reporter.problems(found.ok ? found.problems : [...found.problems.map(asWarning), notWhole]);
}

const asWarning = (problem: Problem): Problem => ({ ...problem, severity: 'warning' });

const notWhole: Problem = {
  code: 'run-not-finished',
  severity: 'warning',
  message:
    'an earlier run was cut short while it wrote, and what it left cannot be put right here: files may not fit together',
  hint: 'run `nigari check` where the project may be written',
};
