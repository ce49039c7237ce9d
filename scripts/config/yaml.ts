/** An input file's bytes → its value and the places of its values, or what is wrong with it. YAML 1.2, core schema. */
import { isMap, isScalar, type Document, type YAMLError, type YAMLMap } from 'yaml';
import { checked, refused, type Checked, type Problem } from '../problem.ts';
import type { SourceFile } from '../types.ts';
import { decodeText } from './decode.ts';
import { linesOf, type Lines } from './lines.ts';
import { places, spanAt, type Places } from './locate.ts';
import { isMapping } from './mapping.ts';
import { YAML_VALUES } from './plain-values.ts';
import { readPlainYaml } from './plain-yaml.ts';
import { MAX_LEXEMES, readStream, type Stream } from './yaml-stream.ts';
import { documentValue } from './yaml-value.ts';
import { syntaxWords, WORDS, type Words } from './yaml-words.ts';

export { MAX_INPUT_BYTES } from './decode.ts';

/** A file that could be read as one mapping. */
export interface YamlFile {
  readonly file: string;
  /** Strings, numbers, booleans, null, arrays and plain objects; frozen. */
  readonly value: Readonly<Record<string, unknown>>;
  readonly places: Places;
  /**
   * Errors on single keys and values, such as `duplicate-key`; no reason not to look at the rest. The value has then
   * the first of two, and null where a value cannot be read: an unknown tag, an alias that stands for nothing.
   */
  readonly problems: readonly Problem[];
}

/**
 * Parses one file in time proportional to its length.
 * @returns its value, or `input-too-large`, `not-utf8`, `yaml-syntax`, `tab-indentation`, `yaml-version`, `too-deep`,
 *   `too-many-values`, `several-documents`, `empty-file`, `not-a-mapping`, `alias-expansion`
 */
export function parseYaml(source: SourceFile): Checked<YamlFile> {
  const text = decodeText(source);
  if (!text.ok) return text;
  const plain = parsePlain(source.path, text.value);
  return plain === null ? parseByLibrary(source.path, text.value) : checked(plain);
}

/** Without the library, for which most runs then have no need: places are asked for where there are problems. */
function parsePlain(file: string, text: string): YamlFile | null {
  const [value] = text.length > MOST_PLAIN ? [] : (readPlainYaml(text, YAML_VALUES) ?? []);
  if (!isMapping(value)) return null;
  let found: Places | null = null;
  const places = (): Places => (found ??= placesByLibrary(file, text));
  return {
    file,
    value,
    places: {
      value: (path) => places().value(path),
      key: (path) => places().key(path),
      source: (path) => places().source(path),
    },
    problems: [],
  };
}

/** Of a longer text the library says whether it is too long: a lexeme has a character at least, and a mark perhaps. */
const MOST_PLAIN = MAX_LEXEMES / 2;

function placesByLibrary(file: string, text: string): Places {
  const parsed = parseByLibrary(file, text);
  if (!parsed.ok) throw new Error(`${file} was taken for plain YAML: ${parsed.problems[0]?.message}`);
  return parsed.value.places;
}

/** As `parseYaml`, whatever the text is. */
export function parseByLibrary(file: string, text: string): Checked<YamlFile> {
  const lines = linesOf(text);
  const stream = readStream(text);
  const at: At = (start, end, words) => ({ severity: 'error', ...words, ...spanAt({ file, lines }, start, end) });
  const problems = streamProblems(stream, text, at);
  const [document] = stream.documents;
  const root = document?.contents;
  if (problems.length > 0 || !isMap(root)) return refused(...problems);
  return read(file, root, lines, text.length);
}

/** Puts a problem at offsets of the text. */
type At = (start: number, end: number, words: Words) => Problem;

/** Why a text is not one YAML 1.2 mapping. */
function streamProblems({ documents, stopped, unclosedAt }: Stream, text: string, at: At): readonly Problem[] {
  if (stopped !== null) return [at(stopped.at, stopped.at, stopped.words)];
  const [document, second] = documents;
  const problems = (document?.errors ?? []).map((error) => syntaxProblem(error, unclosedAt, at));
  if (second !== undefined) problems.push(at(second.range[0], second.range[0], WORDS.severalDocuments));
  if (problems.length > 0 || document === undefined) return firstOfEachCode(problems);
  return rootProblems(document, text, at);
}

function syntaxProblem({ code, pos: [start, end] }: YAMLError, unclosedAt: number | null, at: At): Problem {
  if (code === 'MISSING_CHAR' && unclosedAt !== null) return at(unclosedAt, unclosedAt + 1, WORDS.unclosedQuote);
  return at(start, end, syntaxWords(code));
}

/** What follows a syntax error is mostly its echo, so each kind is said once. */
function firstOfEachCode(problems: readonly Problem[]): readonly Problem[] {
  const codes = new Set<string>();
  return problems.filter(({ code }) => !codes.has(code) && codes.add(code));
}

function rootProblems({ contents, directives, range }: Document.Parsed, text: string, at: At): readonly Problem[] {
  const { explicit, version } = directives.yaml;
  if (explicit && version !== '1.2')
    return [at(text.indexOf('%YAML'), text.indexOf('%YAML') + '%YAML 1.1'.length, WORDS.yamlVersion)];
  if (isMap(contents)) return [];
  const empty = contents === null || (isScalar(contents) && contents.source === '');
  return [empty ? at(0, 0, WORDS.emptyFile) : at(range[0], range[0], WORDS.notAMapping)];
}

function read(file: string, root: YAMLMap, lines: Lines, length: number): Checked<YamlFile> {
  const { value, problems, targets, refusal } = documentValue(file, root, lines, length);
  if (refusal !== null) return refused(refusal);
  // Under a tag that is not known, the whole file is a value that cannot be read.
  if (value === null) return refused(...problems);
  return checked({ file, value: value as YamlFile['value'], places: places({ file, root, lines, targets }), problems });
}
