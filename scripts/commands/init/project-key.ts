/** The key of a project: a new one makes it, or the wanted one is named. Never a second key beside the first. */
import { join } from 'node:path';
import { Exit, must, Refusal, type Problem } from '../../problem.ts';
import { newSopsConfig, recipientsIn } from '../../secrets/rules/rules.ts';
import { newIdentity } from '../../system/age.ts';
import { writeKeyFile } from '../../system/identities.ts';
import { writeNew } from '../../system/write.ts';
import type { Context } from '../context.ts';
import type { Done } from './report.ts';
import { keysAtHand, lookForKeys } from '../keys.ts';
import { KEY_FILE, SOPS_CONFIG, type Survey } from './survey.ts';

/** For a new project: the age key, and the rule that seals every `*.sops.yaml` for it. */
export async function makeKey(context: Context, { hasKey }: Survey, done: Done): Promise<void> {
  const recipient = hasKey ? await recipientOfKey(context) : await createKey(context, done);
  const rules = { path: SOPS_CONFIG, text: newSopsConfig(recipient) };
  done.created.push(...must(await writeNew(context.root, [rules]), Exit.refusedInput));
}

async function createKey({ root }: Context, done: Done): Promise<string> {
  const { keyFile, recipient } = newIdentity();
  must(await writeKeyFile(join(root, KEY_FILE), keyFile), Exit.refusedInput);
  done.created.push(KEY_FILE);
  done.notes.push(
    `${KEY_FILE} is the only key to this project's secrets, and git ignores it. Back it up now, e.g. in a password manager: without it what is sealed cannot be opened.`,
  );
  return recipient;
}

/** A key behind a passphrase shows its recipient only when it is opened. */
async function recipientOfKey(context: Context): Promise<string> {
  const { identities, locked = [] } = await keysAtHand(context);
  const problems: Problem[] = [];
  const held = [...identities];
  for (const ask of held.length > 0 ? [] : locked)
    held.push(...must(await ask(), Exit.refusedInput, (found) => problems.push(...found)));
  const own = held.find(({ source }) => source === KEY_FILE) ?? held[0];
  if (own) return own.recipient;
  throw new Refusal([...problems, keyEmpty(context.call)], Exit.refusedInput);
}

const keyEmpty = (call: string): Problem => ({
  code: 'key-empty',
  severity: 'error',
  file: KEY_FILE,
  message: `${KEY_FILE} holds no age key that nigari can use`,
  hint: `move it away; then \`${call} init\` makes a new one`,
});

/** For a project that is there: what it is sealed for, and whether that can be opened here. */
interface Keys {
  /** Recipients that `.sops.yaml` and the sealed files name. */
  readonly wanted: readonly string[];
  /** Recipients whose keys are at hand. */
  readonly held: readonly string[];
}

/**
 * A note on the key that is wanted, and on a rule that is missing; none where the project can be opened. An error
 * where what should be a key is none.
 */
export async function keyProblems(context: Context, found: Survey): Promise<readonly Problem[]> {
  const { sopsConfig, sealed } = found;
  const files = sopsConfig === null ? sealed : [sopsConfig, ...sealed];
  const wanted = [...new Set(files.flatMap((file) => recipientsIn(file)))];
  const identities = await lookForKeys(context);
  const { identities: keys, locked } = identities.ok ? identities.value : { identities: [], locked: [] };
  const held = keys.map(({ recipient }) => recipient);
  // Whose a locked key is, nobody knows; nor is it worth a question.
  const opens = wanted.length === 0 || locked.length > 0 || held.some((recipient) => wanted.includes(recipient));
  return [
    ...(identities.ok ? [] : identities.problems),
    ...(opens ? [] : [keyWanted(wanted)]),
    ...(sopsConfig === null ? [noRule({ wanted, held }, context.call)] : []),
  ];
}

const keyWanted = (wanted: readonly string[]): Problem => ({
  code: 'key-wanted',
  severity: 'note',
  message: 'no age key here opens what is sealed, and none was made: this project has one',
  hint: [
    `wanted is the key of ${wanted.length > 1 ? 'one of these' : 'this one'}:`,
    ...wanted.map((recipient) => `  ${recipient}`),
    `put it into ${KEY_FILE}, or name it by SOPS_AGE_KEY_FILE or SOPS_AGE_KEY`,
  ].join('\n'),
});

function noRule({ wanted, held }: Keys, call: string): Problem {
  const recipients = wanted.length > 0 ? wanted : held;
  const message = `there is no ${SOPS_CONFIG}, which says for whom secrets are sealed`;
  const restore = 'take it back from where the project lives';
  const hint =
    recipients.length > 0
      ? `${restore}, or write it:\n${newSopsConfig(recipients.join(',')).trimEnd()}`
      : `${restore}, and its key too; if there never was one, move infrastructure/ away, run \`${call} init\`, and move it back`;
  return { code: 'no-sops-config', severity: 'note', message, hint };
}
