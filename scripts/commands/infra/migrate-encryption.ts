/** `nigari infra migrate-encryption`: the state, which is encrypted otherwise than the files ask for, or not at all, is written anew. */
import { secret, type Secret } from '../../config/secret.ts';
import { Exit, Refusal, type Problem } from '../../problem.ts';
import { removeOwnFile } from '../../system/own-file.ts';
import { askUnseen, canAsk } from '../../system/prompt.ts';
import { dropPlan, savedPlanOf } from '../../system/saved-plan.ts';
import { textIfThere } from '../../system/private-folder.ts';
import { CLOSED } from '../../tofu/failures/encryption.ts';
import { localState } from '../../tofu/rendered-instance.ts';
import {
  formsBy,
  formsWithout,
  isEncrypted,
  stateEncryption,
  stepsBetween,
  type Form,
} from '../../tofu/state-encryption.ts';
import { consent } from '../consent.ts';
import { step, type CommandResult, type Context } from '../context.ts';
import { readFileOf } from '../sealed-files.ts';
import { isInitDue, tofuInit } from './init.ts';
import { prepare, stateUnsaved, unsavedState, type Prepared } from './instance.ts';
import { runTofu, type How } from './tofu.ts';
import { wantedForm } from './wanted-form.ts';

export async function migrateEncryption(context: Context, yes: boolean): CommandResult {
  const prepared = await prepare(context, 'state');
  await refuseUnfit(context, prepared);
  const wanted = wantedForm(context, prepared);
  if (await step(context, 'Open the state as the files ask', () => opens(context, prepared))) {
    context.reporter.line(`Nothing to do: the state ${stands(wanted)}`);
    return Exit.done;
  }
  const { now, call } = await formOf(context, prepared, wanted);
  if (wanted.name === 'clear' && !yes) await agree(context);
  for (const [read, write] of stepsBetween(now, wanted))
    await step(context, `Write the state anew: ${words(read)} → ${words(write)}`, () =>
      rewrite(context, call, stateEncryption(read, write)),
    );
  await step(context, 'Open it as the files ask', () => runTofu(context, prepared, 'state-pull'));
  await tidy(context, prepared, now);
  context.reporter.line(`The state ${stands(wanted)}`, 'good');
  return Exit.done;
}

/** What would make of the migration something else, or leave a state behind that nobody opens any more. */
async function refuseUnfit(context: Context, { instance }: Prepared): Promise<void> {
  const unsaved = unsavedState(instance.directory);
  if ((await readFileOf(context, unsaved)) !== null) throw new Refusal([stateUnsaved(unsaved)], Exit.refusedInput);
  if (context.env['TF_ENCRYPTION']) throw new Refusal([encryptionSet], Exit.refusedInput);
}

/** How the state lies there now, and the run that may name its passphrase: it is hidden in all that tofu prints. */
async function formOf(
  context: Context,
  prepared: Prepared,
  wanted: Form,
): Promise<{ readonly now: Form; readonly call: Prepared }> {
  const known = await firstThatOpens(context, prepared, formsWithout(wanted));
  if (known !== null) return { now: known, call: prepared };
  const { old } = await oldPassphrase(context);
  const call = { ...prepared, secrets: new Map([...prepared.secrets, ['old_state_passphrase', old] as const]) };
  const now = await firstThatOpens(context, call, formsBy(old));
  if (now === null) throw new Refusal([opensWithNeither], Exit.refusedInput);
  return { now, call };
}

async function firstThatOpens(context: Context, call: Prepared, forms: readonly Form[]): Promise<Form | null> {
  for (const form of forms) {
    const title = `Open the state: ${words(form)}`;
    if (await step(context, title, () => opens(context, call, stateEncryption(form)))) return form;
  }
  return null;
}

/** Whether there is a state that this opens, or none yet. Init reads it as well. */
async function opens(context: Context, call: Prepared, env: How['env'] = {}): Promise<boolean> {
  const how = { env, expected: CLOSED };
  if ((await isInitDue(context, call)) && !(await tofuInit(context, call, how))) return false;
  return (await runTofu(context, call, 'state-pull', how)).exitCode === 0;
}

/** Whoever wrote a state in between is noticed: OpenTofu takes none that is older than, or differs from, the one that is there. */
async function rewrite(context: Context, call: Prepared, env: NonNullable<How['env']>): Promise<void> {
  const { stdout } = await runTofu(context, call, 'state-pull', { env });
  await runTofu(context, call, 'state-push', { env, args: ['-'], stdin: stdout });
}

const VARIABLE = 'NIGARI_OLD_STATE_PASSPHRASE';

/** Boxed: a secret alone cannot be awaited. */
async function oldPassphrase({ env, signal }: Context): Promise<{ readonly old: Secret }> {
  const own = env[VARIABLE];
  if (own) return { old: secret(own) };
  if (!canAsk()) throw new Refusal([oldNeeded], Exit.refusedInput);
  const [typed] = await askUnseen(['Passphrase that the state was encrypted with: '], signal);
  if (typed === undefined) throw new Refusal([], Exit.interrupted);
  return { old: secret(typed) };
}

async function agree(context: Context): Promise<void> {
  const text = 'Whoever can read the backend can read the state then. To have it in clear, type';
  await consent(context, { text, word: 'clear', refusal: consentNeeded });
}

/** What opens by the old passphrase only, or was never encrypted, is of no use, or a leak. */
async function tidy(context: Context, { instance }: Prepared, now: Form): Promise<void> {
  await dropPlan(savedPlanOf(context.root, instance.directory));
  const state = localState(instance);
  if (state === null || now.name !== 'clear') return;
  const backup = `${context.root}/${instance.directory}/${state}.backup`;
  const text = await textIfThere(backup);
  if (text === null || isEncrypted(text)) return;
  await removeOwnFile(backup);
  context.reporter.line(`removed ${instance.directory}/${state}.backup: an older state, in clear`);
}

const stands = ({ name }: Form): string =>
  name === 'clear' ? 'is in clear' : 'is encrypted with state_encryption_passphrase, and opens with nothing else';

const WORDS = { clear: 'in clear', main: 'encrypted', next: 'half-way to the new passphrase' } as const;
const words = ({ name }: Form): string => WORDS[name];

const consentNeeded: Problem = {
  code: 'consent-needed',
  severity: 'error',
  message: 'the state stays encrypted, since nobody agreed',
  hint: 'if it shall be in clear, run the same with --yes; otherwise set state_encryption_passphrase again, then `nigari configure`',
};

const encryptionSet: Problem = {
  code: 'encryption-set-outside',
  severity: 'error',
  message: 'TF_ENCRYPTION is set here, and would change what this command does',
  hint: 'unset TF_ENCRYPTION: the command makes its own',
};

const oldNeeded: Problem = {
  code: 'old-passphrase-missing',
  severity: 'error',
  message: 'the state was encrypted with another passphrase, and there is no terminal to ask for it',
  hint: `set ${VARIABLE} to it; an older commit of infrastructure/secrets.sops.yaml may still hold it`,
};

const opensWithNeither: Problem = {
  code: 'state-passphrase-wrong',
  severity: 'error',
  message: 'the state opens neither with the passphrase of the project nor with the old one',
  hint: 'an older commit of infrastructure/secrets.sops.yaml may hold the right one; nothing was changed',
};
