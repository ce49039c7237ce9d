/** A problem as people read it. */
import type { Colors } from 'picocolors/types.js';
import type { Problem, Severity } from '../problem.ts';
import { visible } from './visible.ts';

const COLOURS: Readonly<Record<Severity, 'red' | 'yellow' | 'blue'>> = {
  error: 'red',
  warning: 'yellow',
  note: 'blue',
};

/**
 * `cluster.yaml:14:13  error  message  (code)` and below it, indented, `hint: …`. What came from the inputs cannot
 * command the terminal.
 */
export function formatProblem(problem: Problem, colours: Colors): string {
  const position = visible(positionOf(problem));
  const parts = [
    ...(position === '' ? [] : [colours.bold(position)]),
    colours[COLOURS[problem.severity]](problem.severity),
    visible(problem.message),
    colours.dim(`(${problem.code})`),
  ];
  const line = parts.join('  ');
  return problem.hint === undefined ? line : `${line}\n${colours.cyan('  hint:')} ${hintLines(problem.hint)}`;
}

function positionOf({ file, line, column }: Problem): string {
  return [file, line, column].filter((part) => part !== undefined).join(':');
}

/** A hint may hold lines to paste: they stay lines, below its first word. */
function hintLines(hint: string): string {
  return visible(hint, { lines: true }).replaceAll('\n', '\n        ');
}
