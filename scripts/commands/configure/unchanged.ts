/**
 * `nigari configure` where nothing changed since its last good run: says how that ended again, and does nothing. It loads nothing
 * of what makes files, so that it costs hardly more than to start.
 */
import process from 'node:process';
import { Exit, type ExitCode, type Problem } from '../../problem.ts';
import { recall } from '../../system/last-run.ts';
import type { Change } from '../../types.ts';
import type { ConfigureOptions } from './options.ts';
import { report } from './report.ts';
import type { Context } from '../context.ts';
import type { Initialised } from './initialise.ts';

/** What a run that changes nothing says. */
export interface Said {
  /** False with `--no-init`: whether init is due was not looked at. */
  readonly init: boolean;
  readonly unchanged: readonly string[];
  readonly problems: readonly Problem[];
  readonly initialised: readonly Initialised[];
  readonly next: readonly string[];
}

/** @returns null where there may be something to do */
export async function unchanged(context: Context, options: ConfigureOptions): Promise<ExitCode | null> {
  const { reporter } = context;
  const { check, show, force, dropMoved, init } = options;
  const isLong = force || dropMoved || show !== 'list';
  const said = isLong ? null : await recall<Said>(context, askedOf(context, options));
  if (said === null || (!check && said.init !== init)) return null;
  // The lines that a problem is about are shown on a terminal; they are read with the YAML parser.
  if (said.problems.length > 0 && process.stderr.isTTY) return null;
  reporter.line('Nothing changed since the last run');
  const changes = said.unchanged.map((path): Change => ({ kind: 'keep', path }));
  const { problems, initialised, next } = said;
  const outcome = { check, changes, dangers: [], problems };
  report(context, { ...outcome, ...(check ? { initialised: [], next: [] } : { initialised, next }) });
  return Exit.done;
}

/** Variables that say where keys and programs are, or are read by OpenTofu. */
const VARIABLES = /^(SOPS_|TF_|XDG_|(PATH|PATHEXT|HOME|USERPROFILE|APPDATA|LOCALAPPDATA)$)/i;

/** Everything but files that decides what a run does and says. */
export function askedOf(
  { root, call, env, platform, verbose = false }: Context,
  { keepEdits }: Pick<ConfigureOptions, 'keepEdits'>,
): string {
  const variables = Object.entries(env).filter(([name]) => VARIABLES.test(name));
  return JSON.stringify([root, call, platform, verbose, keepEdits, variables.toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}
