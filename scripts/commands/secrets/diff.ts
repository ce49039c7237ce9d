/** `nigari secrets diff`: which keys differ between two sealed files, or since the last commit; never a value. */
import { Exit, must, Refusal, type Problem } from '../../problem.ts';
import { isSealedPath } from '../../render/render.ts';
import { compareVersions, isSame, type Compared } from '../../secrets/versions/versions.ts';
import { openWorkTree } from '../../system/git.ts';
import { findOnPath } from '../../system/programs.ts';
import type { SourceFile } from '../../types.ts';
import type { CommandResult, Context } from '../context.ts';
import { keysOrNone } from '../keys.ts';
import { readFileOf } from '../sealed-files.ts';
import { tellDifferences } from './difference-lines.ts';
import { fileMissing, projectPath, sealedPaths } from './files.ts';

/** Two versions of a file; null where there is none. */
interface Pair {
  /** As it is told: `a.sops.yaml`, `a.sops.yaml → b.sops.yaml`. */
  readonly title: string;
  readonly old: SourceFile | null;
  readonly now: SourceFile | null;
}

/** What is told of a pair, and printed by `--json`. */
type Told = Compared & { readonly file: string };

/** @param named two files to compare; one, or all sealed files without any, is compared with the last commit */
export async function secretsDiff(context: Context, named: readonly string[]): CommandResult {
  const pairs = named.length > 1 ? [await twoFiles(context, named)] : await sinceCommit(context, named);
  const keys = await keysOrNone(context);
  const compared: Told[] = [];
  for (const { title, old, now } of pairs) {
    compared.push({ file: title, ...must(await compareVersions(old, now, keys), Exit.refusedInput) });
  }
  tell(context, compared);
  return Exit.done;
}

async function twoFiles(context: Context, named: readonly string[]): Promise<Pair> {
  const [one = '', other = '', ...more] = named.map((name) => projectPath(context, name));
  if (more.length > 0) throw new Refusal([tooManyFiles], Exit.refusedInput);
  const [old, now] = [await readFileOf(context, one), await readFileOf(context, other)];
  const missing = [...(old === null ? [fileMissing(one)] : []), ...(now === null ? [fileMissing(other)] : [])];
  if (missing.length > 0) throw new Refusal(missing, Exit.refusedInput);
  return { title: `${one} → ${other}`, old, now };
}

/** Work tree against `HEAD`. Files that are as they were are left out, unless they were named. */
async function sinceCommit(context: Context, named: readonly string[]): Promise<readonly Pair[]> {
  const tree = await openWorkTree(await findOnPath('git', context.env), context.root);
  if (tree === null) throw new Refusal([noCommit], Exit.refusedInput);
  const all = async () => [...(await sealedPaths(context)), ...(await tree.tracked()).filter(isSealedPath)].toSorted();
  const paths = named.length === 0 ? await all() : named.map((name) => projectPath(context, name));
  const pairs: Pair[] = [];
  for (const path of new Set(paths)) {
    const [old, now] = [await tree.show('HEAD', path), await readFileOf(context, path)];
    if (old === null && now === null) throw new Refusal([fileMissing(path)], Exit.refusedInput);
    if (named.length > 0 || !isSame(old, now)) pairs.push({ title: path, old, now });
  }
  return pairs;
}

function tell({ json, reporter }: Context, compared: readonly Told[]): void {
  if (json) return reporter.result(JSON.stringify({ files: compared }, null, 2));
  if (compared.length === 0) reporter.line('No sealed file differs from the last commit.');
  for (const { file, sealedAnew, opened, differences } of compared) {
    const nothing = sealedAnew ? ': the same values, only encrypted anew' : ': no difference';
    const closed = opened ? '' : ' (no key here opens both: what was encrypted anew counts as changed)';
    reporter.line(`${file}${differences.length > 0 ? '' : nothing}${closed}`);
    tellDifferences(reporter, differences);
  }
}

const tooManyFiles: Problem = {
  code: 'too-many-files',
  severity: 'error',
  message: 'more than two files cannot be compared',
  hint: 'name two files, or one to compare it with the last commit',
};

const noCommit: Problem = {
  code: 'no-repository',
  severity: 'error',
  message: 'this folder is in no git repository (or there is no git): there is no last commit to compare with',
  hint: 'name two files: nigari secrets diff OLD NEW',
};
