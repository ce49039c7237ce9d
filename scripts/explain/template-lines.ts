/** A template's text, line by line: what each line prints, and in which loops and conditions it stands. */

/** A line that prints something, or text. Lines of blocks and comments alone make no line of output. */
export interface PrintingLine {
  /** From 1. */
  readonly number: number;
  /** Matches what the line may become; one group for each of `prints`. Blanks count as one, or as none. */
  readonly pattern: RegExp;
  /** The expressions between `#{` and `}#`. */
  readonly prints: readonly string[];
  /** The loops and conditions around it, outermost first. */
  readonly within: readonly Block[];
}

export type Block =
  | { readonly kind: 'for'; readonly name: string; readonly list: string }
  | { readonly kind: 'if'; readonly condition: string };

/**
 * Reads a template. It does not follow `include`, `macro` or `set`: what such lines print is not known here, and
 * nothing is said of it.
 * @param text the template's, with `#{ }#`, `#% %#` and `#| |#`
 */
export function templateLines(text: string): readonly PrintingLine[] {
  const open: Block[] = [];
  const lines = withoutComments(text).split('\n');
  return lines.flatMap((line, index) => {
    const tags = [...line.matchAll(/#%-?\s*(.*?)\s*-?%#/g)].map(([, tag = '']) => tag);
    const rest = line.replace(/#%.*?%#/g, '');
    tags.filter((tag) => !tag.startsWith('end')).forEach((tag) => enter(open, tag));
    const read = rest.trim() === '' ? [] : [templateLine(rest, index + 1, [...open])];
    tags.filter((tag) => tag.startsWith('end')).forEach((tag) => leave(open, tag));
    return read;
  });
}

/** Comments vanish, their line breaks stay, so that the lines keep their numbers. */
function withoutComments(text: string): string {
  return text.replace(/#\|[^]*?\|#/g, (comment) => comment.replace(/[^\n]/g, ''));
}

function enter(open: Block[], tag: string): void {
  const loop = /^for\s+(\w+)\s+in\s+(\S+)$/.exec(tag);
  const condition = /^(?:el)?if\s+(.*)$/.exec(tag);
  if (/^(else|elif)\b/.test(tag)) replaceCondition(open, condition?.[1]);
  else if (loop) open.push({ kind: 'for', name: loop[1]!, list: loop[2]! });
  else if (tag.startsWith('for')) open.push({ kind: 'for', name: '', list: '' });
  else if (condition) open.push({ kind: 'if', condition: condition[1]! });
}

/** In the `else` branch the same values decide; in an `elif` its own too. */
function replaceCondition(open: Block[], more = ''): void {
  const block = open.at(-1);
  if (block?.kind === 'if') open.splice(-1, 1, { kind: 'if', condition: `${block.condition} ${more}` });
}

function leave(open: Block[], tag: string): void {
  if (/^end(for|if)$/.test(tag)) open.pop();
}

const SLOT = /#\{-?\s*(.*?)\s*-?\}#/g;

function templateLine(line: string, number: number, within: readonly Block[]): PrintingLine {
  const prints = [...line.matchAll(SLOT)].map(([, expression = '']) => expression);
  const parts = line.trim().split(/#\{.*?\}#/);
  const pattern = parts.map((part) => escaped(part).replace(/\s+/g, '\\s*')).join('(.+?)');
  return { number, pattern: new RegExp(`^\\s*${pattern}\\s*$`, 'd'), prints, within };
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** The names that an expression starts from and their members: `cluster.tfstate_url`; words in quotes are none. */
export function namesIn(expression: string): readonly string[] {
  const code = expression.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '');
  return [...new Set(code.match(/(?<![\w.])[a-z_]\w*(?:\.\w+)+/gi))];
}

/** True for a name alone, without filter or operator. */
export function isName(expression: string): boolean {
  return /^[a-z_]\w*(?:\.\w+)+$/i.test(expression);
}
