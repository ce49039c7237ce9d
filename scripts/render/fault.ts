/** What goes wrong inside a template, with its line. Thrown within `render/` only; `render` makes a problem of it. */
import type { Problem } from '../problem.ts';
import type { SyntaxNode } from './syntax.ts';

export class TemplateFault extends Error {
  override readonly name = 'TemplateFault';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** Codes of what a template can do wrong. */
export type TemplateCode =
  | 'template-syntax'
  | 'template-construct'
  | 'template-place'
  | 'template-include'
  | 'unknown-name'
  | 'unknown-filter'
  | 'value-misused'
  | 'value-unprintable'
  | 'secret-in-clear';

/** A problem at a node of a template; nunjucks counts lines and columns from 0. */
export function templateProblem(
  file: string,
  node: SyntaxNode,
  code: TemplateCode,
  message: string,
  hint?: string,
): Problem {
  const position = { file, line: node.lineno + 1, column: node.colno + 1 };
  return { code, severity: 'error', message, ...position, ...(hint === undefined ? {} : { hint }) };
}
