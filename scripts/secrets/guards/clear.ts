/**
 * The last guard of the secrets. A template makes text of a marked value, and text has no mark: whether that text ends
 * encrypted is decided by where it stands and by the user's `.sops.yaml`. So what stays readable is searched for it.
 */
import { reveal, type Secret } from '../../config/secret.ts';
import type { Problem } from '../../problem.ts';
import { SECRET_KEYS } from '../../types.ts';
import type { Selects } from '../sops/selector.ts';
import { isScalar, type Tree, type Value } from '../tree/tree.ts';
import { mapLeaves } from '../tree/walk.ts';
import { plainScalar } from '../yaml/resolve.ts';

/** Whether a text is or contains a secret. */
export type Holds = (text: string) => boolean;

/** Shorter ones stand in many a word by chance: they count only where they are the whole text. */
const SHORTEST_PART = 4;
/** Of a secret with several lines each one counts that is no mere bracket or such. */
const SHORTEST_LINE = 8;

/** @param secrets marked values that were revealed; an empty one counts for nothing */
export function holdsAny(secrets: Iterable<Secret>): Holds {
  const whole = Array.from(secrets, reveal).filter((text) => text.trim() !== '');
  const lines = whole.flatMap((text) => text.split(/\r?\n/)).filter((line) => line.trim().length >= SHORTEST_LINE);
  const texts = [...new Set([...whole, ...lines].flatMap(formsOf).map((text) => text.trim()))];
  return (text) => texts.some((part) => (part.length < SHORTEST_PART ? text.trim() === part : text.includes(part)));
}

/** A text as it is; as the filters `json` and `b64` write it; as YAML reads it where it stands raw: `0x1f4a7c9e` is a number. */
function formsOf(text: string): readonly string[] {
  const scalar = plainScalar(text);
  const read = scalar === 'too-big' || scalar.kind === 'null' ? text : scalar.text;
  return [text, JSON.stringify(text).slice(1, -1), Buffer.from(text).toString('base64'), read];
}

/** A text that stays readable, and the keys of the place where it stands. */
interface ClearText {
  readonly what: 'value' | 'key' | 'comment';
  readonly text: string;
  readonly keys: readonly string[];
}

/**
 * What stays readable although it holds a secret: keys always do, values and comments where the selector wants them not.
 * @param tree as it is sealed: settled, since a comment that moves may leave what is encrypted
 * @param path of the file
 * @returns one problem of code `secret-left-in-clear` for each place, without any part of the secret
 */
export function secretsLeftInClear(tree: Tree, selects: Selects, holds: Holds, path: string): readonly Problem[] {
  const clear = [...tree.flatMap((document) => keysIn(document, [])), ...clearLeaves(tree, selects)];
  const places = clear.filter(({ text }) => holds(text)).map((found) => placeOf(found, holds));
  return [...new Set(places)].map((place) => leftInClear(path, place));
}

/** Public names, whatever a secret says: a user called `tfstate` is no reason to refuse `tfstate_username`. */
const PUBLIC_KEYS: ReadonlySet<string> = new Set(SECRET_KEYS);

function keysIn(value: Value, keys: readonly string[]): readonly ClearText[] {
  if (isScalar(value)) return [];
  return value.items.flatMap((item) => {
    if (item.kind === 'comment') return [];
    if (item.kind !== 'entry') return keysIn(item, keys);
    const own: ClearText = { what: 'key', text: item.key, keys };
    return [...(PUBLIC_KEYS.has(item.key) ? [] : [own]), ...keysIn(item.value, [...keys, item.key])];
  });
}

function clearLeaves(tree: Tree, selects: Selects): readonly ClearText[] {
  const found: ClearText[] = [];
  mapLeaves(tree, (leaf, place) => {
    const isComment = leaf.kind === 'comment';
    if (!selects(place, isComment))
      found.push({ what: isComment ? 'comment' : 'value', text: leaf.text, keys: place.keys });
    return leaf;
  });
  return found;
}

/** `the value at a.b`, `a key below a`; of the keys only those above the first one that is secret itself. */
function placeOf({ what, keys }: ClearText, holds: Holds): string {
  const secretAt = keys.findIndex(holds);
  const shown = (secretAt < 0 ? keys : keys.slice(0, secretAt)).join('.');
  if (shown === '' || holds(shown)) return `a ${what}`;
  return what === 'value' && secretAt < 0 ? `the value at ${shown}` : `a ${what} below ${shown}`;
}

function leftInClear(path: string, place: string): Problem {
  const message = `${path}: ${place} holds a secret and would stay readable`;
  const hint =
    'mend the rule in .sops.yaml, or the template: keys are never encrypted, values and comments by the rule';
  return { code: 'secret-left-in-clear', severity: 'error', message, hint, file: path };
}

/** A problem without its `path` where a key of it is secret. */
export function withoutSecretPath(problem: Problem, holds: Holds): Problem {
  const { path, ...rest } = problem;
  if (path === undefined) return problem;
  return holds(path) || path.split(/[.[\]]/).some(holds) ? rest : problem;
}
