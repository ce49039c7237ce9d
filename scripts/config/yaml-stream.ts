/** Text → YAML documents, one step of the parser at a time, so that it can be stopped before it exhausts stack or memory. */
import { Composer, Lexer, Parser, type Document } from 'yaml';
import { MAX_DEPTH } from './yaml-value.ts';
import { WORDS, type Words } from './yaml-words.ts';

/** Our own walk looks for duplicate keys; tags beyond YAML's core are refused, not guessed at. */
const OPTIONS = {
  version: '1.2',
  schema: 'core',
  merge: true,
  uniqueKeys: false,
  resolveKnownTags: false,
  logLevel: 'silent',
} as const;

/** Words, marks and blanks that a file may have: ten thousand nodes with every key are below it, and still fit the memory. */
export const MAX_LEXEMES = 2_000_000;

/** What came of a text: its documents (two stand for any number above one), and what only the way there knew. */
export interface Stream {
  readonly documents: readonly Document.Parsed[];
  /** Why it was not read to its end, and the offset where. */
  readonly stopped: { readonly at: number; readonly words: Words } | null;
  /** Offset of a quote that is never closed. */
  readonly unclosedAt: number | null;
}

/** Composes the whole text, or as much of it as is reasonable. */
export function readStream(text: string): Stream {
  const parser = new Parser();
  const composer = new Composer(OPTIONS);
  const documents: Document.Parsed[] = [];
  let [unclosedAt, lexemes]: [number | null, number] = [null, 0];
  for (const lexeme of new Lexer().lex(text)) {
    if (isUnclosed(lexeme)) unclosedAt = parser.offset;
    for (const token of parser.next(lexeme)) documents.push(...composer.next(token));
    const words = reasonToStop(parser.stack.length, (lexemes += 1));
    if (words !== null) return { documents, stopped: { at: parser.offset, words }, unclosedAt };
    if (documents.length > 1) return { documents, stopped: null, unclosedAt };
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  documents.push(...composer.end(true, text.length));
  return { documents, stopped: null, unclosedAt };
}

function isUnclosed(lexeme: string): boolean {
  const quote = lexeme.charAt(0);
  return (quote === '"' || quote === "'") && (lexeme.length === 1 || !lexeme.endsWith(quote));
}

function reasonToStop(depth: number, lexemes: number): Words | null {
  if (depth > MAX_DEPTH) return WORDS.tooDeep;
  return lexemes > MAX_LEXEMES ? WORDS.tooManyValues : null;
}
