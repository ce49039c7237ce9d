/** How differences between sealed files are told to people. */
import type { Difference } from '../../secrets/differences.ts';
import type { Reporter } from '../../system/terminal.ts';
import { shortRecipient } from './list.ts';

const MARK = { added: '+', removed: '-', changed: '~' } as const;
const TONE = { added: 'good', removed: 'bad', changed: 'changed' } as const;

export function tellDifferences(reporter: Reporter, differences: readonly Difference[]): void {
  for (const difference of differences) reporter.line(`  ${lineOf(difference)}`, TONE[difference.kind]);
}

/** `~ vars.token`, `+ recipient age1…`. */
function lineOf({ kind, what, name }: Difference): string {
  const about = {
    value: name,
    comments: name === '' ? 'comments at the end' : `comments of ${name}`,
    recipient: `recipient ${shortRecipient(name)}`,
    rule: `rule ${name}`,
  };
  return `${MARK[kind]} ${about[what]}`;
}
