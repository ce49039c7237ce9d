/** `nigari secrets set NAME` where such names are kept in no sealed file: the provider stores it. */
import { isSecretName, malformedName } from '../../config/references.ts';
import { secret } from '../../config/secret.ts';
import { Exit, must, Refusal, type Problem } from '../../problem.ts';
import type { SecretProvider, Stored } from '../../secrets/provider.ts';
import { readSecret } from '../../system/secret-input.ts';
import type { CommandResult, Context } from '../context.ts';

/** @throws Refusal 2 where it cannot be stored: before anybody types a secret, as far as that can be known */
export async function setInProvider(context: Context, provider: SecretProvider, name: string): CommandResult {
  const place = provider.describe();
  if (provider.set === undefined) throw new Refusal([readOnly(place)], Exit.refusedInput);
  if (!isSecretName(name)) throw new Refusal([malformedName(name)], Exit.refusedInput);
  const text = must(await readSecret(name, context.signal), Exit.refusedInput);
  if (text === null) throw new Refusal([], Exit.interrupted);
  const change = must(await provider.set(name, secret(text)), Exit.refusedInput);
  report(context, { place, name, change });
  return Exit.done;
}

interface Done {
  readonly place: string;
  readonly name: string;
  readonly change: Stored;
}

const WORDS: Readonly<Record<Stored, string>> = { updated: 'is set in', unchanged: 'is that already in' };

function report({ reporter, json, call }: Context, { place, name, change }: Done): void {
  const next = change === 'unchanged' ? [] : [`next: \`${call} configure\` seals it where secret://${name} is written`];
  if (json) reporter.result(JSON.stringify({ place, name, change, next }, null, 2));
  reporter.line(`${name} ${WORDS[change]} ${place}`, change === 'unchanged' ? 'plain' : 'changed');
  for (const line of next) reporter.line(line);
}

function readOnly(place: string): Problem {
  const message = `nothing can be stored in ${place}`;
  const hint = 'change it there by hand; or keep it in a sealed file: --file secrets.sops.yaml';
  return { code: 'secrets-read-only', severity: 'error', message, hint };
}
