/** Where age keys are found, and the one function that writes a secret in clear. */
import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { checked, refused, type Checked, type Problem } from '../problem.ts';
import type { Identity } from '../secrets/age.ts';
import { badAgeKey, parseKeys } from './age.ts';
import { nodeFiles } from './files.ts';
import { errno, ioProblem } from './io-problem.ts';
import { run } from './processes.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** A text in which keys were found, and how messages call it. */
interface Found {
  readonly source: string;
  readonly text: string;
}

/** Looks in one place; null when there is nothing. */
type Look = (root: string, env: Env) => Promise<Checked<Found | null>>;

/** sops' places, and the project's own `age.key`. All are used: whichever key opens a file opens it. */
const PLACES: readonly Look[] = [inVariable, inNamedFile, fromCommand, inProject, inUsersFile];

/**
 * All age keys at hand, each once: `$SOPS_AGE_KEY`, the file `$SOPS_AGE_KEY_FILE` (relative to the project), what
 * `$SOPS_AGE_KEY_CMD` prints, `age.key` of the project, and the user's `sops/age/keys.txt`.
 * @param root absolute path of the project
 * @returns the keys, perhaps none; or problems that name the place, never any part of a key. The user's own file is
 *   used by other projects too: what is wrong there is only a warning.
 */
export async function findIdentities(
  root: string,
  env: Env,
): Promise<Checked<{ readonly identities: readonly Identity[] }>> {
  const byRecipient = new Map<string, Identity>();
  const problems: Problem[] = [...recipientsWarning(env)];
  for (const look of PLACES) {
    const found = await look(root, env);
    const parsed = found.ok && found.value !== null ? await parseKeys(found.value.text, found.value.source) : null;
    const all = [...found.problems, ...(parsed?.problems ?? [])];
    problems.push(...(look === inUsersFile ? all.map(asWarning) : all));
    for (const identity of parsed?.identities ?? []) {
      if (!byRecipient.has(identity.recipient)) byRecipient.set(identity.recipient, identity);
    }
  }
  return checked({ identities: [...byRecipient.values()] }, problems);
}

function asWarning(problem: Problem): Problem {
  return { ...problem, severity: 'warning' };
}

function recipientsWarning(env: Env): readonly Problem[] {
  if (!env['SOPS_AGE_RECIPIENTS']) return [];
  return [
    {
      code: 'sops-age-recipients-set',
      severity: 'warning',
      message: 'SOPS_AGE_RECIPIENTS is set: sops would obey it, nigari obeys .sops.yaml',
      hint: 'unset it',
    },
  ];
}

async function inVariable(_root: string, env: Env): Promise<Checked<Found | null>> {
  const text = env['SOPS_AGE_KEY'];
  // As in sops, a line of it may hold several keys.
  return checked(
    text
      ? { source: '$SOPS_AGE_KEY', text: text.replace(/^(?!#).*$/gm, (line) => line.replace(/[ \t]+/g, '\n')) }
      : null,
  );
}

async function inNamedFile(root: string, env: Env): Promise<Checked<Found | null>> {
  const path = env['SOPS_AGE_KEY_FILE'];
  if (!path) return checked(null);
  const found = await keyFile(resolve(root, path), `$SOPS_AGE_KEY_FILE (${path})`);
  return found.ok && found.value === null
    ? refused(badAgeKey(`$SOPS_AGE_KEY_FILE (${path})`, 'names no file that is there'))
    : found;
}

async function inProject(root: string): Promise<Checked<Found | null>> {
  return keyFile(join(root, 'age.key'), 'age.key');
}

async function inUsersFile(_root: string, env: Env): Promise<Checked<Found | null>> {
  const path = usersKeyFile(env, process.platform);
  return path === null ? checked(null) : keyFile(path, path);
}

/** Where sops looks for keys of the user's own: Go's `os.UserConfigDir`, and XDG on macOS too. */
export function usersKeyFile(env: Env, platform: NodeJS.Platform): string | null {
  const home = (...parts: readonly string[]): string | undefined =>
    env['HOME'] ? join(env['HOME'], ...parts) : undefined;
  const xdg = env['XDG_CONFIG_HOME'] || undefined;
  const folders: Readonly<Record<string, string | undefined>> = {
    win32: env['AppData'] ?? env['APPDATA'],
    darwin: xdg ?? home('Library', 'Application Support'),
  };
  const folder = platform in folders ? folders[platform] : (xdg ?? home('.config'));
  return folder === undefined ? null : join(folder, 'sops', 'age', 'keys.txt');
}

/** @returns null when there is none; with a warning when others may read it */
async function keyFile(path: string, source: string): Promise<Checked<Found | null>> {
  try {
    const found = await stat(path);
    const text = await readFile(path, 'utf8');
    const isOpen = process.platform !== 'win32' && found.isFile() && (found.mode & 0o077) !== 0;
    return checked({ source, text }, isOpen ? [readable(source)] : []);
  } catch (error) {
    return errno(error) === 'ENOENT' || errno(error) === 'ENOTDIR'
      ? checked(null)
      : refused(ioProblem(error, 'read', source));
  }
}

function readable(source: string): Problem {
  return {
    code: 'age-key-readable',
    severity: 'warning',
    message: `${source} is open to other users of this machine`,
    hint: 'chmod 600 it',
  };
}

/** As sops runs it: split into words, without a shell. Unlike sops we run it once, so SOPS_AGE_RECIPIENT is not set. */
async function fromCommand(root: string, env: Env): Promise<Checked<Found | null>> {
  const source = '$SOPS_AGE_KEY_CMD';
  const line = env['SOPS_AGE_KEY_CMD'];
  if (!line) return checked(null);
  const [file, ...args] = splitWords(line) ?? [];
  if (file === undefined) return refused(badAgeKey(source, 'has a quote that is not closed'));
  const ended = await run({ file, args, cwd: root, env: {} });
  if (!ended.ok) return ended;
  // Not a word of its output: it may hold the key.
  return ended.value.exitCode === 0
    ? checked({ source, text: ended.value.stdout })
    : refused(badAgeKey(source, `ended with exit code ${ended.value.exitCode}`));
}

/** Words of a command line: blanks divide, `'…'`, `"…"` and `\` protect. @returns null when a quote is not closed */
export function splitWords(line: string): readonly string[] | null {
  const words = line.match(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/gs) ?? [];
  const rest = line.replace(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/gs, '').trim();
  if (rest !== '') return null;
  return words.map((word) =>
    word.replace(
      /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/gs,
      (_all, single?: string, double?: string, char?: string) =>
        single ?? double?.replace(/\\(.)/gs, '$1') ?? char ?? '',
    ),
  );
}

/**
 * Writes a private key in clear: the only function that writes a secret so. Never over a file that is there.
 * @param path absolute
 * @param text as `newIdentity` gives it
 * @returns `age-key-exists`, or what the system refused
 */
export async function writeKeyFile(path: string, text: string): Promise<Checked<true>> {
  try {
    await nodeFiles.create(path, Buffer.from(text), { bits: 0o600, exact: true });
    return checked(true as const);
  } catch (error) {
    if (errno(error) === 'EEXIST') return refused(keyExists(path));
    const problem = ioProblem(error, 'write', path);
    await nodeFiles.remove(path).catch(() => {});
    return refused(problem);
  }
}

function keyExists(path: string): Problem {
  return {
    code: 'age-key-exists',
    severity: 'error',
    message: `${path} is there already; a key is never overwritten`,
    hint: 'move it away if you want a new one',
  };
}
