/** `nigari secrets merge`: settles conflicts in sealed files from what both sides hold, key by key. */
import { Exit, must, Refusal, type Problem } from '../../problem.ts';
import { isSealedPath } from '../../render/render.ts';
import { shortRecipient } from '../../secrets/versions/difference-line.ts';
import { differences } from '../../secrets/versions/differences.ts';
import { mergeRecipients } from '../../secrets/versions/merge-rule.ts';
import { ruleFor } from '../../secrets/rules/rules.ts';
import type { Choose } from '../../secrets/versions/three-way.ts';
import type { Keys } from '../../secrets/unlock.ts';
import { emit } from '../../secrets/yaml/emit.ts';
import { openWorkTree, type WorkTree } from '../../system/git.ts';
import { loadSopsConfig } from '../../system/inputs.ts';
import { findOnPath } from '../../system/programs.ts';
import type { CommandResult, Context } from '../context.ts';
import { keysAtHand } from '../keys.ts';
import { putSealed, readFileOf } from '../sealed-files.ts';
import { SOPS_CONFIG } from '../init/survey.ts';
import { tellDifferences } from './difference-lines.ts';
import { projectPath } from './files.ts';
import { inConflict, mergeStages, type Merged, type Stages } from './merge-versions.ts';

/** What to do where both sides changed one value. */
export interface Settling {
  /** One of them: the side that counts wherever no key says otherwise. */
  readonly ours: boolean;
  readonly theirs: boolean;
  /** Keys by name; one stands for all below it. */
  readonly takeOurs: readonly string[];
  readonly takeTheirs: readonly string[];
  /** Also over a file that somebody has settled already. */
  readonly force: boolean;
}

/** What there is to work with. */
interface Work {
  readonly tree: WorkTree;
  readonly keys: Keys;
  readonly settling: Settling;
}

/**
 * Merges what can be merged; each file is written whole, or not at all. `git add` is left to the person.
 * @param named none: every sealed file in conflict
 * @throws Refusal 2 with what both sides changed and nobody settled
 */
export async function secretsMerge(context: Context, named: readonly string[], settling: Settling): CommandResult {
  if (settling.ours && settling.theirs) throw new Refusal([bothSides], Exit.refusedInput);
  const tree = await openWorkTree(await findOnPath('git', context.env), context.root);
  if (tree === null) throw new Refusal([noRepository], Exit.refusedInput);
  const paths = await pathsInConflict(context, tree, named);
  if (paths.length === 0) context.reporter.line('No sealed file is in conflict.');
  const work = { tree, keys: await keysAtHand(context), settling };
  const problems: Problem[] = [];
  for (const path of paths) problems.push(...(await mergeFile(context, path, work)));
  if (problems.length > 0) throw new Refusal(problems, Exit.refusedInput);
  return Exit.done;
}

/** @throws Refusal 2 while `.sops.yaml` is in conflict itself: who may open the files, and how, is not known then */
async function pathsInConflict(context: Context, tree: WorkTree, named: readonly string[]): Promise<readonly string[]> {
  const unmerged = await tree.unmerged();
  if (unmerged.includes(SOPS_CONFIG)) throw new Refusal([rulesInConflict], Exit.refusedInput);
  if (named.length === 0) return unmerged.filter(isSealedPath);
  const paths = named.map((name) => projectPath(context, name));
  const others = paths.filter((path) => !unmerged.includes(path));
  if (others.length > 0) throw new Refusal(others.map(notInConflict), Exit.refusedInput);
  return paths;
}

/** @returns the conflicts that are left: then nothing was written */
async function mergeFile(context: Context, path: string, { tree, keys, settling }: Work): Promise<readonly Problem[]> {
  const stages = await stagesOf(tree, path);
  if (!settling.force) await refuseSettled(context, path, stages);
  const merged = await mergeStages(stages, keys, chooser(settling));
  if (merged.conflicts.length > 0) return merged.conflicts.map((found) => inConflict(path, found, context.call));
  const { reporter } = context;
  reporter.problems(await otherRecipients(context, path, merged));
  const clear = { path, bytes: Buffer.from(emit(merged.tree)) };
  await putSealed(context, clear, (found) => reporter.problems(found), { old: stages.ours });
  reporter.line(`${path}: merged; look at it, then run \`git add ${path}\``, 'good');
  tellDifferences(reporter, differences(merged.ours, merged.tree));
  return [];
}

