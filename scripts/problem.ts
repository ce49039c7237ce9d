/** Expected failures as values: a finding, a checked value, and the one class that carries findings to the top. */

export type Severity = 'error' | 'warning' | 'note';

/** A finding. Positions count from 1; `file` is relative to the project with `/` between its parts. Never holds a secret's value. */
export interface Problem {
  /** Kebab-case name of the rule; also the name of the fixture folder that breaks it. */
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  /** How to mend it. */
  readonly hint?: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly endLine?: number;
  readonly endColumn?: number;
  /** Where in the document, e.g. `nodes[2].address`. */
  readonly path?: string;
}

/** A value that was checked: it is there exactly when no problem is an error. Warnings and notes travel with it. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T; readonly problems: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** What the process says when it ends; the table of design and README. */
export const Exit = {
  done: 0,
  bug: 1,
  refusedInput: 2,
  refusedTemplate: 3,
  otherProgram: 4,
  workToDo: 5,
  interrupted: 130,
} as const;

export type ExitCode = (typeof Exit)[keyof typeof Exit];

/** The one error class for expected failures. Whatever else is thrown is a bug of ours and shows its stack. */
export class Refusal extends Error {
  readonly problems: readonly Problem[];
  readonly exitCode: ExitCode;

  constructor(problems: readonly Problem[], exitCode: ExitCode) {
    super(problems.map((problem) => problem.message).join('\n'));
    this.name = 'Refusal';
    this.problems = problems;
    this.exitCode = exitCode;
  }
}

/** What a refusal is about, where that is an answer, too. @throws the error itself where it tells of none: a bug, or an interruption */
export function problemIn(error: unknown): Problem {
  const [problem] = error instanceof Refusal ? error.problems : [];
  if (problem === undefined) throw error;
  return problem;
}

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === 'error');
}

/** Pairs a value with its findings: refused when one of them is an error. */
export function checked<T>(value: T, problems: readonly Problem[] = []): Checked<T> {
  return hasErrors(problems) ? { ok: false, problems } : { ok: true, value, problems };
}

export function refused(...problems: readonly Problem[]): Checked<never> {
  return { ok: false, problems };
}

/** Each finding once: what stands in the way of many files is one thing. */
export function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

/**
 * Takes the value out, or throws its problems as a `Refusal`.
 * @param warn receives the warnings and notes of a value that passed
 */
export function must<T>(
  result: Checked<T>,
  exitCode: ExitCode,
  warn: (problems: readonly Problem[]) => void = () => {},
): T {
  if (!result.ok) throw new Refusal(result.problems, exitCode);
  if (result.problems.length > 0) warn(result.problems);
  return result.value;
}
