/** How a difference between sealed files is told to people: names only. */
import type { Difference } from './differences.ts';

const MARK = { added: '+', removed: '-', changed: '~' } as const;
const TONE = { added: 'good', removed: 'bad', changed: 'changed' } as const;

/** `  ~ vars.token`, `  + recipient age1…`, and what it is about. */
export function differenceLine({ kind, what, name }: Difference) {
  const about = {
    value: name,
    comments: name === '' ? 'comments at the end' : `comments of ${name}`,
    recipient: `recipient ${shortRecipient(name)}`,
    rule: `rule ${name}`,
  };
  return { text: `  ${MARK[kind]} ${about[what]}`, tone: TONE[kind] } as const;
}

/** A post-quantum recipient has two thousand characters: its beginning and end tell it from others. */
export function shortRecipient(recipient: string): string {
  return recipient.length <= 70 ? recipient : `${recipient.slice(0, 40)}…${recipient.slice(-12)}`;
}
