/** `nigari secrets rotate`: a new data key, and with it every value encrypted anew, for whom `.sops.yaml` names now. */
import { Exit, must } from '../../problem.ts';
import { namedLeaves } from '../../secrets/sops/names.ts';
import { readSealed, type SealedFile } from '../../secrets/sops/sealed.ts';
import type { Identity } from '../../secrets/age/age.ts';
import { write } from '../../system/write.ts';
import type { SourceFile } from '../../types.ts';
import type { CommandResult, Context } from '../context.ts';
import { manifestWith } from '../configure/project-tree.ts';
import { chosenFiles } from './files.ts';
import { resealed, sealInputs } from './reseal.ts';
import { workerLines } from './worker.ts';

/** @param named files that must open; none for all that do. @throws Refusal 2, and then no file is changed */
export async function secretsRotate(context: Context, named: readonly string[]): CommandResult {
  const files = await chosenFiles(context, named);
  const inputs = await sealInputs(
    context,
    files.map(({ path }) => path),
  );
  const opening = named.length > 0 ? files : files.filter((file) => opensHere(file, inputs.identities));
  const sealed = await resealed(opening, { ...inputs, renew: true });
  const changes = sealed.map((file) => ({ kind: 'update', path: file.path, sealed: file }) as const);
  const beside = await manifestWith(context, sealed);
  const { root, signal } = context;
  must(await write(changes, root, { signal, beside, seen: inputs.disk }), Exit.refusedInput);
  const closed = files.filter((file) => !opening.includes(file)).map(({ path }) => path);
  report(context, {
    rotated: changes.map(({ path }) => path),
    closed,
    next: workerLines(opening.flatMap(namesIn), context.call),
  });
  return Exit.done;
}

/** What is damaged counts as opening: it is refused with its reason, not passed over. */
function opensHere(file: SourceFile, identities: readonly Identity[]): boolean {
  const sealed = readSealed(file);
  return !sealed.ok || isOurs(sealed.value, identities);
}

const isOurs = ({ metadata }: SealedFile, identities: readonly Identity[]): boolean =>
  metadata.blocks.some((block) => identities.some(({ recipient }) => recipient === block.recipient));

function namesIn(file: SourceFile): readonly string[] {
  const sealed = readSealed(file);
  return sealed.ok ? namedLeaves(sealed.value.tree).map(({ name }) => name) : [];
}

interface Outcome {
  readonly rotated: readonly string[];
  /** Files that no key here opens. */
  readonly closed: readonly string[];
  readonly next: readonly string[];
}

function report({ reporter, json }: Context, outcome: Outcome): void {
  const { rotated, closed, next } = outcome;
  if (json) reporter.result(JSON.stringify(outcome, null, 2));
  for (const path of rotated) reporter.line(`${path}: new data key, every value encrypted anew`, 'changed');
  for (const path of closed) reporter.line(`${path}: left as it is, no age key here opens it`, 'dim');
  if (rotated.length === 0) reporter.line('nothing was rotated');
  else
    reporter.line('The values are the same: who could open them before knows them. `nigari secrets set` changes one.');
  for (const line of next) reporter.line(line);
}
