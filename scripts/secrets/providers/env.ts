/** Secrets in environment variables, of this process or of a `.env` file. */
import { secret } from '../../config/secret.ts';
import { checked, refused, type Checked } from '../../problem.ts';
import { missingSecret, type SecretProvider } from '../provider.ts';

export type Variables = ReadonlyMap<string, string>;

/** `proxmox.token` with the prefix `NIGARI_` is in `NIGARI_PROXMOX_TOKEN`: what no variable's name has becomes `_`. */
export function variableName(name: string, prefix: string): string {
  return prefix + name.toUpperCase().replace(/[^A-Z0-9_]/g, '_');
}

/** Names for which a variable is there; one in lower case is nobody's. */
function namesIn(variables: Variables, prefix: string): readonly string[] {
  const own = [...variables.keys()].filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  return own
    .filter((name) => /^[A-Z0-9_]+$/.test(name))
    .map((name) => name.toLowerCase())
    .toSorted();
}

/**
 * @param file the `.env` file that is read; null for the environment of this process
 * @param read gives the variables; its problems say why the file cannot be read
 */
export function envProvider(
  file: string | null,
  prefix: string,
  read: () => Promise<Checked<Variables>>,
): SecretProvider {
  const describe = (): string => `${file ?? 'the environment'} (${prefix === '' ? 'no prefix' : `prefix ${prefix}`})`;
  return {
    describe,
    list: async () => {
      const variables = await read();
      return variables.ok ? checked(namesIn(variables.value, prefix)) : variables;
    },
    get: async (name) => {
      const variables = await read();
      if (!variables.ok) return variables;
      const variable = variableName(name, prefix);
      const text = variables.value.get(variable);
      if (text !== undefined) return checked(secret(text));
      const add = file === null ? `export ${variable}` : `add a line ${variable}=… to ${file}`;
      return refused(missingSecret(name, describe(), namesIn(variables.value, prefix), add));
    },
  };
}
