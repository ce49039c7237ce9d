/** The verbs that decide what nigari's files are to be. */
import type { ConfigureOptions } from '../commands/configure/options.ts';
import type { Option } from '../completion/table.ts';
import { JSON_OPTION, type Options, type Verb } from './verb.ts';

const KEEP_EDITS: Option = ['--keep-edits', 'leave generated files that were edited by hand as they are'];
const FORCE: Option = ['--force', 'overwrite those, and files that nigari did not make'];

export const CHANGES: readonly Verb[] = [
  {
    name: 'configure',
    summary: 'generate infrastructure/ from cluster.yaml and nodes.yaml, seal its secrets, run tofu init',
    options: [
      ['--check', 'write nothing: say what would change; exit code 5 when something would'],
      ['--dry-run', 'the same, with exit code 0'],
      ['--diff', 'write nothing: show each line that would change, as nigari diff does'],
      ['--no-init', 'do not run tofu init'],
      KEEP_EDITS,
      FORCE,
      ['--yes', 'agree that machines are destroyed or replaced by the next apply'],
      ['--allow-quorum-loss', 'let a majority of the control planes be among them'],
      ['--drop-moved', 'forget which machines had another name, once that was applied everywhere'],
      JSON_OPTION,
    ],
    more: 'docs/changes.md tells what is dangerous, and why.\n\nExamples:\n  nigari configure\n  nigari configure --yes\n  nigari configure --check\n  nigari configure --diff --check\n  nigari configure --no-init --json',
    shortcut: async (context, options) =>
      (await import('../commands/configure/unchanged.ts')).unchanged(context, asOptions(options)),
    run: async (context, options) =>
      (await import('../commands/configure/configure.ts')).configure(context, asOptions(options)),
  },
  {
    name: 'diff',
    summary: 'show what configure would change, line by line; of sealed files the names of keys, never a value',
    options: [
      ['--stat', 'only how many lines of each file'],
      ['--check', 'exit code 5 when something would change'],
      KEEP_EDITS,
      FORCE,
      JSON_OPTION,
    ],
    more: 'Writes nothing. What it prints, `git apply` can take.\n\nExamples:\n  nigari diff\n  nigari diff --stat\n  nigari diff --check --json\n  nigari diff --force > changes.patch',
    prints: true,
    run: async (context, options) =>
      (await import('../commands/configure/configure.ts')).configure(context, asOptions({ ...options, diff: true })),
  },
  {
    name: 'clean',
    summary: 'remove what nigari made, as .nigari/manifest.json lists it, and nothing else',
    options: [
      ['--dry-run', 'remove nothing: say what would go'],
      ['--yes', 'agree: without it a terminal is asked'],
      ['--force', 'remove, too, what was edited or sealed, and while a state exists'],
      JSON_OPTION,
    ],
    more: 'Edited and sealed files stay. While OpenTofu may keep a state of machines it\nrefuses: destroy them first.\n\nExamples:\n  nigari clean --dry-run\n  nigari clean --yes\n  nigari clean --yes --force --json',
    run: async (context, { force = false, yes = false, dryRun = false }) =>
      (await import('../commands/clean.ts')).clean(context, { force, yes, dryRun }),
  },
];

function asOptions(options: Options): ConfigureOptions {
  const { init = true, force = false, keepEdits = false, check = false, dryRun = false } = options;
  const { diff = false, stat = false } = options;
  const { dropMoved = false, yes = false, allowQuorumLoss = false } = options;
  const show = stat ? 'stat' : diff ? 'diff' : 'list';
  const preview = { check: check || dryRun || diff, show, mustMatch: check } as const;
  return { init, force, keepEdits, ...preview, dropMoved, yes, allowQuorumLoss };
}
