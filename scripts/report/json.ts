/** Problems as JSON, for editors, scripts and CI. */
import type { Problem } from '../problem.ts';
import { ruleUrl } from './rule-url.ts';

/** What there is to say of a problem, null where it is not known. */
type Row = { readonly [K in keyof Problem]-?: Exclude<Problem[K], undefined> | null } & { readonly url: string };

/**
 * `{"problems":[…]}`; each problem with all its keys, in the order given.
 * @param indent of each level; 0 for all in one line
 * @returns JSON, without a line break at its end
 */
export function problemsJson(problems: readonly Problem[], indent = 2): string {
  return JSON.stringify({ problems: problems.map(row) }, null, indent);
}

function row(problem: Problem): Row {
  const { code, severity, message, hint, path, file, line, column, endLine, endColumn } = problem;
  return {
    code,
    severity,
    file: file ?? null,
    line: line ?? null,
    column: column ?? null,
    endLine: endLine ?? null,
    endColumn: endColumn ?? null,
    path: path ?? null,
    message,
    hint: hint ?? null,
    url: ruleUrl(code),
  };
}
