/** nunjucks' lexer, which goes through a text character by character, made to go from one mark to the next. */
import lexer, { type Tokenizer } from 'nunjucks/src/lexer.js';

/** The tokens of a text, as nunjucks' lexer gives them. @param options as nunjucks' `lex` takes them */
export function lex(text: string, options: object): Tokenizer {
  return Object.assign(lexer.lex(text, options), { _matches: standsHere, _extractMatching: extractRun });
}

function standsHere(this: Tokenizer, mark: string): boolean {
  return this.str.startsWith(mark, this.index);
}

/** What the method of nunjucks 3.2.4 gives: as many characters of a set, or of none of it, as stand here; null at the end. */
function extractRun(this: Tokenizer, breakOnMatch: boolean, characters: string): string | null {
  if (this.index >= this.len) return null;
  const run = runOf(breakOnMatch, characters);
  run.lastIndex = this.index;
  const found = run.exec(this.str)?.[0] ?? '';
  this.index += found.length;
  const lineStart = found.lastIndexOf('\n') + 1;
  if (lineStart > 0) this.lineno += found.split('\n').length - 1;
  this.colno = (lineStart > 0 ? 0 : this.colno) + found.length - lineStart;
  return found;
}

/** By the characters of the set, of which there are few. */
const UNTIL = new Map<string, RegExp>();
const WHILE = new Map<string, RegExp>();

function runOf(breakOnMatch: boolean, characters: string): RegExp {
  const runs = breakOnMatch ? UNTIL : WHILE;
  const run = runs.get(characters) ?? newRun(breakOnMatch, characters);
  runs.set(characters, run);
  return run;
}

function newRun(breakOnMatch: boolean, characters: string): RegExp {
  const set = characters.replace(/[\\\]^-]/g, '\\$&');
  return new RegExp(`[${breakOnMatch ? '^' : ''}${set}]+`, 'y');
}