/** As the index keeps them while a merge is not done. @throws Refusal 2 where one side has no file */
async function stagesOf(tree: WorkTree, path: string): Promise<Stages> {
  const [base, ours, theirs] = [await tree.show(':1', path), await tree.show(':2', path), await tree.show(':3', path)];
  if (ours === null || theirs === null) throw new Refusal([goneOnOneSide(path)], Exit.refusedInput);
  return { base, ours, theirs };
}

/** What git left there may be replaced: a side as it was, or a text with marks. Anything else is somebody's work. */
async function refuseSettled(context: Context, path: string, { base, ours, theirs }: Stages): Promise<void> {
  const now = (await readFileOf(context, path))?.bytes ?? Buffer.alloc(0);
  const isLeft = [base, ours, theirs].some((stage) => stage !== null && Buffer.compare(stage.bytes, now) === 0);
  if (isLeft || now.length === 0 || /^<{7} /m.test(new TextDecoder().decode(now))) return;
  throw new Refusal([settledAlready(path)], Exit.refusedInput);
}

function chooser({ ours, theirs, takeOurs, takeTheirs }: Settling): Choose {
  const others = ours ? 'ours' : theirs ? 'theirs' : null;
  const covers = (keys: readonly string[], name: string): boolean =>
    keys.some((key) => name === key || name.startsWith(`${key}.`) || name.startsWith(`${key}[`));
  return (name) => (covers(takeOurs, name) ? 'ours' : covers(takeTheirs, name) ? 'theirs' : others);
}

/** `.sops.yaml` counts. Where the two sides had sealed for others than it names, that is told. */
async function otherRecipients({ root }: Context, path: string, { metadata }: Merged): Promise<readonly Problem[]> {
  const rule = ruleFor(path, must(await loadSopsConfig(root), Exit.refusedInput), []);
  const named = rule.ok ? rule.value.recipients : [];
  const dropped = mergeRecipients(metadata).filter((recipient) => rule.ok && !named.includes(recipient));
  return dropped.map((recipient) => ({
    code: 'recipient-not-in-rule',
    severity: 'warning',
    message: `${shortRecipient(recipient)} could open ${path}, but ${SOPS_CONFIG} does not name it: from now on it cannot`,
    hint: `if it is to go on, add it to ${SOPS_CONFIG} and run \`nigari configure\``,
    file: path,
  }));
}

const bothSides: Problem = {
  code: 'both-sides',
  severity: 'error',
  message: '--ours and --theirs exclude each other',
  hint: 'give one of them; --take-ours and --take-theirs make exceptions for single keys',
};

const noRepository: Problem = {
  code: 'no-repository',
  severity: 'error',
  message: 'this folder is in no git repository (or there is no git): nothing is in conflict',
  hint: 'run it where git has stopped in a merge',
};

const rulesInConflict: Problem = {
  code: 'rules-in-conflict',
  severity: 'error',
  message: `${SOPS_CONFIG} is in conflict itself: it says for whom files are sealed`,
  hint: `settle it first, then \`git add ${SOPS_CONFIG}\` and run this again`,
  file: SOPS_CONFIG,
};

const notInConflict = (path: string): Problem => ({
  code: 'not-in-conflict',
  severity: 'error',
  message: `${path} is not in conflict`,
  hint: '`git status` names the files that are; paths are relative to the project',
  file: path,
});

const goneOnOneSide = (path: string): Problem => ({
  code: 'gone-on-one-side',
  severity: 'error',
  message: `one side removed ${path}, the other changed it`,
  hint: `keep it with \`git add ${path}\`, or let it go with \`git rm ${path}\``,
  file: path,
});

const settledAlready = (path: string): Problem => ({
  code: 'settled-already',
  severity: 'error',
  message: `${path} is neither what a side had nor a text with marks: somebody has settled the conflict`,
  hint: `if it is right, run \`git add ${path}\`; to merge anew over it, use --force`,
  file: path,
});
