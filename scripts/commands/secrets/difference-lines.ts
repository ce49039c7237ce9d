/** Tells the differences between sealed files. */
import { differenceLine } from '../../secrets/difference-line.ts';
import type { Difference } from '../../secrets/differences.ts';
import type { Reporter } from '../../system/terminal.ts';

export function tellDifferences(reporter: Reporter, differences: readonly Difference[]): void {
  for (const { text, tone } of differences.map(differenceLine)) reporter.line(text, tone);
}
