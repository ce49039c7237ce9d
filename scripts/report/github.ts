/**
 * Problems as workflow commands, of which GitHub makes annotations beside the lines of a pull request.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
import type { Problem, Severity } from '../problem.ts';
import { spanOf, type Span } from './span.ts';
import { visible } from './visible.ts';

const COMMANDS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', note: 'notice' };

/**
 * One line for each problem. GitHub shows the first ten of a step and severity as annotations; the log has them all,
 * without the properties, so the message says the place again.
 * @param folder of the project below the repository's root: '', or with `/` between its parts
 */
export function githubAnnotations(problems: readonly Problem[], folder: string): string {
  return problems.map((problem) => `${annotation(problem, folder)}\n`).join('');
}

function annotation(problem: Problem, folder: string): string {
  const span = spanOf(problem);
  const file = problem.file ? [folder, problem.file].filter((part) => part !== '').join('/') : undefined;
  const properties = Object.entries({ file, ...(file && span && place(span)), title: problem.code })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${property(visible(String(value)))}`);
  return `::${COMMANDS[problem.severity]} ${properties.join(',')}::${data(message(problem, file, span))}`;
}

/** GitHub's runner drops the columns of a range over several lines, and complains of them. */
function place({ line, column, endLine, endColumn }: Span) {
  if (line !== endLine || column === null) return { line, endLine };
  return { line, col: column, endLine, ...(endColumn !== null && { endColumn }) };
}

function message({ message, code, hint }: Problem, file: string | undefined, span: Span | null): string {
  const where = [file, span?.line, span?.column].filter((part) => part !== undefined && part !== null);
  // A message keeps its own blanks, whether there is a place before it or not.
  const sentence = [...(where.length > 0 ? [where.join(':')] : []), `${message} (${code})`].join(' ');
  return visible(sentence) + (hint === undefined ? '' : `\nhint: ${visible(hint, { lines: true })}`);
}

/** A line break would end the command; what follows it could be another one. */
const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
