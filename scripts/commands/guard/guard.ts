/** `nigari guard`: refuses a commit that would hold a secret in clear. It looks at git's index, never at the work tree. */
import { Exit, must, Refusal, type Problem } from '../../problem.ts';
import { summaryText } from '../../report/text.ts';
import { openRepository, type Repository, type Which } from '../../system/git-blobs.ts';
import { openWorkTree } from '../../system/git.ts';
import { findOnPath } from '../../system/programs.ts';
import type { CommandResult, Context } from '../context.ts';
import { sayProblems } from '../findings.ts';
import { remedy } from './leak-remedies.ts';
import { findLeaks, type Leaks } from './leaks.ts';
import { keysIfAny } from '../secrets/files.ts';

/**
 * @param all everything that git tracks instead of what is staged
 * @param range what each commit of it brings instead
 */
export async function guard(context: Context, all: boolean, range: string | null): CommandResult {
  if (all && range !== null) throw new Refusal([eitherOr], Exit.refusedInput);
  const which: Which = range === null ? { which: all ? 'tracked' : 'staged' } : { which: 'range', range };
  const repository = await theRepository(context);
  const leaks = await findLeaks(context, repository, which, await keysIfAny(context));
  const problems = leaks.problems.map((problem) => ({ ...problem, hint: remedy(problem, which) }));
  sayProblems(context, problems, context.json ? 'json' : null);
  tell(context, leaks, which);
  return problems.length === 0 ? Exit.done : Exit.refusedInput;
}

const eitherOr: Problem = {
  code: 'guard-all-or-range',
  severity: 'error',
  message: '--all and --range exclude each other',
  hint: 'say one of them, or neither for what is staged',
};

/** @throws Refusal 2 without git, and outside of a repository */
async function theRepository({ root, env }: Context): Promise<Repository> {
  const git = await findOnPath('git', env);
  if (git === null) throw new Refusal([gitMissing], Exit.refusedInput);
  if ((await openWorkTree(git, root)) === null) throw new Refusal([noRepository], Exit.refusedInput);
  return must(await openRepository(git, root), Exit.refusedInput);
}

const gitMissing: Problem = {
  code: 'git-missing',
  severity: 'error',
  message: 'git is not on PATH',
  hint: 'install it; `nigari doctor` says how',
};

const noRepository: Problem = {
  code: 'no-repository',
  severity: 'error',
  message: 'this folder is not in a git repository, or in one that git does not trust',
  hint: 'run `git init`, or see what `git status` says here',
};

function tell({ reporter }: Context, { files, problems, closed }: Leaks, which: Which): void {
  if (closed.length > 0)
    reporter.line(`not looked for, since no key here opens it: what ${closed.join(', ')} holds`, 'dim');
  if (problems.length === 0) return reporter.line(`${count(files, which)} no secret in clear`, 'good');
  reporter.line(summaryText(problems), 'bad');
  if (which.which === 'staged') reporter.line('nothing was committed; `git commit --no-verify` does it all the same');
}

function count(files: number, { which }: Which): string {
  const kind = which === 'range' ? 'committed' : which;
  return files === 1 ? `1 ${kind} file holds` : `${files} ${kind} files hold`;
}
