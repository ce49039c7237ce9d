/**
 * YAML text → tree, with the `yaml` package as parser and go-yaml's rules for the meaning of scalars and the place of
 * comments. What sops itself cannot read is refused here, at its position.
 */
import { Composer, isMap, Lexer, LineCounter, Parser, type CST, type Document } from 'yaml';
import { checked, refused, type Checked } from '../../problem.ts';
import type { SourceFile } from '../../types.ts';
import { utf8 } from '../utf8.ts';
import { commentQueue } from './comments.ts';
import { readMapping } from './nodes.ts';
import { readPlain } from './plain.ts';
import { report, type At, type Context } from './reading.ts';
import type { Entry, Mapping, Tree, Value } from '../tree/tree.ts';

export interface Reading {
  readonly tree: Tree;
  /** Where an entry (its key) or a value stands; only the file for what was not read from a text. */
  readonly at: (node: Entry | Value) => At;
}

/** Every scalar is left a string: what it means is for `resolve.ts` to say. Repeated keys are found in linear time by us. */
const OPTIONS = {
  schema: 'failsafe',
  resolveKnownTags: false,
  uniqueKeys: false,
  prettyErrors: false,
  keepSourceTokens: true,
} as const;

/**
 * Reads every document of a file.
 * @returns the tree, with warnings for what sops prints in another form; problems: not UTF-8, not YAML, too deep, no mapping at
 *   the root, a key that is no text or stands twice, a number above int64, a tag that does not fit, aliases without end
 */
export function readYaml(file: SourceFile): Checked<Reading> {
  const text = utf8(file.bytes)?.replace(/^\ufeff/, '');
  if (text === undefined) return refused(notUtf8(file.path));
  const plain = readPlain(file.path, text);
  return plain === null ? readByLibrary(file.path, text) : checked(plain);
}

/** As `readYaml`, with the `yaml` package, whatever the text is. */
export function readByLibrary(path: string, text: string): Checked<Reading> {
  const control = CONTROL.exec(text);
  if (control !== null) return refused(controlCharacter(path, text.slice(0, control.index)));
  const lines = new LineCounter();
  const tokens = parse(text, lines);
  if (tokens === null) return refused(tooDeep(path));
  const documents = [...new Composer(OPTIONS).compose(tokens, true, text.length)];
  // Looking for comments among all tokens takes as long as parsing; most files have none.
  const context = newContext(path, lines, text.includes('#') ? tokens : []);
  const tree = documents.map((document, index) => {
    return readDocument(context, document, documents[index + 1]?.range[0] ?? text.length);
  });
  return checked({ tree, at: (node) => context.places.get(node) ?? { file: path } }, context.problems);
}

/** Containers within containers: far more than anyone writes, far less than would exhaust the stack. */
const MAX_DEPTH = 200;

/** @returns null when the text is nested too deeply to go on */
function parse(text: string, lines: LineCounter): readonly CST.Token[] | null {
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > MAX_DEPTH) return null;
  }
  return [...tokens, ...parser.end()];
}

function tooDeep(path: string) {
  const message = `${path} is nested too deeply`;
  return { code: 'too-deep', severity: 'error', message, hint: 'make it flatter', file: path } as const;
}

function notUtf8(path: string) {
  const message = `${path} is not UTF-8`;
  return { code: 'not-utf8', severity: 'error', message, hint: 'save it as UTF-8', file: path } as const;
}

/** No YAML has these as they are; the `yaml` package would let them pass. */
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f]/;

/** @param before the text up to it */
function controlCharacter(path: string, before: string) {
  const rows = before.split('\n');
  const at = { file: path, line: rows.length, column: (rows.at(-1) ?? '').length + 1 };
  const message = 'this is a control character, which YAML does not allow';
  return { code: 'bad-yaml', severity: 'error', message, hint: 'write it in double quotes, as \\xNN', ...at } as const;
}

function newContext(file: string, lines: LineCounter, tokens: readonly CST.Token[]): Context {
  const comments = commentQueue(tokens, (offset) => {
    const { line, col } = lines.linePos(offset);
    return { line: line - 1, column: col - 1 };
  });
  return { file, lines, comments, anchors: new Map(), places: new Map(), problems: [], nodes: 0 };
}

function readDocument(context: Context, document: Document.Parsed, until: number): Mapping {
  context.anchors.clear();
  // The parser's own sentences may quote the text, which may be secret: only their code is shown.
  for (const { code, pos } of document.errors) {
    const reason = code.toLowerCase().replaceAll('_', ' ');
    report(context, pos[0], '', ['bad-yaml', `this is not legal YAML (${reason})`, 'mend it here']);
  }
  if (document.errors.length > 0) return { kind: 'mapping', items: [] };
  if (isMap(document.contents)) return readRoot(context, document.contents, until);
  report(context, document.range[0], '', ['root-not-mapping', 'sops wants keys and values here', 'write `key: value`']);
  return { kind: 'mapping', items: [] };
}

/** What is left of the comments belongs to the document. */
function readRoot(context: Context, map: Parameters<typeof readMapping>[1], until: number): Mapping {
  const mapping = readMapping(context, map, { path: '', next: { offset: until, column: 0 } });
  const root: Mapping = { ...mapping, items: [...mapping.items, ...context.comments.before(until)] };
  context.places.set(root, context.places.get(mapping) ?? { file: context.file });
  return root;
}
