/** What to say of a file that is not the YAML that we read. The parser's own messages repeat the text, secrets included. */
import type { ErrorCode } from 'yaml';

/** A problem's words. */
export interface Words {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

const syntax = (message: string, hint: string): Words => ({ code: 'yaml-syntax', message, hint });

const LIKE_THE_EXAMPLE = 'compare the line with the example file; a text with special characters belongs in quotes';

const TOO_DEEP: Words = {
  code: 'too-deep',
  message: 'this is nested too deep',
  hint: 'is a bracket missing, or an alias inside an alias?',
};

const UNKNOWN_TAG: Words = {
  code: 'unknown-tag',
  message: 'the tag (!) of this value is not known, or does not fit it',
  hint: 'remove it; a text that starts with ! belongs in quotes',
};

/** By the parser's code. */
const SYNTAX: Partial<Record<ErrorCode, Words>> = {
  TAB_AS_INDENT: {
    code: 'tab-indentation',
    message: 'the line is indented with a tab',
    hint: 'indent with spaces: YAML takes no tabs',
  },
  TAG_RESOLVE_FAILED: UNKNOWN_TAG,
  ALIAS_PROPS: syntax('an alias (*name) takes no anchor and no tag', 'put them where the anchor is'),
  BAD_ALIAS: syntax('an anchor (&) or alias (*) has no name', 'a text that starts with & or * belongs in quotes'),
  BAD_DIRECTIVE: syntax('this directive (%) is not one of YAML', 'remove the line'),
  BAD_DQ_ESCAPE: syntax(
    'double quotes know no such escape',
    'double the backslash, or use single quotes, where it is an ordinary character',
  ),
  BAD_INDENT: syntax('the indentation does not fit the lines above', 'keys of one mapping start in the same column'),
  BAD_PROP_ORDER: syntax('an anchor or tag stands in the wrong place', 'it comes directly before its value'),
  BAD_SCALAR_START: syntax('a text cannot start with this character', 'put the text in quotes'),
  BLOCK_AS_IMPLICIT_KEY: syntax(
    'a mapping or list cannot start here',
    'is the next line indented too far? A text that contains ": " belongs in quotes',
  ),
  BLOCK_IN_FLOW: syntax(
    'an indented list or mapping cannot stand inside [ ] or { }',
    'write [a, b] and {key: value} inside them',
  ),
  KEY_OVER_1024_CHARS: syntax('this key is longer than 1,024 characters', 'is a colon missing, or a quote?'),
  MISSING_CHAR: syntax('a comma, colon, blank, quote or bracket is missing', LIKE_THE_EXAMPLE),
  MULTILINE_IMPLICIT_KEY: syntax('this is not "key: value"', 'a colon and a blank belong between key and value'),
  MULTIPLE_ANCHORS: syntax('a value takes only one anchor (&)', 'remove one'),
  MULTIPLE_TAGS: syntax('a value takes only one tag (!)', 'remove one'),
  RESOURCE_EXHAUSTION: TOO_DEEP,
  UNEXPECTED_TOKEN: syntax(
    'this cannot stand here',
    'a text with quotes, #, : or brackets in it belongs in quotes as a whole',
  ),
};

const NOT_YAML = syntax('this is not YAML', LIKE_THE_EXAMPLE);

/** The sentence for a parser's error code. */
export function syntaxWords(code: ErrorCode): Words {
  return SYNTAX[code] ?? NOT_YAML;
}

/** What the walk over a parsed document refuses, and what the parser says too late or not at all. */
export const WORDS = {
  /** It swallows the rest of the file: the parser complains at the end, this is said at the start. */
  unclosedQuote: syntax('this quote is never closed', 'close it at the end of the text'),
  tooDeep: TOO_DEEP,
  tooManyValues: {
    code: 'too-many-values',
    message: 'the file holds more values than can be read',
    hint: 'is it the right file?',
  },
  severalDocuments: {
    code: 'several-documents',
    message: 'a second YAML document starts here',
    hint: 'the file holds one: remove the line ---',
  },
  yamlVersion: {
    code: 'yaml-version',
    message: 'the file asks for another YAML than 1.2',
    hint: 'remove the line %YAML',
  },
  emptyFile: {
    code: 'empty-file',
    message: 'the file says nothing',
    hint: 'compare it with its example file, which explains every key',
  },
  notAMapping: {
    code: 'not-a-mapping',
    message: 'the file must be a mapping: lines of "key: value"',
    hint: 'compare it with its example file',
  },
  unknownTag: UNKNOWN_TAG,
  nonStringKey: { code: 'non-string-key', message: 'a key must be a text', hint: 'put it in quotes' },
  badMerge: {
    code: 'bad-merge',
    message: '<< takes a mapping, or a list of mappings',
    hint: 'name it by its anchor: <<: *defaults',
  },
  inexactNumber: {
    code: 'inexact-number',
    message: 'a number of this size cannot be kept digit by digit',
    hint: 'put it in quotes',
  },
  unknownAlias: {
    code: 'unknown-alias',
    message: 'no anchor of this name stands above',
    hint: 'a text that starts with * belongs in quotes',
  },
  recursiveAlias: {
    code: 'recursive-alias',
    message: 'this alias stands for a value that contains it',
    hint: 'remove it',
  },
  aliasExpansion: {
    code: 'alias-expansion',
    message: 'the aliases of this file expand to too much',
    hint: 'write the values out, or share smaller blocks',
  },
} as const satisfies Record<string, Words>;
