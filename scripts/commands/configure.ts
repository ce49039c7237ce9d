/** `nigari configure`: the whole way, from two YAML files to an initialised OpenTofu project; with `--check` up to compare. */
import { isSealed } from '../changes/compare.ts';
import { manifestText } from '../changes/manifest.ts';
import { Exit, must, type Problem } from '../problem.ts';
import { sealMemory } from '../system/seal-memory.ts';
import { write } from '../system/write.ts';
import { step, type CommandResult, type Context } from './context.ts';
import { report } from './configure-report.ts';
import { decide } from './decide.ts';
import { preview } from './differences.ts';
import { initialise } from './initialise.ts';
import { nextStep } from './next-step.ts';
import { manifestFile, readTree } from './project-tree.ts';
import { resolve } from './resolve.ts';
import { sealAll } from './sealed-files.ts';
import { sight } from './sighting.ts';
import { WRITING } from './unchanged.ts';
import { understand } from './understand.ts';

export interface ConfigureOptions {
  /** Run `tofu init` where that is due. */
  readonly init: boolean;
  /** Overwrite files that nigari did not make. */
  readonly force: boolean;
  /** Leave files of ours that were edited by hand as they are. */
  readonly keepEdits: boolean;
  /** Write nothing and run nothing: say what would change. */
  readonly check: boolean;
  /** What of that is shown. */
  readonly show: 'list' | 'stat' | 'diff';
  /** Something that would change is exit code 5. */
  readonly mustMatch: boolean;
}

export async function configure(given: Context, options: ConfigureOptions): CommandResult {
  const { init, force, check } = options;
  const sighting = await sight(given, options);
  const { context } = sighting;
  const { config, derived, artifacts, problems } = await understand(context, resolve);
  const { instances } = derived.model;
  // An input that no key here opens: what is sealed from it stays as it is, and nobody can use what it holds.
  const closed = config.unresolved.length > 0;
  const notes: Problem[] = [...problems];
  const collect = (found: readonly Problem[]): void => void notes.push(...found);
  const tree = await readTree(context, artifacts, collect);
  const { disk, manifest } = tree;
  // What is to be overwritten is not compared with.
  const known = force ? new Map([...disk].filter(([, { bytes }]) => isSealed(bytes))) : disk;
  const memory = await sealMemory(context.root, context.env, context.platform);
  const sealed = await step(context, 'Seal secrets', () =>
    sealAll(context, artifacts, { disk: known, closed, memory }, collect),
  );
  const rendered = { sealed, artifacts, model: derived.model };
  const changes = await decide(context, rendered, tree, options, collect);
  const outcome = { check, changes, problems: notes };
  if (check) {
    await preview(context, { ...outcome, initialised: [], next: [] }, options.show, { disk, model: derived.model });
    return options.mustMatch && changes.some(({ kind }) => kind !== 'keep') ? Exit.workToDo : Exit.done;
  }
  sighting.lastStep();
  const manifested = manifestFile(tree, sealed, changes);
  await step(context, WRITING, async () =>
    must(
      await write(changes, context.root, { signal: context.signal, beside: [manifested], seen: disk }),
      Exit.refusedInput,
      collect,
    ),
  );
  await memory.save();
  const initialised = init && !closed ? await initialise(context, derived.model) : [];
  const done = { ...outcome, initialised, next: await nextStep(context, instances, initialised) };
  report(context, done);
  // What this run had to say of changes, the next one will not say again.
  const isSettled =
    notes.length === problems.length || (manifest !== null && manifestText(manifest) === manifested.text);
  if (isSettled && !closed) await sighting.keep(done, { init, secrets: config.cluster.secrets, instances, disk });
  return initialised.some(({ status }) => status === 'failed') ? Exit.otherProgram : Exit.done;
}
