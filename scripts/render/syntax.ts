/** Template text → syntax tree, by nunjucks' own lexer and parser. */
import lexer, { type Token, type Tokenizer } from 'nunjucks/src/lexer.js';
import nunjucks from 'nunjucks/src/parser.js';
import { checked, refused, type Checked } from '../problem.ts';
import { lex } from './fast-lexer.ts';

/**
 * A node of nunjucks' syntax tree. `typename` says which fields it has; lines and columns count from 0.
 * Source of the shapes: nunjucks 3.2.4, `src/nodes.js`.
 */
export interface SyntaxNode {
  readonly typename: string;
  readonly lineno: number;
  readonly colno: number;
  readonly [field: string]: unknown;
}

/**
 * Delimiters under which an unrendered template is still legal YAML, and HCL that editors can colour: `#` opens a
 * comment in both. HCL's `${…}` and Go's `{{…}}` pass untouched.
 */
const OPTIONS = {
  trimBlocks: true,
  lstripBlocks: true,
  tags: {
    blockStart: '#%',
    blockEnd: '%#',
    variableStart: '#{',
    variableEnd: '}#',
    commentStart: '#|',
    commentEnd: '|#',
  },
};

/** Parses a template; a syntax error is a problem at its line. */
export function parseTemplate(file: string, text: string): Checked<SyntaxNode> {
  try {
    const tokens = withoutCommentLines(lex(text, OPTIONS));
    return checked(new nunjucks.Parser(tokens).parseAsRoot() as SyntaxNode);
  } catch (error) {
    return refused({ code: 'template-syntax', severity: 'error', file, ...describe(error, text) });
  }
}

/** As nunjucks throws it: a plain Error, with a position from 1 when it has one. */
type SyntaxFault = Error & { readonly lineno?: number; readonly colno?: number; readonly hint?: string };

/** A TypeError means that the text ended inside a tag. */
function describe(error: unknown, text: string): { message: string; line: number; column?: number; hint?: string } {
  const { message, lineno, colno, hint } = error as SyntaxFault;
  const lastLine = text.split('\n').length;
  if (error instanceof TypeError) {
    return { message: 'the template ends inside a tag', line: lastLine, hint: 'close it with }#, %# or |#' };
  }
  return {
    message: firstLineWithoutPosition(message),
    line: lineno ?? lastLine,
    ...(colno === undefined ? {} : { column: colno }),
    ...(hint === undefined ? {} : { hint }),
  };
}

function firstLineWithoutPosition(message: string): string {
  const lines = message.split('\n').filter((line) => !/^\(.*\)( \[Line.*\])?$/.test(line.trim()));
  return (lines[0] ?? 'the template does not parse').replace(/^(Template render error:\s*|parse\w+: )+/, '').trim();
}

/** As the parser reads them. */
type Tokens = Pick<Tokenizer, 'nextToken' | 'tags' | '_extractRegex'>;

/**
 * Lets a comment that has a line for itself vanish with that line. nunjucks' `trimBlocks` does it for blocks only and
 * leaves a blank line behind each comment, where Jinja does not.
 */
function withoutCommentLines(tokens: Tokens): Tokens {
  let pending: Token | null = null;
  let atLineStart = true;
  let afterComment = false;
  let last: Token | null = null;

  function next(): Token | null {
    const token = pending ?? tokens.nextToken();
    pending = null;
    last = token ?? last;
    if (token === null) return null;
    if (token.type === lexer.TOKEN_COMMENT) {
      afterComment = atLineStart;
      return token;
    }
    if (token.type !== lexer.TOKEN_DATA) {
      // A block swallows the newline behind it, so that what follows starts a line again.
      atLineStart = token.type === 'block-end';
      afterComment = false;
      return token;
    }
    return data(token);
  }

  function data(token: Token): Token {
    const dropped = afterComment ? (/^[ \t]*\r?\n/.exec(String(token.value))?.[0].length ?? 0) : 0;
    let text = String(token.value).slice(dropped);
    afterComment = false;
    pending = tokens.nextToken();
    const lastLine = text.slice(text.lastIndexOf('\n') + 1);
    const startsLine = text.includes('\n') || (text === '' ? atLineStart : atLineStart && lastLine.trim() === '');
    atLineStart = startsLine && lastLine.trim() === '';
    if (atLineStart && pending?.type === lexer.TOKEN_COMMENT) text = text.slice(0, text.length - lastLine.length);
    return { ...token, value: text, lineno: token.lineno + (dropped > 0 ? 1 : 0) };
  }

  /** nunjucks looks for the end of `raw` and `verbatim` between its own delimiters, and so would never find it. */
  function refuseRaw(): never {
    const hint = 'there is no need for it: ${…}, {{…}} and {%…%} pass untouched';
    const position = { lineno: (last?.lineno ?? 0) + 1, colno: (last?.colno ?? 0) + 1 };
    throw Object.assign(new Error('`raw` and `verbatim` are not supported in templates'), { hint, ...position });
  }

  return { nextToken: next, tags: tokens.tags, _extractRegex: refuseRaw };
}
