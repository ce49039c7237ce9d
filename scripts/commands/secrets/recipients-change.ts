/** `nigari secrets recipients add` and `remove`: `.sops.yaml` and every file that its rules cover, together or not at all. */
import { Exit, must, Refusal, type Problem } from '../../problem.ts';
import { recipientFault } from '../../secrets/age/age.ts';
import { ruleOf, type CreationRule } from '../../secrets/rules/creation-rules.ts';
import { shortRecipient } from '../../secrets/versions/difference-line.ts';
import { editRecipients, type RecipientChange } from '../../secrets/rules/recipients-edit.ts';
import { readSealed } from '../../secrets/sops/sealed.ts';
import { writeWithRules } from '../../system/write.ts';
import type { SourceFile } from '../../types.ts';
import type { CommandResult, Context } from '../context.ts';
import { manifestWith } from '../configure/project-tree.ts';
import { chosenFiles, otherSealedPaths } from './files.ts';
import { rulesOf, type Rules } from './recipients.ts';
import { resealed, sealInputs } from './reseal.ts';

export interface ChangeOptions {
  /** Number of a rule, or a path that it covers; null for all that name an age recipient. */
  readonly rule: string | null;
  /** Also where no key here would open what is sealed any more. */
  readonly force: boolean;
}

/** @throws Refusal 2, and then nothing is changed */
export async function recipientsChange(
  context: Context,
  kind: RecipientChange['kind'],
  names: readonly string[],
  { rule, force }: ChangeOptions,
): CommandResult {
  refuseFaulty(names);
  const { root, signal } = context;
  const rules = await rulesOf(context, rule);
  const config = names.reduce((file, recipient) => edited(file, kind, recipient, rules), rules.config);
  const files = (await chosenFiles(context, [])).filter(
    (file) => isCovered(file.path, rules) && isSealedFile(context, file),
  );
  const inputs = await sealInputs(
    context,
    files.map(({ path }) => path),
  );
  const held = inputs.identities.map(({ recipient }) => recipient);
  if (kind === 'remove' && !force) refuseLockout(rules.chosen, names, held);
  const sealed = await resealed(files, { ...inputs, sopsConfig: config });
  const beside = await manifestWith(context, sealed);
  const seen = new Map<string, Pick<SourceFile, 'bytes'>>([...inputs.disk, [config.path, rules.config]]);
  must(await writeWithRules(config, sealed, root, { signal, beside, seen }), Exit.refusedInput);
  const skipped = (await otherSealedPaths(context)).filter((path) => isCovered(path, rules));
  const isNew = Buffer.compare(config.bytes, rules.config.bytes) !== 0;
  report(context, {
    kind,
    names,
    rules: isNew ? rules.chosen.map(({ number }) => number) : [],
    resealed: sealed.map(({ path }) => path),
    skipped,
  });
  return Exit.done;
}

function refuseFaulty(names: readonly string[]): void {
  const problems = names.flatMap((name): readonly Problem[] => {
    const fault = recipientFault(name);
    const shown = name.startsWith('age1') ? shortRecipient(name) : 'this';
    const hint = 'a recipient is the public key that age-keygen prints: age1…';
    return fault === null ? [] : [{ code: 'bad-recipient', severity: 'error', message: `${shown} ${fault}`, hint }];
  });
  if (problems.length > 0) throw new Refusal(problems, Exit.refusedInput);
}

function edited(config: SourceFile, kind: RecipientChange['kind'], recipient: string, { chosen }: Rules): SourceFile {
  const rules = new Set(chosen.map(({ number }) => number));
  return must(editRecipients(config, { kind, recipient, rules }), Exit.refusedInput);
}

function isCovered(path: string, { all, chosen }: Rules): boolean {
  const rule = ruleOf(path, all);
  return rule !== null && chosen.includes(rule);
}

/** What is in clear has no recipients; that it is so is told. */
function isSealedFile({ reporter }: Context, file: SourceFile): boolean {
  const { problems } = readSealed(file);
  const inClear = problems.filter(({ code }) => code === 'not-sealed');
  reporter.problems(inClear.map((problem) => ({ ...problem, severity: 'warning' })));
  return inClear.length === 0;
}

/** Whoever removes the only key at hand could not even undo it. */
function refuseLockout(rules: readonly CreationRule[], names: readonly string[], held: readonly string[]): void {
  const locked = rules.find(({ recipients }) => {
    const here = recipients.ok ? recipients.value.filter((recipient) => held.includes(recipient)) : [];
    return here.length > 0 && here.every((recipient) => names.includes(recipient));
  });
  if (locked !== undefined) throw new Refusal([ownKey(locked.number)], Exit.refusedInput);
}

function ownKey(rule: number): Problem {
  const message = `no key here would open what rule ${rule} of .sops.yaml seals any more`;
  const hint = 'run it where another key is, or say --force if somebody else has one';
  return { code: 'own-key-removed', severity: 'error', message, hint };
}

interface Outcome {
  readonly kind: RecipientChange['kind'];
  readonly names: readonly string[];
  /** Numbers of the rules that were meant, if any had to change. */
  readonly rules: readonly number[];
  readonly resealed: readonly string[];
  /** Files that only sops can seal for others. */
  readonly skipped: readonly string[];
}

function report({ reporter, json }: Context, outcome: Outcome): void {
  const { kind, names, rules, resealed, skipped } = outcome;
  if (json)
    reporter.result(
      JSON.stringify({ [kind === 'add' ? 'added' : 'removed']: names, rules, resealed, skipped }, null, 2),
    );
  reporter.problems(skipped.map(onlySops));
  const sign = kind === 'add' ? '+' : '-';
  if (rules.length > 0)
    for (const name of names)
      reporter.line(`.sops.yaml, rule ${rules.join(', ')}: ${sign} ${shortRecipient(name)}`, 'changed');
  const how = kind === 'add' ? 'sealed for it too' : 'new data key, every value encrypted anew';
  for (const path of resealed) reporter.line(`${path}: ${how}`, 'changed');
  if (rules.length + resealed.length === 0) reporter.line('nothing to change: the rules and all files say so already');
  else if (kind === 'remove')
    reporter.line('Who was removed knows the values of until now, and has them in the history of git: change them.');
}

function onlySops(path: string): Problem {
  const message = `${path} is no YAML, which only sops itself can seal anew`;
  return { code: 'needs-sops', severity: 'warning', message, hint: `sops updatekeys ${path}`, file: path };
}
