/** The comments of a YAML text in order, given out to the nodes that go-yaml would attach them to. */
import type { CST } from 'yaml';
import type { Comment } from '../tree/tree.ts';

/** A comment where it stands: offset in the text, line and column of its `#`, counted from 0. */
interface Found {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

/** What follows a block: its offset in the text and its column. */
export interface Following {
  readonly offset: number;
  readonly column: number;
}

/** Gives each comment out once, from the start of the text to its end. */
export interface CommentQueue {
  /** All that stand before an offset. */
  before(offset: number): readonly Comment[];
  /** One that stands on a line, before an offset: behind something that ends on that line. */
  onLine(line: number, before: number): readonly Comment[];
  /**
   * Those at the end of an indented block: the first run of one column. The next run belongs to the block around it, and
   * so on; the last one, in the column of what follows, speaks of that.
   * @param column of the block; comments further right do not end a run
   */
  endOfBlock(column: number, following: Following): readonly Comment[];
}

/** @param lineAt line and column of an offset, counted from 0 */
export function commentQueue(
  tokens: readonly CST.Token[],
  lineAt: (offset: number) => { readonly line: number; readonly column: number },
): CommentQueue {
  const found = collect(tokens).map((token): Found => ({ ...token, ...lineAt(token.offset) }));
  found.sort((one, other) => one.offset - other.offset);
  let next = 0;
  const takeTo = (end: number, inline: boolean): readonly Comment[] => {
    const taken = found.slice(next, end);
    next = Math.max(next, end);
    return taken.map(({ text }) => ({ kind: 'comment', text, inline }));
  };
  /** Index of the first one left that does not stand before an offset. */
  const firstFrom = (offset: number): number => {
    let index = next;
    while ((found[index]?.offset ?? offset) < offset) index += 1;
    return index;
  };
  return {
    before: (offset) => takeTo(firstFrom(offset), false),
    onLine: (line, before) => takeTo(isOnLine(found[next], line, before) ? next + 1 : next, true),
    endOfBlock: (column, following) => {
      let limit = firstFrom(following.offset);
      while (limit > next && found[limit - 1]?.column === following.column) limit -= 1;
      const first = found[next]?.column;
      const isInRun = (at: number | undefined): boolean => at !== undefined && (at === first || at >= column);
      let end = next;
      while (end < limit && isInRun(found[end]?.column)) end += 1;
      return takeTo(end, false);
    },
  };
}

function isOnLine(comment: Found | undefined, line: number, before: number): boolean {
  return comment !== undefined && comment.line === line && comment.offset < before;
}

/** Every comment token below the tokens of a concrete syntax tree, which keeps them in many places. */
function collect(token: unknown): readonly { readonly offset: number; readonly text: string }[] {
  if (typeof token !== 'object' || token === null) return [];
  if (isCommentToken(token)) return [{ offset: token.offset, text: token.source.slice(1).replace(/\r$/, '') }];
  return Object.values(token).flatMap(collect);
}

function isCommentToken(token: object): token is CST.SourceToken {
  return 'type' in token && token.type === 'comment';
}
