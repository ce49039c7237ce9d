/** What the changes of a run do to each file, with nothing in it that must not be shown. */
import { differenceOf, lineContent, type Content, type FileDifference } from '../../changes/difference.ts';
import { bounded, statLines, unifiedLines } from '../../changes/difference-text.ts';
import { keptClosed } from '../../changes/summary.ts';
import type { Problem } from '../../problem.ts';
import { isSealedPath } from '../../render/render.ts';
import { masker, plainValues, type Masker } from '../../secrets/mask.ts';
import { compareVersions } from '../../secrets/versions/versions.ts';
import type { Change, Disk, DiskFile, Model, Sealed, SourceFile } from '../../types.ts';
import { report, type Outcome } from './report.ts';
import type { ConfigureOptions } from './options.ts';
import type { Context } from '../context.ts';
import { keysOrNone } from '../keys.ts';
import { secretsOf } from '../infra/tofu.ts';

/** What is compared: the files there are, and the model, of which no secret is shown. */
export interface Comparing {
  readonly disk: Disk;
  readonly model: Model;
}

/** One difference for each change that does something. */
async function differencesOf(
  context: Context,
  changes: readonly Change[],
  { disk, model }: Comparing,
): Promise<readonly FileDifference[]> {
  const mask = masker(secretsOf(model.cluster), plainValues(model));
  const found: (FileDifference | null)[] = [];
  for (const change of changes) {
    if (change.kind === 'keep') continue;
    const now = 'sealed' in change ? change.sealed : undefined;
    found.push(differenceOf(change, disk, await contentOf(context, change.path, [disk.get(change.path), now], mask)));
  }
  return found.filter((difference) => difference !== null);
}

type Versions = readonly [old: DiskFile | undefined, now: DiskFile | undefined];

async function contentOf(context: Context, path: string, [old, now]: Versions, mask: Masker): Promise<Content> {
  if (!isSealedPath(path)) return lineContent(old, now, mask);
  const source = (file: DiskFile | undefined): SourceFile | null => (file && { path, bytes: file.bytes }) || null;
  const compared = await compareVersions(source(old), source(now), await keysOrNone(context));
  if (!compared.ok) return { of: 'nothing shown', why: 'what is there is not sealed, or damaged' };
  const { opened, differences } = compared.value;
  return { of: 'keys', opened: opened || old === undefined || now === undefined, differences };
}

/** What a run would come to that writes nothing. */
export async function preview(
  context: Context,
  outcome: Outcome,
  show: ConfigureOptions['show'],
  comparing: Comparing,
): Promise<void> {
  if (show === 'list') return report(context, outcome);
  const differences = await differencesOf(context, outcome.changes, comparing);
  if (context.json) return report(context, { ...outcome, differences });
  const { reporter } = context;
  reporter.problems(outcome.problems);
  const closed = keptClosed(outcome.problems);
  for (const path of closed) reporter.output(`keep ${path} (sealed: not compared, no key here opens it)`, 'dim');
  if (differences.length === 0) reporter.line(closed.length > 0 ? 'nothing else would change' : 'nothing would change');
  else if (show === 'stat') for (const line of statLines(differences)) reporter.output(line);
  else for (const { text, tone } of differences.flatMap(unifiedLines)) reporter.output(text, tone);
}

/** Of each file that stops a run as much as fits a screen. */
const MOST_LINES = 40;

/** Before a run stops: what would be written over each file that is in the way. */
export async function tellInTheWay(
  context: Context,
  problems: readonly Problem[],
  sealed: readonly Sealed[],
  comparing: Comparing,
): Promise<void> {
  const paths = new Set(problems.map(({ file }) => file));
  const changes = sealed
    .filter(({ path }) => paths.has(path))
    .map((file): Change => ({ kind: 'update', path: file.path, sealed: file }));
  const rest = `${context.call} diff`;
  for (const difference of await differencesOf(context, changes, comparing)) {
    for (const { text, tone } of bounded(unifiedLines(difference), MOST_LINES, rest)) context.reporter.line(text, tone);
  }
}
