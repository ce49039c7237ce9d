/** How many names a sentence lists: a person reads no more. */
const MANY = 12;

/** `a, b, c`; of many the first, and how many more there are. */
export function someOf(names: readonly string[]): string {
  const rest = names.length - MANY;
  return rest > 0 ? `${names.slice(0, MANY).join(', ')} and ${rest} more` : names.join(', ');
}
