/** Tells the differences between sealed files. */
import { differenceLine } from '../../secrets/versions/difference-line.ts';
import type { Difference } from '../../secrets/versions/differences.ts';
import type { Reporter } from '../../system/terminal.ts';

export function tellDifferences(reporter: Reporter, differences: readonly Difference[]): void {
  for (const { text, tone } of differences.map(differenceLine)) reporter.line(text, tone);
}
