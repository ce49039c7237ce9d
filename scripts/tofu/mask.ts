/** Hides secret values in other programs' output, in every form in which programs like to print them. */
import { reveal, type Secret } from '../config/secret.ts';

/** Shorter ones would hide half of every text, and a good secret is longer. */
const SHORTEST = 8;

/** Secrets by key, but printed in the README: the default of `tfstate_username`. */
const PUBLIC: ReadonlySet<string> = new Set(['terraform']);

/**
 * Replaces each secret of at least 8 characters by `***`: as it is (also where a program wrapped the line at its
 * blanks), JSON-, HCL-, URL- and base64-escaped. Of a secret with several lines each line counts.
 */
export function mask(text: string, secrets: Iterable<Secret>): string {
  const values = [...secrets].map(reveal).filter((value) => !PUBLIC.has(value));
  const forms = new Set(values.flatMap(formsOf).filter((form) => form.length >= SHORTEST));
  // Longest first: a form that holds another one must go as a whole.
  const patterns = [...forms].toSorted((a, b) => b.length - a.length).map(patternOf);
  return patterns.length === 0 ? text : text.replace(new RegExp(patterns.join('|'), 'g'), '***');
}

function formsOf(value: string): readonly string[] {
  if (value.length < SHORTEST) return [];
  const plain = [value, ...value.split(/\r?\n/)];
  return [...plain.flatMap((form) => [form, ...quoted(form), ...urlEscaped(form)]), ...base64(value)];
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

/** Blanks also match the line break and the `│` with which tofu wraps and frames its messages. */
function patternOf(form: string): string {
  return form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&').replace(/\s+/g, '[\\s│]+');
}
