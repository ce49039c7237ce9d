/** Problems as people read them. */
import type { Colors } from 'picocolors/types.js';
import type { Problem, Severity } from '../problem.ts';
import { visible } from './visible.ts';

export const SEVERITY_COLOURS = {
  error: 'red',
  warning: 'yellow',
  note: 'blue',
} as const satisfies Readonly<Record<Severity, keyof Colors>>;

/** How a frame is drawn. */
export interface FrameStyle {
  readonly colours: Colors;
  /** Width of the terminal. */
  readonly columns: number;
}

/** The lines that a problem is about with its place marked, indented; null where nothing can or may be shown. */
export type Frame = (problem: Problem, style: FrameStyle) => string | null;

/** A list on a terminal: with frames, and cut where nobody would read on. */
export interface OnTerminal {
  readonly columns: number;
  /** Null where the lines are not at hand. */
  readonly frame: Frame | null;
}

/** How many problems fit a person's patience. */
const MOST_ON_TERMINAL = 50;

/**
 * A line for each problem, in the order given; below it, indented, its frame and its hint.
 * @param terminal null for files and pipes, where nothing is cut
 * @returns lines that each end with a line break; nothing for no problems
 */
export function problemsText(problems: readonly Problem[], colours: Colors, terminal: OnTerminal | null): string {
  const shown = terminal === null ? problems : mostSevere(problems, MOST_ON_TERMINAL);
  const texts = shown.map((problem) => problemText(problem, colours, terminal));
  const left = problems.length - shown.length;
  return [...texts, ...(left > 0 ? [`and ${left} more\n`] : [])].join(terminal?.frame ? '\n' : '');
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };

/** No more than `most`; a note never takes the place of an error. In the order given. */
function mostSevere(problems: readonly Problem[], most: number): readonly Problem[] {
  if (problems.length <= most) return problems;
  const bySeverity = [...problems.keys()].toSorted((a, b) => rankAt(problems, a) - rankAt(problems, b));
  const kept = new Set(bySeverity.slice(0, most));
  return problems.filter((_, index) => kept.has(index));
}

const rankAt = (problems: readonly Problem[], index: number): number => RANK[problems[index]?.severity ?? 'note'];

/**
 * `cluster.yaml:14:13  error  message  (code)` and below it, indented, `hint: …`. What came from the inputs cannot
 * command the terminal.
 */
function problemText(problem: Problem, colours: Colors, terminal: OnTerminal | null): string {
  const position = visible(positionOf(problem));
  const line = [
    ...(position === '' ? [] : [colours.bold(position)]),
    colours[SEVERITY_COLOURS[problem.severity]](problem.severity),
    visible(problem.message),
    colours.dim(`(${visible(problem.code)})`),
  ].join('  ');
  const frame = terminal?.frame?.(problem, { colours, columns: terminal.columns }) ?? null;
  const hint = problem.hint === undefined ? [] : [`${colours.cyan('  hint:')} ${hintLines(problem.hint)}`];
  return [line, ...(frame === null ? [] : [frame]), ...hint].map((part) => `${part}\n`).join('');
}

function positionOf({ file, line, column }: Problem): string {
  return [file, line, column].filter((part) => part !== undefined).join(':');
}

/** A hint may hold lines to paste: they stay lines, below its first word. */
function hintLines(hint: string): string {
  return visible(hint, { lines: true }).replaceAll('\n', '\n        ');
}

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note'];

/** `3 errors, 1 warning, 1 note`, without what there is none of. */
export function summaryText(problems: readonly Problem[]): string {
  return SEVERITIES.map((severity) =>
    counted(problems.filter((problem) => problem.severity === severity).length, severity),
  )
    .filter((part) => part !== null)
    .join(', ');
}

function counted(count: number, severity: Severity): string | null {
  return count === 0 ? null : `${count} ${severity}${count === 1 ? '' : 's'}`;
}
