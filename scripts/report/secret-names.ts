/** Which keys hold a secret, by their names alone: a key may stand, or be mistyped, where the schemas do not know it. */
import { isApplicationKey, keySchema, knownKeys, type InputKind } from '../config/key-schema.ts';
import type { KeyPath } from '../config/path.ts';
import { suggestion } from '../config/suggest.ts';

/** `open`: a key of ours whose value anyone may see; `unknown`: no key of ours, it may be a mistyped secret. */
export type NameKind = 'open' | 'secret' | 'unknown';

function* names(kind: InputKind, path: KeyPath): Generator<readonly [name: string, secret: boolean]> {
  const schema = keySchema(kind, path);
  if (schema?.items !== undefined) yield* names(kind, [...path, 0]);
  for (const key of knownKeys(kind, path)) {
    yield [key, keySchema(kind, [...path, key])?.writeOnly === true];
    yield* names(kind, [...path, key]);
  }
}

const ALL = [...names('cluster', []), ...names('nodes', [])];
const SECRET = new Set(ALL.filter(([, secret]) => secret).map(([name]) => name));
const OPEN = new Set(ALL.map(([name]) => name).filter((name) => !SECRET.has(name)));

/** Of two names that are as near, the secret one is meant. */
const CANDIDATES: readonly string[] = [...SECRET, ...OPEN];

export function nameKind(name: string): NameKind {
  if (OPEN.has(name)) return 'open';
  return SECRET.has(name) ? 'secret' : 'unknown';
}

/** True also for a name that nothing is known of; false where an open key was clearly meant (`node_cdir`). */
export function mayBeSecret(name: string): boolean {
  const kind = nameKind(name);
  if (kind !== 'unknown') return kind === 'secret';
  const meant = isApplicationKey(name) ? null : suggestion(name, CANDIDATES);
  return meant === null || SECRET.has(meant);
}

/** What a line looks like that may say a secret by itself: a comment with an old password, a mistyped key. */
const TELLTALE = /pas+w|passphrase|pwd|secret|token|credential|private/i;

export const isTelltale = (line: string): boolean => TELLTALE.test(line);
