/** Problems → what the Language Server Protocol calls diagnostics. */
import { DiagnosticSeverity, type Diagnostic } from 'vscode-languageserver';
import type { Problem, Severity } from '../problem.ts';
import type { EditorInput, InputName } from './input.ts';
import { isInputName } from './input.ts';
import type { Project } from './project.ts';

const SEVERITIES: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  note: DiagnosticSeverity.Information,
};

/** Editors draw each of them; more than a person reads only slows them down. */
const MOST = 1000;

/** What only the outside knows. */
export interface Addresses {
  /** URI of a file of the project. */
  readonly uri: (file: InputName) => string;
  /** Page about a rule, null where there is none. */
  readonly page: (code: string) => string | null;
}

/** A problem and how an editor shows it. */
export interface Shown {
  readonly problem: Problem;
  readonly diagnostic: Diagnostic;
}

/**
 * The diagnostics of one file. What is said of a file that is not there stands at the top of the other one: an editor
 * has nowhere else to show it.
 * @returns errors first, at most 1,000
 */
export function shownIn(file: InputName, { inputs, problems }: Project, addresses: Addresses): readonly Shown[] {
  const input = inputs[file];
  if (input === null) return [];
  const here = problems.filter((problem) => fileOf(problem, inputs) === file).toSorted(bySeverity);
  return here.slice(0, MOST).map((problem) => ({ problem, diagnostic: diagnostic(problem, input, inputs, addresses) }));
}

type Inputs = Project['inputs'];

function fileOf({ file = '' }: Problem, inputs: Inputs): InputName | undefined {
  if (isInputName(file) && inputs[file] !== null) return file;
  return Object.values(inputs).find((input) => input !== null)?.name;
}

const bySeverity = (a: Problem, b: Problem): number => SEVERITIES[a.severity] - SEVERITIES[b.severity];

function diagnostic(problem: Problem, input: EditorInput, inputs: Inputs, { uri, page }: Addresses): Diagnostic {
  const { code, severity, message, hint, file } = problem;
  const href = page(code);
  const related = otherPlaces(message, inputs);
  return {
    range: input.range(file === input.name ? problem : {}),
    severity: SEVERITIES[severity],
    code,
    ...(href !== null && { codeDescription: { href } }),
    source: 'nigari',
    message: hint === undefined ? message : `${message}\nhint: ${hint}`,
    ...(related.length > 0 && {
      relatedInformation: related.map(({ input: { name }, range }) => ({
        location: { uri: uri(name), range },
        message: 'the other place',
      })),
    }),
  };
}

/** A message that is about two places names the second: `… has the same address as … at nodes.yaml:4:14`. */
const PLACE = /\b(cluster\.yaml|nodes\.yaml):(\d{1,9}):(\d{1,9})\b/g;

function otherPlaces(message: string, inputs: Inputs) {
  return [...message.matchAll(PLACE)].flatMap(([, name = '', line, column]) => {
    const input = isInputName(name) ? inputs[name] : null;
    return input === null ? [] : [{ input, range: input.range({ line: Number(line), column: Number(column) }) }];
  });
}
