/** `nigari configure`: the whole way, from two YAML files to an initialised OpenTofu project; with `--check` up to compare. */
import { isSealed } from '../../changes/compare.ts';
import { dangersIn, presentOf, withMoves } from '../../changes/history.ts';
import { manifestText } from '../../changes/manifest.ts';
import { Exit, hasErrors, must, type ExitCode, type Problem } from '../../problem.ts';
import { sealMemory } from '../../system/seal-memory.ts';
import { write } from '../../system/write.ts';
import type { Change, Derived, Disk } from '../../types.ts';
import { agree } from './agree.ts';
import { step, type CommandResult, type Context } from '../context.ts';
import { report } from './report.ts';
import { decide } from './decide.ts';
import { preview } from './differences.ts';
import { initialise } from './initialise.ts';
import { nextStep } from './next-step.ts';
import type { ConfigureOptions } from './options.ts';
import { readPast } from './past.ts';
import { manifestFile, readTree } from './project-tree.ts';
import { resolve } from '../resolve.ts';
import { sealAll } from '../sealed-files.ts';
import { sight } from './sighting.ts';
import { understand } from '../understand.ts';

export async function configure(context: Context, options: ConfigureOptions): CommandResult {
  const { init, force, check } = options;
  const sighting = await sight(context, options);
  const notes: Problem[] = [];
  const collect = (found: readonly Problem[]): void => void notes.push(...found);
  const past = await readPast(context, collect);
  const remember = (derived: Derived): Derived => withMoves(derived, past.instances, options.dropMoved);
  const { config, derived, artifacts, problems } = await understand(context, resolve, remember);
  collect(problems);
  const { instances } = derived.model;
  // An input that no key here opens: what is sealed from it stays as it is, and nobody can use what it holds.
  const closed = config.unresolved.length > 0;
  const tree = await readTree(context, past, artifacts, collect);
  const { disk, manifest } = tree;
  const memory = await sealMemory(context.root, context.env, context.platform);
  const sealed = await step(context, 'Seal secrets', () =>
    sealAll(context, artifacts, { disk: force ? sealedOf(disk) : disk, closed, memory }, collect),
  );
  const rendered = { sealed, artifacts, model: derived.model };
  const changes = await decide(context, rendered, tree, options, collect);
  const present = presentOf(past, derived.model, artifacts);
  const dangers = await agree(context, dangersIn(past, derived.model, present, options), options);
  const outcome = { check, changes, dangers, problems: notes };
  if (check) {
    await preview(context, { ...outcome, initialised: [], next: [] }, options.show, { disk, model: derived.model });
    return options.mustMatch ? matching(changes, notes) : Exit.done;
  }
  const manifested = manifestFile(tree, sealed, changes, present);
  const how = { signal: context.signal, beside: [manifested], seen: disk };
  await step(context, 'Write what changed', async () =>
    must(await write(changes, context.root, how), Exit.refusedInput, collect),
  );
  await memory.save();
  const initialised = init && !closed ? await initialise(context, derived.model) : [];
  const done = { ...outcome, initialised, next: await nextStep(context, instances, initialised) };
  report(context, done);
  // What this run had to say of changes, the next one will not say again.
  const isSame = manifest !== null && manifestText(manifest) === manifested.text;
  const isSettled = dangers.length === 0 && (notes.length === problems.length || isSame);
  if (isSettled && !closed) await sighting.keep(done, { init, secrets: config.cluster.secrets, instances, disk });
  return initialised.some(({ status }) => status === 'failed') ? Exit.otherProgram : Exit.done;
}

/** What is to be overwritten is not compared with, but for what it holds sealed. */
const sealedOf = (disk: Disk): Disk => new Map([...disk].filter(([, { bytes }]) => isSealed(bytes)));

/** @param notes what is in the way is an error among them: `configure` would not do that work */
function matching(changes: readonly Change[], notes: readonly Problem[]): ExitCode {
  if (hasErrors(notes)) return Exit.refusedInput;
  return changes.some(({ kind }) => kind !== 'keep') ? Exit.workToDo : Exit.done;
}
