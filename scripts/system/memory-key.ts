/** The key of what this machine remembers of projects: with it, what lies in a project proves nothing to a thief. */
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { randomBytes } from './random.ts';
import { isWithin, userFolder } from './user-folders.ts';

const KEY_BYTES = 32;

type Env = Readonly<Record<string, string | undefined>>;

/** @returns null where there is none, or it is a part of the project: a key beside what it protects would protect nothing */
export function memoryKeyFile(root: string, env: Env, platform: string): string | null {
  const folder = userFolder('state', env, platform);
  return folder === null || isWithin(root, folder) ? null : join(folder, 'memory.key');
}

/** @returns null where there is none, or it is of no use: others can read it, or it has not its length */
export async function readMemoryKey(file: string | null): Promise<Uint8Array | null> {
  if (file === null) return null;
  try {
    const [key, { mode }] = [readFileSync(file), statSync(file)];
    const isOpen = process.platform !== 'win32' && (mode & 0o077) !== 0;
    return key.length === KEY_BYTES && !isOpen ? key : null;
  } catch {
    return null;
  }
}

/** In place of one that is of no use, for whatever it made is of none either. */
export async function makeMemoryKey(file: string | null): Promise<Uint8Array | null> {
  if (file === null) return null;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    rmSync(file, { force: true });
    writeFileSync(file, randomBytes(KEY_BYTES), { flag: 'wx', mode: 0o600 });
    chmodSync(file, 0o600);
  } catch {
    // No such folder, or another run was faster.
  }
  return readMemoryKey(file);
}
