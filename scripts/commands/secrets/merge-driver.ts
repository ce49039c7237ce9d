/** `nigari secrets merge --driver %O %A %B %P`: git's merge of sealed files (gitattributes(5), "Defining a custom merge driver"). */
import { relative, resolve, sep } from 'node:path';
import { Exit, must, Refusal, type Problem } from '../../problem.ts';
import { ruleFor } from '../../secrets/rules/rules.ts';
import { mergeRules, sopsConfigOf } from '../../secrets/versions/merge-rule.ts';
import { emit, INDENT } from '../../secrets/yaml/emit.ts';
import { readAnyFile } from '../../system/disk.ts';
import { loadSopsConfig } from '../../system/inputs.ts';
import { writeSealedAt } from '../../system/write.ts';
import type { SourceFile } from '../../types.ts';
import type { CommandResult, Context } from '../context.ts';
import { keysAtHand } from '../keys.ts';
import { sealAll, toSeal } from '../sealed-files.ts';
import { inConflict, mergeStages } from './merge-versions.ts';

/**
 * Puts the merge into the file of ours, or leaves that as it is: then git records the conflict, and
 * `nigari secrets merge` settles it.
 * @param files base, ours, theirs, and the path that they belong to, relative to the repository, where git runs us
 * @throws Refusal 2 when both sides changed one value, a version cannot be opened, or their rules differ
 */
export async function secretsMergeDriver(context: Context, files: readonly string[]): CommandResult {
  const [base, ours, theirs, inRepository] = files;
  if (base === undefined || ours === undefined || theirs === undefined || inRepository === undefined)
    throw new Refusal([notFromGit], Exit.refusedInput);
  const path = relative(context.root, resolve(inRepository)).split(sep).join('/');
  const stages = { base: await read(base, path), ours: await read(ours, path), theirs: await read(theirs, path) };
  const keys = await keysAtHand(context);
  const common = stages.base.bytes.length === 0 ? null : stages.base;
  const { tree, conflicts, metadata } = await mergeStages({ ...stages, base: common }, keys, () => null);
  if (conflicts.length > 0)
    throw new Refusal(
      conflicts.map((found) => inConflict(path, found, context.call)),
      Exit.refusedInput,
    );
  // What lies in the work tree meanwhile may be the .sops.yaml of one side: the files say for whom they are.
  const rule = must(mergeRules(metadata, await indentFor(context, path), path), Exit.refusedInput);
  const disk = new Map([[path, { bytes: stages.ours.bytes, executable: false }]]);
  const clear = { path, bytes: Buffer.from(emit(tree)) };
  const [sealed] = await sealAll(context, [toSeal(clear)], { disk, sopsConfig: sopsConfigOf(rule) }, () => {});
  if (sealed !== undefined) must(await writeSealedAt(resolve(ours), sealed), Exit.refusedInput);
  return Exit.done;
}

async function read(file: string, path: string): Promise<SourceFile> {
  return { path, bytes: must(await readAnyFile(resolve(file)), Exit.refusedInput) };
}

async function indentFor({ root }: Context, path: string): Promise<number> {
  const config = await loadSopsConfig(root);
  const rule = config.ok ? ruleFor(path, config.value, []) : config;
  return rule.ok ? rule.value.indent : INDENT;
}

const notFromGit: Problem = {
  code: 'not-from-git',
  severity: 'error',
  message: '--driver is for git, which names four files',
  hint: 'after a conflict run `nigari secrets merge`; `nigari init` prints how git is told of the driver',
};
