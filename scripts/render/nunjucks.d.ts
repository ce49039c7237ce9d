/** The two parts of nunjucks that we use: its lexer and its parser. Evaluation is ours (`expressions.ts`, `statements.ts`). */

declare module 'nunjucks/src/lexer.js' {
  interface Lexer {
    lex(source: string, options: object): Lexer.Tokenizer;
    readonly TOKEN_DATA: string;
    readonly TOKEN_COMMENT: string;
  }
  namespace Lexer {
    interface Token {
      readonly type: string;
      readonly value: unknown;
      readonly lineno: number;
      readonly colno: number;
    }
    interface Tokenizer {
      nextToken(): Token | null;
      readonly tags: unknown;
      readonly str: string;
      readonly len: number;
      /** What comes next; with line and column, from 0. */
      index: number;
      lineno: number;
      colno: number;
      /** How `raw` finds its end. */
      _extractRegex(pattern: RegExp): RegExpMatchArray | null;
    }
  }
  const Lexer: Lexer;
  export = Lexer;
}

declare module 'nunjucks/src/parser.js' {
  const nunjucks: {
    readonly Parser: new (tokens: { nextToken(): unknown; readonly tags: unknown }) => { parseAsRoot(): unknown };
  };
  export = nunjucks;
}
