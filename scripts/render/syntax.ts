/** Template text → syntax tree, by nunjucks' own lexer and parser. */
import lexer, { type Token, type Tokenizer } from 'nunjucks/src/lexer.js';
import nunjucks from 'nunjucks/src/parser.js';
import { checked, refused, type Checked } from '../problem.ts';

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
    const tokens = withoutCommentLines(lexer.lex(text, OPTIONS));
    return checked(new nunjucks.Parser(tokens).parseAsRoot() as SyntaxNode);
  } catch (error) {
    return refused({ code: 'template-syntax', severity: 'error', file, ...describe(error, text) });
  }
}

/** nunjucks throws plain Errors with a position when it has one; a TypeError means that the text ended inside a tag. */
function describe(error: unknown, text: string): { message: string; line: number; column?: number; hint?: string } {
  const { message, lineno, colno } = error as Error & { lineno?: number; colno?: number };
  const lastLine = text.split('\n').length;
  if (error instanceof TypeError) {
    return { message: 'the template ends inside a tag', line: lastLine, hint: 'close it with }#, %# or |#' };
  }
  return {
    message: firstLineWithoutPosition(message),
    line: lineno ?? lastLine,
    ...(colno === undefined ? {} : { column: colno }),
  };
}

function firstLineWithoutPosition(message: string): string {
  const lines = message.split('\n').filter((line) => !/^\(.*\)( \[Line.*\])?$/.test(line.trim()));
  return (lines[0] ?? 'the template does not parse').replace(/^Template render error:\s*/, '').trim();
}

/**
 * Lets a comment that has a line for itself vanish with that line. nunjucks' `trimBlocks` does it for blocks only and
 * leaves a blank line behind each comment, where Jinja does not.
 */
function withoutCommentLines(tokens: Tokenizer): Tokenizer {
  let pending: Token | null = null;
  let atLineStart = true;
  let afterComment = false;

  function next(): Token | null {
    const token = pending ?? tokens.nextToken();
    pending = null;
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
    let text = String(token.value);
    if (afterComment) text = text.replace(/^[ \t]*\r?\n/, '');
    afterComment = false;
    pending = tokens.nextToken();
    const lastLine = text.slice(text.lastIndexOf('\n') + 1);
    const startsLine = text.includes('\n') || (text === '' ? atLineStart : atLineStart && lastLine.trim() === '');
    atLineStart = startsLine && lastLine.trim() === '';
    if (atLineStart && pending?.type === lexer.TOKEN_COMMENT) text = text.slice(0, text.length - lastLine.length);
    return { ...token, value: text };
  }

  return { nextToken: next, tags: tokens.tags };
}
