/** What `tofu init` reads, as one hash: while it stays the same, init has nothing to do. */
import { createHash } from 'node:crypto';
import { LOCK_FILE } from './lock-file.ts';

/** Besides the files of an instance's directory: what else decides over what init does, and what it left behind, by name. */
export type Surroundings = Readonly<Record<string, string>>;

/** Whether init reads a file of this name in an instance's directory. Dot files and `name~` are no configuration to tofu. */
export function isInitInput(name: string): boolean {
  return name === LOCK_FILE || /^[^.].*\.(tf|tofu)(\.json)?$/.test(name);
}

/**
 * Hashes what decides over backend, modules and providers:
 * - the lock file, JSON configuration, and every file with a `terraform` or `module` block, whole;
 * - of the other files only the names of the providers that their blocks imply: a new VM is nothing to init, the
 *   first resource of a new provider is.
 *
 * Values of variables do not count. OpenTofu allows them in backend blocks and module sources; what we emit has none
 * there. init itself writes the lock file and changes its surroundings: so hash again after a success, and remember that.
 * @param files name → bytes, of one instance's directory; other names are passed over
 * @returns SHA-256, hex
 */
export function initHash(files: ReadonlyMap<string, Uint8Array>, around: Surroundings = {}): string {
  const hash = createHash('sha256');
  const names = [...files.keys()].filter(isInitInput).toSorted();
  const read = names.map((name) => [name, whatInitReads(name, textOf(files.get(name)))]);
  for (const [name, part = ''] of [...read, ...Object.entries(around)]) hash.update(`${name}\0${part.length}\0${part}`);
  return hash.digest('hex');
}

/** Line ends as git may have changed them mean nothing. */
function textOf(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes).replaceAll('\r\n', '\n');
}

function whatInitReads(name: string, text: string): string {
  const whole = name === LOCK_FILE || name.endsWith('.json') || /^[ \t]*(terraform|module)\b/m.test(text);
  return whole ? text : impliedProviders(text).join('\n');
}

const PROVIDER = /^[ \t]*(?:provider[ \t]+"?([\w-]+)|(?:resource|data|ephemeral)[ \t]+"?([a-z0-9-]+)_)/gm;

/** `provider "x"` and `resource "x_…"` both need the provider x. A match in a comment costs one init too many. */
function impliedProviders(text: string): readonly string[] {
  const names = [...text.matchAll(PROVIDER)].map((match) => match[1] ?? match[2] ?? '');
  return [...new Set(names)].toSorted();
}

/**
 * @param previous the hash after the last success, null when there was none
 * @param now the hash of what is there now
 * @param hasDotTerraform whether `.terraform/` exists: a fresh clone has none
 */
export function needsInit(previous: string | null, now: string, hasDotTerraform: boolean): boolean {
  return !hasDotTerraform || previous !== now;
}
