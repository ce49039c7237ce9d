/** The places where age keys may be: those of sops, and the project's own `age.key`. */
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { checked, refused, type Checked } from '../problem.ts';
import { badAgeKey } from './age.ts';
import { errno, ioProblem } from './io-problem.ts';
import { run } from './processes.ts';
import { splitWords } from './split-words.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** What was found where keys may be, and how messages call it. */
export interface Found {
  readonly source: string;
  readonly bytes: Uint8Array;
  /** Other users of this machine may read the file. */
  readonly open?: boolean;
}

/** Looks in one place; null when there is nothing. */
export type Look = (root: string, env: Env) => Promise<Checked<Found | null>>;

/** As sops reads its variable: a line of it may hold several keys. */
function onePerLine(text: string): string {
  return text.replace(/^(?!#|-----).*$/gm, (line) => line.replace(/[ \t]+/g, '\n'));
}

export async function inVariable(_root: string, env: Env): Promise<Checked<Found | null>> {
  const text = env['SOPS_AGE_KEY'];
  return checked(text ? { source: '$SOPS_AGE_KEY', bytes: Buffer.from(onePerLine(text)) } : null);
}

export async function inNamedFile(root: string, env: Env): Promise<Checked<Found | null>> {
  const path = env['SOPS_AGE_KEY_FILE'];
  if (!path) return checked(null);
  const found = await keyFile(resolve(root, path), `$SOPS_AGE_KEY_FILE (${path})`);
  return found.ok && found.value === null
    ? refused(badAgeKey(`$SOPS_AGE_KEY_FILE (${path})`, 'names no file that is there'))
    : found;
}

export async function inProject(root: string): Promise<Checked<Found | null>> {
  return keyFile(join(root, 'age.key'), 'age.key');
}

export async function inUsersFile(_root: string, env: Env): Promise<Checked<Found | null>> {
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

/** @returns null when there is none */
async function keyFile(path: string, source: string): Promise<Checked<Found | null>> {
  try {
    const found = statSync(path);
    const bytes = found.isFile() ? readUpTo(path, found.size) : await readAtMost(path, MOST_BYTES);
    if (bytes === null) return refused(badAgeKey(source, 'is too large to be a key file'));
    const open = process.platform !== 'win32' && found.isFile() && (found.mode & 0o077) !== 0;
    return checked({ source, bytes, open });
  } catch (error) {
    return errno(error) === 'ENOENT' || errno(error) === 'ENOTDIR'
      ? checked(null)
      : refused(ioProblem(error, 'read', source));
  }
}

/** More than a thousand keys. */
const MOST_BYTES = 128 * 1024;

/** @returns null when it is too large */
const readUpTo = (path: string, size: number): Uint8Array | null => (size > MOST_BYTES ? null : readFileSync(path));

/** Nobody knows the size of a pipe or a device. @returns null when there is more */
async function readAtMost(path: string, most: number): Promise<Uint8Array | null> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(path, { end: most })) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  return bytes.length > most ? null : bytes;
}

/** As sops runs it: split into words, without a shell. Unlike sops we run it once, so SOPS_AGE_RECIPIENT is not set. */
export async function fromCommand(root: string, env: Env): Promise<Checked<Found | null>> {
  const source = '$SOPS_AGE_KEY_CMD';
  const line = env['SOPS_AGE_KEY_CMD'];
  if (!line) return checked(null);
  const [file, ...args] = splitWords(line) ?? [];
  if (file === undefined) return refused(badAgeKey(source, 'has a quote that is not closed'));
  const ended = await run({ file, args, cwd: root, env: {} }, { asks: true });
  if (!ended.ok) return ended;
  // Not a word of its output: it may hold the key.
  return ended.value.exitCode === 0
    ? checked({ source, bytes: Buffer.from(ended.value.stdout) })
    : refused(badAgeKey(source, `ended with exit code ${ended.value.exitCode}`));
}
