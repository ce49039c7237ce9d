/** The sealed files of a project, opened in memory with whatever keys are at hand. */
import { Exit, must } from '../problem.ts';
import { open } from '../secrets/open.ts';
import type { Keys } from '../secrets/unlock.ts';
import type { Reading } from '../secrets/yaml/read.ts';
import { age } from '../system/age.ts';
import { readDisk } from '../system/disk.ts';
import { findIdentities } from '../system/identities.ts';
import type { SourceFile } from '../types.ts';
import type { Context } from './context.ts';

/** @throws Refusal 2 when what should be a key is none */
export async function keysAtHand({ root, env }: Pick<Context, 'root' | 'env'>): Promise<Keys> {
  const { identities } = must(await findIdentities(root, env), Exit.refusedInput);
  return { identities, age };
}

/** @param path relative to the project @returns null when nothing is there @throws Refusal 2 when it cannot be read */
export async function readFileOf({ root }: Pick<Context, 'root'>, path: string): Promise<SourceFile | null> {
  const file = must(await readDisk(root, [path]), Exit.refusedInput).get(path);
  return file === undefined ? null : { path, bytes: file.bytes };
}

/** @throws Refusal 2 when the file is not sealed, no key opens it, or it was tampered with */
export async function openFile(context: Pick<Context, 'root' | 'env'>, file: SourceFile): Promise<Reading> {
  return must(await open(file, await keysAtHand(context)), Exit.refusedInput);
}

export const notConfigured = (path: string, call: string) =>
  ({
    code: 'not-configured',
    severity: 'error',
    message: `there is no ${path}`,
    hint: `run \`${call} configure\` first`,
  }) as const;
