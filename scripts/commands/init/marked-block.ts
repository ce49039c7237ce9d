/** A block of lines that nigari keeps in a file of the user's, between two marks; everything around it is the user's. */

/** The first and the last line of a block, as they stand in the file. */
export interface Marks {
  readonly begin: string;
  readonly end: string;
}

/**
 * @param text of the present file, empty when there is none
 * @param linesFor the lines between the marks, given the block as it is now; empty when there is none
 * @returns the text with the block in its present form: in its old place, or at the end
 */
export function withBlock(text: string, { begin, end }: Marks, linesFor: (now: string) => readonly string[]): string {
  const lineBreak = text.includes('\r\n') ? '\r\n' : '\n';
  // The last one: behind a first line whose last line is gone stand lines of the user's.
  const from = text.lastIndexOf(begin);
  const until = from < 0 ? -1 : text.indexOf(end, from);
  const block = [begin, ...linesFor(until < 0 ? '' : text.slice(from, until)), end].join(lineBreak);
  if (until >= 0) return text.slice(0, from) + block + text.slice(until + end.length);
  const before = text === '' || text.endsWith('\n') ? text : text + lineBreak;
  return `${before}${before === '' ? '' : lineBreak}${block}${lineBreak}`;
}
