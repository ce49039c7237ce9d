/** Files of the user's own, that need not be in the project: a token, a password, a certificate. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { checked, refused, type Checked } from '../problem.ts';
import { errno, ioProblem } from './io-problem.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** Whose paths: the project's folder, absolute, and the environment that says where home is. */
export interface Whereabouts {
  readonly root: string;
  readonly env: Env;
}

/** An absolute path of one that is absolute, begins with `~/`, or is relative to the project. */
export function userPath(path: string, { root, env }: Whereabouts): string {
  const home = env['HOME'] ?? env['USERPROFILE'];
  return home !== undefined && /^~[/\\]/.test(path) ? join(home, path.slice(2)) : resolve(root, path);
}

/** @returns its text; null when it is not there; or what the system refused */
export async function readUserFile(path: string, where: Whereabouts): Promise<Checked<string | null>> {
  try {
    return checked(await readFile(userPath(path, where), 'utf8'));
  } catch (error) {
    return errno(error) === 'ENOENT' || errno(error) === 'ENOTDIR'
      ? checked(null)
      : refused(ioProblem(error, 'read', path));
  }
}
