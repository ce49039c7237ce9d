/** How to mend a value: what the user most likely meant, where that can be told. */
import type { KeySchema } from './key-schema.ts';
import { quoted } from './path.ts';

/** Words that other YAML readers take for booleans; in YAML 1.2 they are texts. */
const TRUE_WORDS: readonly string[] = ['true', 'yes', 'on', 'y'];
const FALSE_WORDS: readonly string[] = ['false', 'no', 'off', 'n'];

/**
 * What to write instead of a value of the wrong type.
 * @param source how a scalar is written; null for a secret and for what is no scalar
 */
export function typeHint(schema: KeySchema, value: unknown, source: string | null): string {
  const types = [schema.type ?? []].flat();
  if (schema.enum !== undefined) return `write one of ${schema.enum.join(', ')}`;
  if (types.includes('string') && isPlain(value)) return quotesHint(completed(source, schema));
  if (types.includes('boolean')) return booleanHint(value);
  if (types.includes('integer')) return integerHint(value);
  if (types.includes('array')) return listHint(source);
  return types.includes('object') ? 'write its keys below it, indented' : 'write one text';
}

/** Shows the quotes where the whole text fits. */
function quotesHint(source: string | null): string {
  return source === null || source.length > 40 ? 'put it in quotes' : `put it in quotes: ${quoted(source)}`;
}

/** `1.12` is a number without quotes, and no version with them. */
function completed(source: string | null, { pattern = '' }: KeySchema): string | null {
  const fits = (text: string): boolean => new RegExp(pattern, 'u').test(text);
  return source !== null && !fits(source) && fits(`${source}.0`) ? `${source}.0` : source;
}

function isPlain(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean';
}

function booleanHint(value: unknown): string {
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  const meant = TRUE_WORDS.includes(word) ? 'true' : FALSE_WORDS.includes(word) ? 'false' : 'true or false';
  return `write ${meant}, without quotes`;
}

/** Shows the list where its one item needs no quotes. */
function listHint(source: string | null): string {
  return `write it as a list: [${source !== null && /^[\w.:/-]{1,40}$/.test(source) ? source : 'a, b'}]`;
}

function integerHint(value: unknown): string {
  if (typeof value === 'string' && /^[0-9]{1,12}$/.test(value)) return `write it without quotes: ${value}`;
  return 'write digits alone, without unit, point or quotes';
}

/** What a text is often meant to be when it is not what it should; tried in this order. */
const REPAIRS: readonly ((text: string) => string)[] = [
  (text) => text.trim(),
  (text) => text.toLowerCase(),
  (text) => text.replaceAll('_', '-').toLowerCase(),
  (text) => text.replace(/^v/i, ''),
  (text) => text.replace(/^v?([0-9]+\.[0-9]+)$/i, '$1.0'),
  (text) => text.replaceAll(/(?<![0-9])0+(?=[0-9])/g, ''),
  // 10.42.0.0 is no network of 256 addresses; 10.0.0.0 mostly is.
  (text) => `${text}/${/^[0-9]+\.[1-9][0-9]*\.0\.0$/.test(text) ? 16 : 24}`,
  (text) => text.replace(/^(http:\/\/)?/, 'https://'),
  (text) => `siderolabs/${text}`,
];

/** Offers the first repair that fits the pattern, otherwise an example. */
export function repairHint({ value, schema, secret }: { value: unknown; schema: KeySchema; secret: boolean }): string {
  const [placeholder] = secret ? [] : (/<[\w .-]{1,40}>/.exec(String(value)) ?? []);
  if (placeholder !== undefined) return `write the real value in place of ${placeholder}`;
  const pattern = new RegExp(schema.pattern ?? '', 'u');
  const repaired = secret
    ? undefined
    : REPAIRS.map((repair) => repair(String(value))).find((text) => pattern.test(text));
  if (repaired !== undefined) return `did you mean ${repaired}?`;
  return schema.examples === undefined ? 'the example file shows one' : `for example ${String(schema.examples[0])}`;
}
