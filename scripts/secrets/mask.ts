/** Hides secret values in other programs' output, in every form in which programs like to print them. */
import { isSecret, reveal, type Secret } from '../config/secret.ts';
import { NAME_KEYS } from '../types.ts';

/** Shorter ones would hide half of every text, and a good secret is longer. */
const SHORTEST = 8;

/** Hides what it was made for in a text. */
export type Masker = (text: string) => string;

/**
 * Replaces each secret of at least 8 characters by `***`: as it is (also where a program wrapped the line at its
 * blanks), JSON-, HCL-, URL- and base64-escaped. Of a secret with several lines each line counts.
 *
 * A secret never becomes a regular expression: a long one is refused with an error that quotes it.
 * @param secrets of one child process, by key; the forms are worked out once, for all that it prints
 * @param known values that are no secrets, as `plainValues` gives them: what equals one of them tells nothing, and stays
 */
export function masker(secrets: ReadonlyMap<string, Secret>, known: ReadonlySet<string> = new Set()): Masker {
  const values = [...secrets].flatMap(([key, value]) => (NAME_KEYS.has(key) ? [] : [reveal(value)]));
  const forms = new Set(
    values
      .flatMap((value) => partsOf(value, known))
      .flatMap(formsOf)
      .filter(isLong),
  );
  // Longest first: a form that holds another one must go as a whole.
  const hide = [...forms].toSorted((a, b) => b.length - a.length).map(hider);
  return (text) => hide.reduce((left, hideForm) => hideForm(left), text);
}

const isLong = (text: string): boolean => text.trim() !== '' && text.length >= SHORTEST;

/** Every value of the inputs that is no secret, as text. */
export function plainValues(values: unknown): ReadonlySet<string> {
  return new Set(textsOf(values));
}

function textsOf(value: unknown): readonly string[] {
  if (isSecret(value)) return [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [String(value)];
}

function hider(form: string): Masker {
  const words = form.split(/[\s│]+/).filter((word) => word !== '');
  const isWrapped = words.length > 1 && words.join(' ').length >= SHORTEST;
  return (text) => {
    const left = text.replaceAll(form, '***');
    return isWrapped ? hideWords(left, words) : left;
  };
}

/** What tofu makes of a blank where it wraps and frames its messages. */
const GAP = /[\s│]+/y;

/** Replaces the words where they follow each other with any gap between them. */
function hideWords(text: string, words: readonly string[]): string {
  const [first = ''] = words;
  let [hidden, done] = ['', 0];
  for (let start = text.indexOf(first); start >= 0; start = text.indexOf(first, Math.max(start + 1, done))) {
    const end = endOfWords(text, words, start);
    if (end === null) continue;
    hidden += `${text.slice(done, start)}***`;
    done = end;
  }
  return hidden + text.slice(done);
}

/** Where the words that start at an offset end; null when others stand there. */
function endOfWords(text: string, words: readonly string[], start: number): number | null {
  let end = start;
  for (const [index, word] of words.entries()) {
    GAP.lastIndex = end;
    if (index > 0 && !GAP.test(text)) return null;
    end = index > 0 ? GAP.lastIndex : end;
    if (!text.startsWith(word, end)) return null;
    end += word.length;
  }
  return end;
}

/** The value, and each of its lines, as far as they tell something. */
function partsOf(value: string, known: ReadonlySet<string>): readonly string[] {
  if (value.length < SHORTEST || known.has(value)) return [];
  return [value, ...value.split(/\r?\n/).filter((line) => !known.has(line))];
}

/** A text as it is, and as programs write it: JSON-, HCL-, URL- and base64-escaped. */
export function formsOf(text: string): readonly string[] {
  return [text, ...quoted(text), ...urlEscaped(text), ...base64(text)];
}

/** As JSON and Go quote it (Go's JSON escapes `<`, `>`, `&` too), and as HCL prints it. */
function quoted(value: string): readonly string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const html = json.replace(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
  const hcl = json.replace(/[$%](?=\{)/g, (character) => character + character);
  return [json, html, hcl];
}

/** As in a path, and as in a query; the detour over UTF-8 takes what no URL can hold, a lone surrogate. */
function urlEscaped(value: string): readonly string[] {
  const text = Buffer.from(value).toString();
  const strict = encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return [encodeURIComponent(text), strict, strict.replaceAll('%20', '+'), encodeURI(text)];
}

/**
 * The middle of its base64 at each of the three places at which it can start inside a longer text, as in the header of
 * basic authentication, `user:password`. The characters at its ends also depend on what stands beside it.
 */
function base64(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].flatMap((offset) => {
    const shifted = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const first = Math.ceil((offset * 4) / 3);
    const last = Math.floor(((offset + bytes.length) * 4) / 3);
    const middle = shifted.slice(first, last);
    return [middle, middle.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
