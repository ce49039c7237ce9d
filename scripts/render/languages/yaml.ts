/**
 * YAML 1.2: where a place is (`read`) and how a value is written there (`slot`). Text is followed line by line, far
 * enough to know whether a value stands alone, between quotes, in a comment or in a block scalar; the middle of a plain
 * scalar is refused, since nothing can be escaped there.
 */
import { Indented, Unprintable, type Grammar, type NoSlot, type Printable, type Slot } from '../grammar.ts';
import { jsonLiteral, scalarText } from './json.ts';

type Mode =
  /** Only blanks and `- ` so far on this line. */
  | 'line-start'
  /** Dashes at the very start of a line, `indent` of them: three begin a document. */
  | 'marker'
  /** Behind `: `, `- `, `[`, `{` or `,`: a value may begin. */
  | 'value'
  | 'plain'
  /** Behind a complete value. */
  | 'done'
  /** Text follows a printed value directly: it would become part of it. */
  | 'glued'
  | 'double'
  | 'double-escape'
  | 'single'
  | 'comment'
  /** An anchor or tag, before its value. */
  | 'property'
  | 'block-header'
  | 'block-line-start'
  | 'block';

export interface YamlPlace {
  readonly mode: Mode;
  /** Column of the first text of this line, behind any `- `. */
  readonly indent: number;
  /** Column of what holds the value that may begin here: the last `- ` of this line (-1 for none), or the key. */
  readonly parent: number;
  /** A block scalar ends at a line that is not indented deeper than this. */
  readonly block: number;
  /** Open `[` and `{`. */
  readonly flow: number;
  /** What the line before leaves open: text that is indented deeper than `parent` would belong to its value. */
  readonly above: { readonly parent: number; readonly mode: 'plain' | 'glued' } | null;
}

const LINE_START: YamlPlace = { mode: 'line-start', indent: 0, parent: -1, block: -1, flow: 0, above: null };

export const yaml: Grammar<YamlPlace> = {
  start: LINE_START,
  read(place, text) {
    let now = place;
    for (let at = 0; at < text.length; at += 1) {
      now = steps[now.mode](now, text[at]!, text[at + 1] ?? '', text[at - 1] ?? '');
    }
    return now;
  },
  slot,
  broken: (place) => (place.mode === 'glued' ? NO_SLOT.glued : null),
  comment: (text) => `# ${text}`,
};

type Step = (place: YamlPlace, character: string, next: string, before: string) => YamlPlace;

const endsWord = (character: string) =>
  character === ' ' || character === '\n' || character === '\r' || character === '\t';
const become = (place: YamlPlace, mode: Mode): YamlPlace => ({ ...place, mode });

/** Within `[` or `{` a line break means nothing; elsewhere a scalar may go on in a line that is indented deeper. */
function newLine(place: YamlPlace, open: 'plain' | 'glued' | null): YamlPlace {
  if (place.flow > 0) return place.mode === 'comment' ? become(place, 'value') : place;
  return { ...LINE_START, above: open && { parent: place.parent, mode: open } };
}

/** The first character of a value decides what kind of value it is. */
function valueStart(place: YamlPlace, character: string): YamlPlace {
  switch (character) {
    case '"':
      return become(place, 'double');
    case "'":
      return become(place, 'single');
    case '[':
    case '{':
      return { ...place, mode: 'value', flow: place.flow + 1 };
    case ']':
    case '}':
    case ',':
      return afterValue(place, character);
    case '#':
      return become(place, 'comment');
    case '&':
    case '!':
      return become(place, 'property');
    case '|':
    case '>':
      return place.flow > 0 ? become(place, 'plain') : { ...place, mode: 'block-header', block: place.parent };
    default:
      return become(place, 'plain');
  }
}

function afterValue(place: YamlPlace, character: string): YamlPlace {
  if (place.flow === 0) return become(place, 'plain');
  return character === ',' ? become(place, 'value') : { ...place, mode: 'done', flow: place.flow - 1 };
}

/** Behind `key:` the key holds the value; in flow style whatever is around it does. */
function afterKey(place: YamlPlace): YamlPlace {
  return { ...place, mode: 'value', parent: place.flow > 0 ? place.parent : place.indent };
}

