/** What `doctor` finds, and how it is told. */
import type { Reporter } from '../../system/terminal.ts';

/** One finding; `remedy` is there unless all is well. */
export interface Row {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'fail';
  readonly found: string;
  readonly remedy?: string;
}

export const ok = (name: string, found: string): Row => ({ name, status: 'ok', found });

const TONES = { ok: 'good', warning: 'changed', fail: 'bad' } as const;
const INDENT = ' '.repeat(9);

/** One line a row, its remedy below it. */
export function tell(reporter: Reporter, rows: readonly Row[]): void {
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const { name, status, found, remedy } of rows) {
    reporter.line(`${status.padEnd(7)}  ${name.padEnd(width)}  ${found}`, TONES[status]);
    if (remedy !== undefined) reporter.line(`${INDENT}${remedy.replaceAll('\n', `\n${INDENT}`)}`);
  }
}
