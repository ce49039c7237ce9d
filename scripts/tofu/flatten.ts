/** What tofu prints, as one line. */

/** Without colours and the frame around messages, every run of blanks one blank: tofu wraps lines at 78 columns. */
export function flatten(output: string): string {
  const plain = output.replace(/\u001b\[[0-9;]*[A-Za-z]/g, '');
  return plain.replace(/[\s│╷╵]+/g, ' ').trim();
}
