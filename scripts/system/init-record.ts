/** The record of each instance's last good `tofu init`, and what it is compared with. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checked, refused, type Checked } from '../problem.ts';
import { isInitInput, type Surroundings } from '../tofu/init-inputs.ts';
import type { LockedProvider } from '../tofu/lock-file.ts';
import { readCache, writeCache } from './cache-file.ts';
import { errno, ioProblem } from './io-problem.ts';

/** `{ "<path>": "<SHA-256, hex>" }`; it is about this machine's `.terraform/`. */
const NAME = 'init.json';

/** Directory of an instance → `initHash` after its last success; path of its lock file → the `lockAttempt` that failed last. */
export type InitRecord = ReadonlyMap<string, string>;

/** A record that is missing or damaged is an empty one: then init runs once more. */
export async function readInitRecord(root: string): Promise<InitRecord> {
  try {
    const record: unknown = JSON.parse((await readCache(root, NAME)) ?? '{}');
    const entries = Object.entries(record ?? {}) as [string, unknown][];
    return new Map(entries.filter((entry): entry is [string, string] => isHash(entry[1])));
  } catch {
    return new Map();
  }
}

const isHash = (value: unknown): boolean => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

/** Replaces the record; the same record is not written again. */
export function writeInitRecord(root: string, record: InitRecord): Promise<Checked<void>> {
  const sorted = Object.fromEntries([...record].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return writeCache(root, NAME, `${JSON.stringify(sorted, null, 2)}\n`);
}

/** The files that `initHash` wants, by name; none where the directory is missing. */
export async function readInitInputs(
  root: string,
  directory: string,
): Promise<Checked<ReadonlyMap<string, Uint8Array>>> {
  try {
    const names = readdirSync(join(root, directory)).filter(isInitInput);
    return checked(new Map(names.map((name) => [name, readFileSync(join(root, directory, name))])));
  } catch (error) {
    return errno(error) === 'ENOENT' ? checked(new Map()) : refused(ioProblem(error, 'read', directory));
  }
}

type Env = Readonly<Record<string, string | undefined>>;

/** Absolute path of what `tofu init` makes for an instance. */
export const dataFolder = (root: string, directory: string, env: Env): string =>
  resolve(root, directory, env['TF_DATA_DIR'] || '.terraform');

/** Whether `tofu init` ever ran in an instance's directory. */
export async function hasDotTerraform(root: string, directory: string, env: Env): Promise<boolean> {
  return namesIn(dataFolder(root, directory, env)) !== null;
}

/**
 * What init left in its folder: which backend it took, and which of the locked providers are there. They may be links into a
 * cache that somebody has cleared since.
 */
export async function readLeftByInit(
  root: string,
  directory: string,
  env: Env,
  locked: readonly LockedProvider[],
): Promise<Surroundings> {
  const data = dataFolder(root, directory, env);
  const folders = locked.map(({ source, version }) => join('providers', source, version));
  const platforms = folders.flatMap((folder) => (namesIn(join(data, folder)) ?? []).map((name) => join(folder, name)));
  const backend = join(data, 'terraform.tfstate');
  return {
    TF_DATA_DIR: env['TF_DATA_DIR'] ?? '',
    backend: existsSync(backend) ? readFileSync(backend, 'utf8') : '',
    providers: platforms.filter((platform) => existsSync(join(data, platform))).join('\n'),
  };
}

/** Whether an instance's directory holds a local state, also one that an apply could not save. */
export async function hasLocalState(root: string, directory: string): Promise<boolean> {
  return namesIn(join(root, directory))?.some((name) => /\.tfstate(\.|$)/.test(name)) ?? false;
}

/** @returns null where there is no such folder */
function namesIn(folder: string): readonly string[] | null {
  try {
    return readdirSync(folder);
  } catch {
    return null;
  }
}
