/** Values in Markdown, where none of their characters means anything. */

/** A code span: its fence is longer than any run of backticks in it (CommonMark 0.31, "Code spans"). */
export function code(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest > 0 ? `${fence} ${line} ${fence}` : `${fence}${line}${fence}`;
}
