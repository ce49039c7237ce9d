/** Problems, said in the format that was asked for. */
import { isAbsolute, relative, sep } from 'node:path';
import { catalogueEntry } from '../config/rules/catalogue.ts';
import type { Problem } from '../problem.ts';
import { problemsData } from '../report/data.ts';
import { FORMATS, type Format } from '../report/format.ts';
import { VERSION } from '../version.ts';
import type { Context } from './context.ts';

type Surroundings = Pick<Context, 'root' | 'env' | 'reporter' | 'terminal'>;

/**
 * Says all problems: as text on stderr, and on stdout as data where that is wanted.
 * @param format null when none was asked for: annotations in a workflow of GitHub's without a terminal, text elsewhere
 */
export function sayProblems(around: Surroundings, problems: readonly Problem[], format: Format | null): void {
  // A format that only one command knows is for its own result.
  const known = FORMATS.find((one) => one === format);
  const chosen = known ?? (isWorkflow(around) ? 'github' : 'text');
  // The log of a workflow shows annotations as lines of its own.
  if (chosen !== 'github') around.reporter.problems(problems);
  if (chosen === 'text') return;
  const why = (code: string): string | null => catalogueEntry(code)?.why ?? null;
  const options = { version: VERSION, folder: folderInRepository(around), why };
  const data = problemsData(problems, chosen, options);
  if (data !== '') around.reporter.result(data);
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/variables */
const isWorkflow = ({ env, terminal }: Surroundings): boolean => env['GITHUB_ACTIONS'] === 'true' && !terminal;

/** GitHub finds a file by its path in the repository, of which the project may be a part. */
function folderInRepository({ env, root }: Surroundings): string {
  const { GITHUB_ACTIONS, GITHUB_WORKSPACE } = env;
  if (GITHUB_ACTIONS !== 'true' || !GITHUB_WORKSPACE) return '';
  const folder = relative(GITHUB_WORKSPACE, root);
  return folder.split(sep)[0] === '..' || isAbsolute(folder) ? '' : folder.replaceAll(sep, '/');
}
