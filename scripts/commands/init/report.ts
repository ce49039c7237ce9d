/** What `init` did, and how it is told. */
import { openWorkTree } from '../../system/git.ts';
import { findOnPath } from '../../system/programs.ts';
import type { Context } from '../context.ts';
import { gitSettingsNote } from './git-sealed.ts';

/** What was done, in order. */
export interface Done {
  readonly created: string[];
  readonly updated: string[];
  readonly notes: string[];
}

export async function report(context: Context, { created, updated, notes }: Done): Promise<void> {
  const { reporter, json, call } = context;
  const repository = (await couldBeRepository(context)) ? [NO_REPOSITORY] : [];
  const settings = await gitSettingsNote(context);
  const all = [...notes, ...repository, ...(settings === null ? [] : [settings])];
  if (json) reporter.result(JSON.stringify({ created, updated, notes: all }, null, 2));
  for (const path of created) reporter.line(`created  ${path}`, 'good');
  for (const path of updated) reporter.line(`updated  ${path}`, 'changed');
  for (const note of all) reporter.line(note);
  if (created.length + updated.length === 0) reporter.line('Nothing was missing.');
  if (created.includes('cluster.yaml'))
    reporter.line(`Next: fill in cluster.yaml and nodes.yaml, then run:\n  ${call} configure`);
}

const NO_REPOSITORY =
  'This folder is not in a git repository: run `git init` to keep the history of what is generated.';

/** Git is there, and keeps nothing here. */
async function couldBeRepository({ root, env }: Context): Promise<boolean> {
  const git = await findOnPath('git', env);
  return git !== null && (await openWorkTree(git, root)) === null;
}
