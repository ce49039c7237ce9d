/** The age keys at hand: looked for once a run, and a passphrase is asked for once, when nothing else opens a file. */
import { checked, Exit, must, Refusal, refused, type Checked, type Problem } from '../problem.ts';
import type { Identity } from '../secrets/age/age.ts';
import type { Keys } from '../secrets/unlock.ts';
import { age } from '../system/age.ts';
import { findIdentities, type KeysFound } from '../system/identities.ts';
import type { LockedKeys } from '../system/locked-keys.ts';
import { askUnseen, canAsk } from '../system/prompt.ts';
import type { Reporter } from '../system/terminal.ts';
import type { Context } from './context.ts';

/** What looking for keys needs of a command. */
export type Seeker = Pick<Context, 'root' | 'env' | 'reporter' | 'signal'>;

/** Makes something once a run: there is one reporter for each. */
function perRun<T>(make: (context: Seeker) => T): (context: Seeker) => T {
  const made = new WeakMap<Reporter, T>();
  return (context) => {
    const known = made.get(context.reporter) ?? make(context);
    made.set(context.reporter, known);
    return known;
  };
}

/** Every key that is found, and the files of which nobody was asked. */
export const lookForKeys = perRun(async ({ root, env, reporter }): Promise<Checked<KeysFound>> => {
  // The command may ask on the terminal.
  if (env['SOPS_AGE_KEY_CMD']) await reporter.still();
  return findIdentities(root, env);
});

/** As `keysAtHand`, with what is wrong as problems. */
export const findKeys = perRun(async (context): Promise<Checked<Keys>> => {
  const found = await lookForKeys(context);
  if (!found.ok) return found;
  const { identities, locked } = found.value;
  const asking = locked.map((file) => once(() => unlockKeys(context, file)));
  return checked({ identities, age, locked: asking }, found.problems);
});

/** @throws Refusal 2 when what should be a key is none */
export async function keysAtHand(context: Seeker, collect?: (found: readonly Problem[]) => void): Promise<Keys> {
  return must(await findKeys(context), Exit.refusedInput, collect);
}

/** A key that cannot be had is told, and done without. */
export async function keysOrNone(context: Seeker): Promise<Keys> {
  const keys = await findKeys(context);
  context.reporter.problems(keys.problems.map((problem) => ({ ...problem, severity: 'warning' })));
  return keys.ok ? keys.value : { identities: [], age };
}

/** Asks the first time only. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | null = null;
  return () => (answer ??= ask());
}

const TRIES = 3;

/**
 * The keys behind a passphrase.
 * @returns none, with a warning, where nobody can be asked or the answer is empty; `wrong-passphrase` after three tries
 * @throws Refusal 130 when the question is answered with Ctrl-C
 */
async function unlockKeys(
  { reporter, signal }: Seeker,
  { source, open }: LockedKeys,
): Promise<Checked<readonly Identity[]>> {
  if (!canAsk()) return checked([], [notAsked(source)]);
  await reporter.still();
  for (let tried = 0; tried < TRIES; tried += 1) {
    const again = tried === 0 ? '' : 'That does not open it. ';
    const [passphrase] = await askUnseen([`${again}Passphrase of ${source} (empty: go on without it): `], signal);
    if (passphrase === undefined) throw new Refusal([], Exit.interrupted);
    if (passphrase === '') return checked([], [notGiven(source)]);
    const keys = await open(passphrase);
    if (keys !== null) return checked(keys.identities, keys.problems);
  }
  return refused(wrong(source));
}

const OTHER_WAYS = 'give the key itself by SOPS_AGE_KEY, or let a program print it: SOPS_AGE_KEY_CMD';

const notAsked = (source: string): Problem => ({
  code: 'passphrase-not-asked',
  severity: 'warning',
  message: `${source} is protected by a passphrase, and there is no terminal to ask for it`,
  hint: OTHER_WAYS,
});

const notGiven = (source: string): Problem => ({
  code: 'passphrase-not-given',
  severity: 'warning',
  message: `${source} is protected by a passphrase, and none was given`,
  hint: 'run it again to be asked again',
});

const wrong = (source: string): Problem => ({
  code: 'wrong-passphrase',
  severity: 'error',
  message: `${source} was opened by none of the ${TRIES} passphrases`,
  hint: `run it again, or ${OTHER_WAYS}`,
});
