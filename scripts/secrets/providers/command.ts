/** Secrets that a program prints: a password manager, a script. */
import { isSecretName } from '../../config/references.ts';
import { reveal, secret, type Secret } from '../../config/secret.ts';
import { checked, refused, type Checked, type Problem } from '../../problem.ts';
import type { SecretProvider, Stored } from '../provider.ts';
import { outputOf, type Runner } from './program.ts';
import type { Settings } from './settings.ts';

type Verb = 'get' | 'list' | 'set';

/**
 * @param settings `get` is there: a rule of the inputs sees to it
 * @param cwd absolute path of the project, where the programs run
 */
export function commandProvider(settings: Settings<'command'>, cwd: string, run: Runner): SecretProvider {
  const describe = (): string => `the command ${settings.get?.[0]}`;
  const call = async (verb: Verb, name: string, value?: Secret): Promise<Checked<string>> => {
    const argv = settings[verb]?.map((argument) => argument.replaceAll('{name}', name));
    if (argv === undefined) return refused(notSet(verb));
    const stdin = value === undefined ? {} : { stdin: reveal(value) };
    return outputOf({ argv, cwd, seconds: settings.timeout, key: `secrets.command.${verb}`, ...stdin }, run);
  };
  const get = async (name: string): Promise<Checked<Secret>> => {
    const printed = await call('get', name);
    return printed.ok ? checked(secret(printed.value.replace(/\r?\n$/, ''))) : printed;
  };
  const set = async (name: string, value: Secret): Promise<Checked<Stored>> => {
    const old = await get(name);
    if (old.ok && reveal(old.value) === reveal(value)) return checked('unchanged');
    const printed = await call('set', name, value);
    return printed.ok ? checked('updated') : printed;
  };
  const list = async (): Promise<Checked<readonly string[]>> => {
    const printed = await call('list', '');
    return printed.ok ? checked(namesOf(printed.value)) : printed;
  };
  return { describe, list, get, ...(settings.set && { set }) };
}

/** One a line; what is no name cannot be asked for. */
function namesOf(printed: string): readonly string[] {
  return printed
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(isSecretName)
    .toSorted();
}

function notSet(verb: Verb): Problem {
  const code = verb === 'list' ? 'secrets-not-listable' : 'secrets-settings-missing';
  const key = `secrets.command.${verb}`;
  return { code, severity: 'error', message: `${key} is not set`, hint: `add ${key} to cluster.yaml` };
}