const steps: Readonly<Record<Mode, Step>> = {
  'line-start'(place, character, next) {
    if (character === '\n') return { ...LINE_START, above: place.above };
    if (character === ' ') return { ...place, indent: place.indent + 1 };
    if (character === '-' && next === '-' && place.indent === 0) return { ...place, mode: 'marker', indent: 1 };
    if (place.above && character !== '#' && character !== '\r' && place.indent > place.above.parent) {
      return { ...place, ...place.above, above: null };
    }
    if (character === '-' && endsWord(next))
      return { ...place, indent: place.indent + 1, parent: place.indent, above: null };
    return valueStart({ ...place, above: null }, character);
  },
  marker(place, character, next, before) {
    if (character === '-' && place.indent < 3) return { ...place, indent: place.indent + 1 };
    if (place.indent === 3 && endsWord(character))
      return steps.value(become(LINE_START, 'value'), character, next, before);
    const { mode = 'plain', parent = place.parent } = place.above ?? {};
    return steps[mode]({ ...place, mode, parent, indent: 0, above: null }, character, next, before);
  },
  value(place, character) {
    if (character === '\n') return newLine(place, null);
    return character === ' ' || character === '\t' || character === '\r' ? place : valueStart(place, character);
  },
  plain(place, character, next, before) {
    if (character === '\n') return newLine(place, 'plain');
    if (character === ':' && (endsWord(next) || (place.flow > 0 && /[,[\]{}]/.test(next)))) return afterKey(place);
    if (character === '#' && endsWord(before)) return become(place, 'comment');
    return place.flow > 0 && /[,\]}]/.test(character) ? afterValue(place, character) : place;
  },
  done(place, character, next, before) {
    if (character === '\n') return newLine(place, 'glued');
    // A doubled single quote: the string was not over.
    if (character === "'" && before === "'") return become(place, 'single');
    if (character === ':') return endsWord(next) ? afterKey(place) : become(place, 'glued');
    if (character === '#') return become(place, endsWord(before) ? 'comment' : 'glued');
    if (place.flow > 0 && /[,\]}]/.test(character)) return afterValue(place, character);
    return character === ' ' || character === '\t' || character === '\r' ? place : become(place, 'glued');
  },
  glued: (place) => place,
  double(place, character) {
    if (character === '\\') return become(place, 'double-escape');
    return character === '"' ? become(place, 'done') : place;
  },
  'double-escape': (place) => become(place, 'double'),
  single: (place, character) => (character === "'" ? become(place, 'done') : place),
  comment: (place, character) => (character === '\n' ? newLine(place, null) : place),
  property: (place, character) =>
    endsWord(character) ? steps.value(become(place, 'value'), character, '', '') : place,
  'block-header': (place, character) =>
    character === '\n' ? { ...LINE_START, mode: 'block-line-start', block: place.block } : place,
  'block-line-start'(place, character, next) {
    if (character === '\n') return { ...place, indent: 0 };
    if (character === ' ') return { ...place, indent: place.indent + 1 };
    if (place.indent > place.block) return become(place, 'block');
    return steps['line-start']({ ...LINE_START, indent: place.indent }, character, next, '');
  },
  block: (place, character) => (character === '\n' ? { ...place, mode: 'block-line-start', indent: 0 } : place),
};

function slot(place: YamlPlace): Slot<YamlPlace> | NoSlot {
  switch (place.mode) {
    case 'line-start':
      if (place.above && place.indent > place.above.parent) return NO_SLOT[place.above.mode];
      return { print: yamlLiteral, after: { ...place, mode: 'done', above: null } };
    case 'marker':
      return NO_SLOT.plain;
    case 'value':
      return { print: yamlLiteral, after: become(place, 'done') };
    case 'double':
      return { print: (value) => doubleQuotedPart(scalarText(value)), after: place };
    case 'single':
      return { print: (value) => singleQuotedText(scalarText(value)), after: place };
    case 'comment':
      return { print: (value) => printableLine(scalarText(value), 'a comment'), after: place };
    case 'block':
      return { print: (value) => blockText(value, place.indent), after: place };
    case 'block-line-start':
      return place.indent > place.block
        ? { print: (value) => blockText(value, place.indent), after: become(place, 'block') }
        : slot(become(place, 'line-start'));
    default:
      return NO_SLOT[place.mode];
  }
}

const NO_SLOT: Readonly<Record<'plain' | 'done' | 'glued' | 'double-escape' | 'property' | 'block-header', NoSlot>> = {
  plain: {
    refused: 'a value cannot stand in the middle of a plain scalar',
    hint: 'put the whole scalar into double quotes',
  },
  done: { refused: 'a value cannot follow another value', hint: 'put both into one pair of double quotes' },
  glued: { refused: 'text follows a value directly', hint: 'put the whole scalar into double quotes' },
  'double-escape': { refused: 'a value cannot follow a backslash', hint: 'write \\\\ for a backslash' },
  property: { refused: 'a value cannot be part of an anchor or tag', hint: 'write the anchor or tag out' },
  'block-header': { refused: 'a value cannot stand on the line of | or >', hint: 'put it on a line of its own below' },
};

/** Words that some reader of YAML 1.1 or 1.2 takes for something else than a string. */
const RESERVED = /^(y|n|yes|no|on|off|true|false|null|none|nan|inf)$/i;

/** A value as YAML on one line: plain where every reader takes it for the same string, else double-quoted. */
export function yamlLiteral(value: Printable): string {
  if (typeof value === 'string') return isPlain(value) ? value : doubleQuoted(value);
  if (value instanceof Indented) return yamlLiteral(value.text);
  return escapeForYaml(jsonLiteral(value));
}

function isPlain(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_./-]*$/.test(text) && !RESERVED.test(text);
}

/** JSON's strings are YAML's double-quoted ones, but for characters that YAML does not count as printable. */
function doubleQuoted(text: string): string {
  return escapeForYaml(jsonLiteral(text));
}

/** A blank at the edge is escaped: at the end of a line of the string it would be folded away. */
function doubleQuotedPart(text: string): string {
  return doubleQuoted(text).slice(1, -1).replace(/^ | $/g, '\\x20');
}

function escapeForYaml(jsonText: string): string {
  return jsonText.replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufeff\ufffe\uffff]/;

function printableLine(text: string, where: string): string {
  jsonLiteral(text);
  if (/[\r\n\u0085\u2028\u2029]/.test(text) || UNPRINTABLE.test(text)) {
    throw new Unprintable(
      `a value with line breaks or control characters cannot stand in ${where}`,
      'use double quotes',
    );
  }
  return text;
}

function singleQuotedText(text: string): string {
  return printableLine(text, 'single quotes').replaceAll("'", "''");
}

function blockText(value: Printable, indent: number): string {
  const text = scalarText(value);
  const lines = text.split('\n');
  if (lines.length > 1 && !(value instanceof Indented && value.width === indent)) {
    throw new Unprintable('a value of several lines stands in a block scalar', `write it as \`| indent(${indent})\``);
  }
  if (/^[ \t]/.test(lines.find((line) => line.trim() !== '') ?? '')) {
    throw new Unprintable('a value with leading blanks would change the block scalar', 'use double quotes');
  }
  for (const line of lines) printableLine(line, 'a block scalar');
  return text;
}
