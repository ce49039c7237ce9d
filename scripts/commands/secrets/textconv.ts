/** `nigari secrets diff --textconv FILE`: how git is to show a sealed file. It must show every one that a history holds. */
import { resolve } from 'node:path';
import { Exit, must } from '../../problem.ts';
import { maskedText } from '../../secrets/versions/masked-text.ts';
import { readSealed } from '../../secrets/sops/sealed.ts';
import { unlock } from '../../secrets/unlock.ts';
import { age } from '../../system/age.ts';
import { readAnyFile } from '../../system/disk.ts';
import type { CommandResult, Context } from '../context.ts';
import { keysIfAny } from './files.ts';

/**
 * Prints keys, and digests of values. What is not sealed, or holds the marks of a conflict, is printed as it is; of a
 * file that no key opens, or that was tampered with, the digests are those of the ciphertext. Otherwise git would end.
 * @param path as git names it: of a temporary file, or relative to the folder that git runs us in
 * @throws Refusal 2 when it cannot be read
 */
export async function secretsTextconv(context: Context, path: string): CommandResult {
  const file = { path, bytes: must(await readAnyFile(resolve(path)), Exit.refusedInput) };
  const sealed = readSealed(file);
  if (!sealed.ok) {
    context.reporter.result(new TextDecoder().decode(file.bytes));
    return Exit.done;
  }
  const unlocked = await unlock(sealed.value, { identities: await keysIfAny(context), age });
  context.reporter.result(maskedText(sealed.value, unlocked.ok ? unlocked.value : null));
  if (unlocked.ok) unlocked.value?.dataKey.fill(0);
  return Exit.done;
}
