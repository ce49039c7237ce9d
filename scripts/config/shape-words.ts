/** What to say of a key or value that does not fit its schema. A secret's value is in none of these sentences. */
import { knownKeys, keySchema, type InputKind, type KeySchema } from './key-schema.ts';
import { keyElsewhereCalled } from './other-names.ts';
import { formatPath, quoted, shortened, type KeyPath } from './path.ts';
import { SHAPE_CASES } from './shape-cases.ts';
import { repairHint, typeHint } from './shape-hints.ts';
import { suggestion } from './suggest.ts';
import type { Words } from './yaml-words.ts';

/** A value that breaks a keyword of its schema. */
export interface Misfit {
  /** As messages name it: `nodes[2].address`. */
  readonly name: string;
  readonly schema: KeySchema;
  readonly value: unknown;
  /** How a scalar is written: `1.10` for the number 1.1. Null for a secret. */
  readonly source: string | null;
  readonly secret: boolean;
}

type Say = (misfit: Misfit) => Words;

/** By JSON Schema keyword. */
const SAY: Readonly<Record<string, Say>> = {
  type: (misfit) => (misfit.value === null ? empty(misfit) : wrongType(misfit)),
  minimum: outOfRange,
  maximum: outOfRange,
  enum: notOneOf,
  pattern: badFormat,
  minLength: (misfit) => (misfit.value === '' ? empty(misfit) : tooShort(misfit)),
  minItems: tooFew,
};

/** @param keyword of the schema, the one that was broken */
export function valueWords(keyword: string, misfit: Misfit): Words {
  const say = SAY[keyword];
  // A keyword that a schema starts to use needs its words here; a test walks the schemas.
  if (say === undefined) throw new TypeError(`no words for the keyword ${keyword}`);
  return say(misfit);
}

/** The keywords that there are words for. */
export const SPOKEN_KEYWORDS: readonly string[] = [...Object.keys(SAY), 'required', 'additionalProperties'];

export function missingWords(kind: InputKind, path: KeyPath): Words {
  const example = keySchema(kind, path)?.examples?.[0];
  const hint = `add it, for example ${path.at(-1)}: ${JSON.stringify(example)}`;
  return { code: 'missing-key', message: `${formatPath(path)} is missing`, hint };
}

export function unknownWords(kind: InputKind, path: KeyPath): Words {
  return { code: 'unknown-key', message: `${formatPath(path)} is not a known key`, hint: unknownHint(kind, path) };
}

const FILES: Readonly<Record<InputKind, string>> = { cluster: 'cluster.yaml', nodes: 'nodes.yaml, at a node' };
const OTHER: Readonly<Record<InputKind, InputKind>> = { cluster: 'nodes', nodes: 'cluster' };

function unknownHint(kind: InputKind, path: KeyPath): string {
  const key = String(path.at(-1));
  const known = knownKeys(kind, path.slice(0, -1));
  const elsewhere = knownKeys(OTHER[kind], OTHER[kind] === 'nodes' ? ['nodes', 0] : []);
  if (elsewhere.includes(key)) return `it belongs in ${FILES[OTHER[kind]]}`;
  const near = (isOwnKey(kind, path) ? keyElsewhereCalled(key, kind) : null) ?? suggestion(key, known);
  if (near !== null) return `did you mean ${near}?`;
  return known.includes('vars') ? 'a value for your own templates belongs below vars' : `known are ${known.join(', ')}`;
}

/** Of the file itself, or of a node; not of a mapping in it. */
const isOwnKey = (kind: InputKind, path: KeyPath): boolean => path.length === (kind === 'nodes' ? 3 : 1);

function empty({ name }: Misfit): Words {
  return { code: 'empty-value', message: `${name} is empty`, hint: 'write a value, or remove the line' };
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
};

function wrongType(misfit: Misfit): Words {
  const wanted = [misfit.schema.type ?? []].flat();
  const names = wanted.map((type) => TYPE_NAMES[type] ?? type).join(' or ');
  return {
    code: 'wrong-type',
    message: `${misfit.name} must be ${names}${butIs(misfit)}`,
    hint: typeHint(misfit.schema, misfit.value, misfit.source),
  };
}

function outOfRange(misfit: Misfit): Words {
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY, examples } = misfit.schema;
  return {
    code: 'out-of-range',
    message: `${misfit.name} must be between ${minimum} and ${maximum}${butIs(misfit)}`,
    hint: `for example ${String(examples?.[0])}`,
  };
}

function notOneOf(misfit: Misfit): Words {
  if (misfit.value === '') return empty(misfit);
  const words = misfit.schema.enum ?? [];
  const near = typeof misfit.value === 'string' ? suggestion(misfit.value, words) : null;
  return {
    code: 'not-one-of',
    message: `${misfit.name} must be one of ${words.join(', ')}${butIs(misfit)}`,
    hint: near === null ? `for example ${words[0]}` : `did you mean ${near}?`,
  };
}

/** Says what is wrong where that can be told. A secret is looked at no closer. */
function badFormat(misfit: Misfit): Words {
  const { name, schema, value, secret } = misfit;
  if (value === '') return empty(misfit);
  return (secret ? null : specialCase(name, String(value), schema)) ?? otherFormat(misfit);
}

function specialCase(name: string, text: string, schema: KeySchema): Words | null {
  for (const { code, check } of SHAPE_CASES) {
    const words = check({ name, text, schema });
    if (words !== null) return { code, ...words };
  }
  return null;
}

function otherFormat(misfit: Misfit): Words {
  const { patternErrorMessage = 'Must have another form' } = misfit.schema;
  const must = patternErrorMessage.charAt(0).toLowerCase() + patternErrorMessage.slice(1);
  return { code: 'bad-format', message: `${misfit.name} ${must}${butIs(misfit)}`, hint: repairHint(misfit) };
}

function tooShort({ name, schema }: Misfit): Words {
  return {
    code: 'too-short',
    message: `${name} must have at least ${schema.minLength} characters`,
    hint: 'choose a longer one',
  };
}

function tooFew({ name, schema: { minItems = 1 } }: Misfit): Words {
  const entries = minItems === 1 ? 'one entry' : `${minItems} entries`;
  return { code: 'too-few', message: `${name} must have at least ${entries}`, hint: 'the example file shows one' };
}

/** `, not "x"`: the value as it is written, but never a secret's. */
function butIs({ value, source, secret }: Misfit): string {
  if (typeof value === 'string') return secret ? '' : `, not ${quoted(withoutCredentials(value))}`;
  if (Array.isArray(value)) return ', not a list';
  if (typeof value !== 'number' && typeof value !== 'boolean') return ', not a mapping';
  return `, not ${secret ? `a ${typeof value}` : shortened(source ?? String(value))}`;
}

/** A password may stand where it does not belong: in an address. */
function withoutCredentials(text: string): string {
  const [start, end] = [text.indexOf('//') + 2, text.lastIndexOf('@')];
  return start > 1 && end > start ? `${text.slice(0, start)}…${text.slice(end)}` : text;
}
