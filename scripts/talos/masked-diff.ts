/**
 * A diff of machine configurations without secrets that are in none of our files: what a machine has now, and the files say no
 * more, is known by the name of its key alone.
 */

/** A line of YAML behind the sign of a diff: `key: value`, also as the first one of a list's item. */
const PAIR = /^(?<head>\s*(?:- )*"?(?<key>[\w./-]+)"?:)(?: (?<value>.*))?$/;

/** What stands for a text that follows on lines of its own. */
const BLOCK = /^[|>][-+\d]*$/;

/** What the lines belong to that are indented deeper than the one before them. */
interface Inside {
  readonly indent: number;
  /** Of a text each line is hidden; in a list or a mapping each key speaks for itself. */
  readonly isText: boolean;
}

/** A hunk may begin in the middle of a text. */
const UNSEEN: Inside = { indent: -1, isText: false };

/**
 * @param diff unified, of YAML
 * @param isSecret says it of a key
 * @returns the same with `***` for each value of such a key, for lines of a text whose key is not to be seen, and for credentials in
 *   URLs
 */
export function maskedDiff(diff: string, isSecret: (key: string) => boolean): string {
  const shown: string[] = [];
  let inside: Inside | null = null;
  for (const line of diff.split('\n')) {
    const [text, next]: Masked = HEAD.test(line) ? [line, UNSEEN] : maskedLine(line, inside, isSecret);
    shown.push(withoutCredentials(text));
    inside = next;
  }
  return shown.join('\n');
}

/** `https://user:password@proxy`, `grpc://siderolink?jointoken=…` */
const withoutCredentials = (line: string): string =>
  line.replace(/(:\/\/[^\s/:@]*:)[^\s/@]+@/g, '$1***@').replace(/([?&]\w*token=)[^\s&"']+/gi, '$1***');

const HEAD = /^(?:--- |\+\+\+ |@@)/;

type Masked = readonly [line: string, next: Inside | null];

function maskedLine(line: string, before: Inside | null, isSecret: (key: string) => boolean): Masked {
  const [sign, body] = [line.slice(0, 1), line.slice(1)];
  if (body.trim() === '') return [line, before];
  const indent = body.search(/\S/);
  const inside = before !== null && indent > before.indent ? before : null;
  if (inside?.isText) return [`${sign}${' '.repeat(indent)}***`, inside];
  const pair = PAIR.exec(body)?.groups as { head: string; key: string; value?: string } | undefined;
  if (pair === undefined) return [inside ? `${sign}${body.replace(/^(\s*(?:- )*).*$/, '$1***')}` : line, inside];
  const { head, key, value = '' } = pair;
  if (!isSecret(key)) return [line, inside === UNSEEN ? null : inside];
  const isBlock = BLOCK.test(value);
  return isBlock || value === '' ? [line, { indent, isText: isBlock }] : [`${sign}${head} ***`, null];
}
