/** All that sealing needs of the outside, for files of a project. */
import { Exit, must } from '../../problem.ts';
import type { SealInputs } from '../../secrets/seal.ts';
import { readDisk } from '../../system/disk.ts';
import { loadSopsConfig } from '../../system/inputs.ts';
import { randomBytes } from '../../system/random.ts';
import type { Context } from '../context.ts';
import { keysAtHand } from '../sealed-files.ts';

/** @param paths whose files are there, or are to be made. @throws Refusal 2 when one, or a key, cannot be read */
export async function sealInputs(context: Context, paths: readonly string[]): Promise<SealInputs> {
  const { root } = context;
  const sopsConfig = must(await loadSopsConfig(root), Exit.refusedInput);
  const disk = must(await readDisk(root, paths), Exit.refusedInput);
  const keys = await keysAtHand(context, (found) => context.reporter.problems(found));
  return { ...keys, disk, sopsConfig, random: randomBytes, now: () => new Date() };
}
