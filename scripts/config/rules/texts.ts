/** Texts outside of secrets: what cannot be written, and what was not meant so. */
import { SECRET_KEYS, type InputPath, type SecretKey } from '../../types.ts';
import { isApplicationKey } from '../key-schema.ts';
import { quoted } from '../path.ts';
import {
  CLUSTER_FILE,
  ERROR,
  ERROR_AT_PLAN,
  JUDGEMENT,
  nameOf,
  NODES_FILE,
  type Finding,
  type Rule,
  type RuleInput,
} from './rule.ts';

/** A text of the files, or a key. */
export interface Found {
  readonly text: string;
  readonly path: InputPath;
  readonly isKey: boolean;
  /** Below a key whose contents are the user's own: texts there may have several lines. */
  readonly isFree: boolean;
}

function isSecretKey(key: string): key is SecretKey {
  return (SECRET_KEYS as readonly string[]).includes(key);
}

const isFreeKey = (key: string): boolean => key === 'vars' || key === 'talos_patches';

/** Every text of both files, and every key of the user's own: without secrets, and without what other tools read. */
export function* plainTexts({ cluster, nodes }: RuleInput): Generator<Found> {
  for (const [key, value] of Object.entries(cluster ?? {})) {
    if (!isSecretKey(key) && !isApplicationKey(key)) yield* textsIn(value, [CLUSTER_FILE, key], isFreeKey(key));
  }
  for (const [index, node] of nodes.entries()) {
    for (const [key, value] of Object.entries(node)) {
      yield* textsIn(value, [NODES_FILE, 'nodes', index, key], isFreeKey(key));
    }
  }
}

/** Every text at a path and below it. @param isFree whether keys count, too */
export function* textsIn(value: unknown, path: InputPath, isFree: boolean): Generator<Found> {
  if (typeof value === 'string') yield { text: value, path, isKey: false, isFree };
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    const at: InputPath = [...path, Array.isArray(value) ? Number(key) : key];
    if (isFree && !Array.isArray(value)) yield { text: key, path: at, isKey: true, isFree };
    yield* textsIn(item, at, isFree);
  }
}

/** Half of a surrogate pair is no character: UTF-8 has no form for it. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Secrets and what other tools read included: such a text was not read right. */
function* textsAndKeysAreUnicode({ cluster, nodes }: RuleInput): Generator<Finding> {
  yield* loneSurrogates(cluster, [CLUSTER_FILE]);
  for (const [index, node] of nodes.entries()) yield* loneSurrogates(node, [NODES_FILE, 'nodes', index]);
}

function* loneSurrogates(value: unknown, path: InputPath): Generator<Finding> {
  if (typeof value === 'string' && LONE_SURROGATE.test(value)) yield loneSurrogate(path, `${nameOf(path)} holds`);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    const at: InputPath = [...path, Array.isArray(value) ? Number(key) : key];
    if (LONE_SURROGATE.test(key)) yield loneSurrogate(at, 'this key holds');
    yield* loneSurrogates(item, at);
  }
}

const loneSurrogate = (path: InputPath, holds: string): Finding => ({
  path,
  message: `${holds} half of a surrogate pair, which no file can hold`,
  hint: 'write the character itself, or \\U and eight hexadecimal digits in double quotes',
});

/** A text of the user's own may have lines and tabs. */
const CONTROL = { free: /[^\P{Cc}\t\n]/u, other: /\p{Cc}/u } as const;

function* textsAreWithoutControlCharacters(input: RuleInput): Generator<Finding> {
  for (const found of plainTexts(input)) {
    const isOrdinary = found.isFree && !found.isKey;
    const [character] = (isOrdinary ? CONTROL.free : CONTROL.other).exec(found.text) ?? [];
    if (character === undefined) continue;
    const code = character.charCodeAt(0).toString(16).padStart(4, '0').toUpperCase();
    yield {
      path: found.path,
      message: `${found.isKey ? 'the key ' : ''}${nameOf(found.path)} holds a control character, U+${code}`,
      hint: 'remove it: editors mostly do not show it',
    };
  }
}

/** A block scalar ends with a line break that nobody wrote on purpose. */
const EDGE_BLANKS = /^\s|[^\S\n]\n*$/;

function* textsHaveNoBlanksAtTheirEdges(input: RuleInput): Generator<Finding> {
  for (const found of plainTexts(input)) {
    if (!EDGE_BLANKS.test(found.text)) continue;
    yield {
      path: found.path,
      message: `${found.isKey ? 'the key ' : ''}${nameOf(found.path)} begins or ends with a blank: ${quoted(found.text)}`,
      hint: 'remove it',
    };
  }
}

/** What example files say where a value belongs. `<` and `>` around an address or a tag of HTML are none. */
const PLACEHOLDER = /^\s*(?:<[^<>@/]+>|(?:change|replace)[-_ ]?(?:me|this))\s*$/i;

export function isPlaceholder(text: string): boolean {
  return text.length <= LONGEST_PLACEHOLDER && PLACEHOLDER.test(text);
}

const LONGEST_PLACEHOLDER = 100;

function* placeholdersAreFilledIn(input: RuleInput): Generator<Finding> {
  for (const found of plainTexts(input)) {
    if (!isPlaceholder(found.text) || found.isKey) continue;
    yield {
      path: found.path,
      message: `${nameOf(found.path)} is still a placeholder: ${quoted(found.text)}`,
      hint: 'write the real value, or remove the line',
    };
  }
}

export const TEXT_RULES: readonly Rule[] = [
  {
    code: 'lone-surrogate',
    ...ERROR,
    why: 'UTF-8 has no form for it: no file can hold it.',
    check: textsAndKeysAreUnicode,
  },
  {
    code: 'control-character',
    ...JUDGEMENT,
    why: 'It came in by accident, mostly from a terminal or a web page, and breaks what reads it.',
    check: textsAreWithoutControlCharacters,
  },
  {
    code: 'edge-blanks',
    ...ERROR_AT_PLAN,
    why: 'A blank that nobody sees makes a value that nothing matches.',
    check: textsHaveNoBlanksAtTheirEdges,
  },
  {
    code: 'unfilled-placeholder',
    ...ERROR_AT_PLAN,
    why: 'Somebody meant to write a value here.',
    check: placeholdersAreFilledIn,
  },
];
