/** Sealing files of a project that were opened: everything in memory first, then all of it written, or nothing. */
import { Exit, must, type Problem } from '../../problem.ts';
import { open } from '../../secrets/open.ts';
import { sealContent, type SealInputs } from '../../secrets/seal.ts';
import { readDisk } from '../../system/disk.ts';
import { loadSopsConfig } from '../../system/inputs.ts';
import { randomBytes } from '../../system/random.ts';
import type { Sealed, SourceFile } from '../../types.ts';
import { refuse, type Context } from '../context.ts';
import { keysAtHand } from '../keys.ts';

/**
 * All that sealing needs of the outside.
 * @param paths whose files are there, or are to be made
 * @throws Refusal 2 when one, or a key, cannot be read
 */
export async function sealInputs(context: Context, paths: readonly string[]): Promise<SealInputs> {
  const { root } = context;
  const sopsConfig = must(await loadSopsConfig(root), Exit.refusedInput);
  const disk = must(await readDisk(root, paths), Exit.refusedInput);
  const keys = await keysAtHand(context, (found) => context.reporter.problems(found));
  return { ...keys, disk, sopsConfig, random: randomBytes, now: () => new Date() };
}

/**
 * Seals files anew with what they hold.
 * @returns those of which a byte changed
 * @throws Refusal 2 with every problem: each file must open, and have a rule
 */
export async function resealed(files: readonly SourceFile[], inputs: SealInputs): Promise<readonly Sealed[]> {
  const sealed: Sealed[] = [];
  const problems: Problem[] = [];
  for (const file of files) {
    const opened = await open(file, inputs);
    const result = opened.ok ? await sealContent({ path: file.path, tree: opened.value.tree }, inputs) : opened;
    problems.push(...result.problems);
    if (result.ok && Buffer.compare(result.value.bytes, file.bytes) !== 0) sealed.push(result.value);
  }
  refuse(problems, Exit.refusedInput);
  return sealed;
}
