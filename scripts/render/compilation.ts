/** What is known while a template is compiled, and how its findings are told. */
import type { Secret } from '../config/secret.ts';
import type { Problem } from '../problem.ts';
import { TemplateFault, templateProblem, type TemplateCode } from './fault.ts';
import type { SyntaxNode } from './syntax.ts';
import { Misused } from './values.ts';

/** Names and their values; an inner scope has the outer one as its prototype. */
export type Scope = Record<string, unknown>;
export type Evaluate = (scope: Scope) => unknown;

/** What is known while one template is compiled. */
export interface Compilation {
  /** The template's path, for messages; inside a partial the partial's. */
  readonly file: string;
  /** Secrets may be printed: the artifact will be sealed. */
  readonly sealed: boolean;
  /** Names that are in scope here. */
  readonly names: ReadonlySet<string>;
  /** Names that stand for one known value everywhere (`cluster`, `instance`), so that their members can be checked early. */
  readonly constants: Readonly<Record<string, unknown>>;
  /** The secrets that runs of a sealed template made into text: none of them may stay in clear in the file. */
  readonly revealed: Set<Secret>;
  /** Every finding of the whole compilation. */
  readonly problems: Problem[];
}

/** Stands for what could not be compiled. */
export const NOTHING: Evaluate = () => null;

/** Adds a finding and goes on, so that all of them are told at once. */
export function complain(
  at: Compilation,
  node: SyntaxNode,
  code: TemplateCode,
  message: string,
  hint?: string,
): Evaluate {
  at.problems.push(templateProblem(at.file, node, code, message, hint));
  return NOTHING;
}

/** Runs `work`; what it cannot do becomes a fault at `node`. */
export function guarded<T>(at: Compilation, node: SyntaxNode, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Misused)) throw error;
    throw new TemplateFault(templateProblem(at.file, node, error.code, error.message, error.hint));
  }
}
