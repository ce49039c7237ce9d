/** `nigari clean`: takes away what the manifest lists, and nothing else. */
import { basename, posix } from 'node:path';
import { cleaning, nothingKnown, statesInTheWay, type Cleaning, type StatePlace } from '../changes/clean.ts';
import { MANIFEST_FILE, manifestText, type Manifest } from '../changes/manifest.ts';
import { changeLines } from '../changes/summary.ts';
import { Exit, must, Refusal, type Problem } from '../problem.ts';
import { hasDotTerraform, hasLocalState } from '../system/init-record.ts';
import { canAsk } from '../system/prompt.ts';
import { write } from '../system/write.ts';
import { consent } from './consent.ts';
import { step, type CommandResult, type Context } from './context.ts';
import { DIRECTORIES } from './configure/held-files.ts';
import { readOwnManifest, readTree, type ProjectTree } from './configure/project-tree.ts';
import { readFileOf } from './sealed-files.ts';

export interface CleanOptions {
  /** Take away, too, what was edited or sealed, and while a state exists. */
  readonly force: boolean;
  /** Agreed: nobody is asked. */
  readonly yes: boolean;
  /** Only say what would go. */
  readonly dryRun: boolean;
}

export async function clean(context: Context, { force, yes, dryRun }: CleanOptions): CommandResult {
  const notes: Problem[] = [];
  const collect = (found: readonly Problem[]): void => void notes.push(...found);
  const tree = await readTree(context, await readOwnManifest(context, collect), [], collect);
  const { manifest, disk } = tree;
  if (manifest === null) throw new Refusal([...notes, nothingKnown], Exit.refusedInput);
  const states = force ? [] : statesInTheWay(await placesOf(context, manifest));
  if (states.length > 0) throw new Refusal(states, Exit.refusedInput);
  const found = cleaning(manifest, disk, force);
  if (!dryRun) {
    if (!yes) await agree(context, found);
    await step(context, 'Remove what nigari made', () => remove(context, found, tree));
  }
  report(context, found, dryRun);
  return Exit.done;
}

/** Every directory that holds, or may hold, files of an instance. */
async function placesOf(context: Context, { files }: Manifest): Promise<readonly StatePlace[]> {
  const listed = [...files.keys()].filter((path) => path.endsWith('.tf')).map((path) => posix.dirname(path));
  return Promise.all([...new Set([...DIRECTORIES, ...listed])].map((directory) => placeOf(context, directory)));
}

async function placeOf(context: Context, directory: string): Promise<StatePlace> {
  const { root, env } = context;
  const backend = await readFileOf(context, posix.join(directory, 'backend.tf'));
  return {
    directory,
    backend: backend && new TextDecoder().decode(backend.bytes),
    hasStateFile: await hasLocalState(root, directory),
    isInitialised: await hasDotTerraform(root, directory, env),
  };
}

/** @throws Refusal 2 when nobody agrees, 130 for Ctrl-C */
async function agree(context: Context, { changes }: Cleaning): Promise<void> {
  const { root, reporter } = context;
  for (const { text, kind } of canAsk() ? changeLines(changes, false) : [])
    reporter.line(text, kind === 'delete' ? 'bad' : 'plain');
  const text = 'To remove them, type the name of this folder';
  await consent(context, { text, word: basename(root), refusal: consentNeeded(changes.length) });
}

/** All or nothing. The manifest goes with the last file that it lists. */
async function remove({ root, signal }: Context, { changes, manifest }: Cleaning, tree: ProjectTree): Promise<void> {
  const beside = manifest === null ? [] : [{ path: MANIFEST_FILE, text: manifestText(manifest) }];
  const seen = new Map<string, { readonly bytes: Uint8Array }>(tree.disk);
  if (tree.file !== null) seen.set(MANIFEST_FILE, tree.file);
  must(await write(changes, root, { signal, beside, seen }), Exit.refusedInput);
}

function report({ reporter, json }: Context, { changes, problems }: Cleaning, dryRun: boolean): void {
  const deleted = changes.map(({ path }) => path);
  const kept = problems.map(({ file }) => file);
  if (json) reporter.result(JSON.stringify({ dryRun, deleted, kept, problems }, null, 2));
  reporter.problems(problems);
  for (const { text } of changeLines(changes, !dryRun)) reporter.line(text, 'changed');
  reporter.line(`${deleted.length} ${dryRun ? 'to delete' : 'deleted'}, ${kept.length} kept`);
}

const consentNeeded = (count: number): Problem => ({
  code: 'consent-needed',
  severity: 'error',
  message: `${count} files would be removed: nothing was, since nobody agreed`,
  hint: '`nigari clean --dry-run` lists them; if that is what you want: nigari clean --yes',
});
