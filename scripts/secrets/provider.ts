/** Where secrets come from. `secrets.provider` in cluster.yaml chooses one; `providers/` has what is particular to each. */
import { isSecretName, malformedName } from '../config/references.ts';
import { reveal, type Secret } from '../config/secret.ts';
import { suggestion } from '../config/suggest.ts';
import { checked, refused, type Checked, type Problem } from '../problem.ts';

/**
 * A place that keeps secrets by name. Its problems name the secret and the place, never a value; who asked, and where
 * that stands in the inputs, is added by whoever resolves.
 */
export interface SecretProvider {
  /** How messages call it: `the environment (prefix NIGARI_)`, `vault at https://vault.example.com:8200`. */
  readonly describe: () => string;
  /** Every name that `get` knows, sorted. Problems: `secrets-not-listable` where the place cannot tell. */
  readonly list: () => Promise<Checked<readonly string[]>>;
  /** Problems: `secret-missing`, or why the place does not answer. */
  readonly get: (name: string) => Promise<Checked<Secret>>;
  /** Only where the place can be written to. */
  readonly set?: (name: string, value: Secret) => Promise<Checked<Stored>>;
}

/** What became of a value: where it was that already, nothing was written. */
export type Stored = 'updated' | 'unchanged';

/**
 * What holds for every provider: it is asked only for names (`secret-name-malformed`), and no text that is empty, is not
 * UTF-8 or cannot be passed on is taken for a secret (`secret-unusable`).
 */
export function guarded({ describe, list, get, set }: SecretProvider): SecretProvider {
  return {
    describe,
    list,
    get: async (name) => {
      if (!isSecretName(name)) return refused(malformedName(name));
      const found = await get(name);
      return found.ok ? usable(name, found.value, describe()) : found;
    },
    ...(set && {
      set: async (name, value) => {
        if (!isSecretName(name)) return refused(malformedName(name));
        const fit = usable(name, value, describe());
        return fit.ok ? set(name, value) : fit;
      },
    }),
  };
}

function usable(name: string, value: Secret, place: string): Checked<Secret> {
  const fault = faultOf(reveal(value));
  return fault === null ? checked(value) : refused(unusable(name, place, fault));
}

/** Whoever decodes bytes that are not UTF-8 writes U+FFFD for them. */
function faultOf(text: string): string | null {
  if (text === '') return 'is empty';
  if (text.includes('\0')) return 'holds a NUL character, which no environment variable can hold';
  return text.includes('\ufffd') ? 'is not UTF-8' : null;
}

export function unusable(name: string, place: string, fault: string): Problem {
  const message = `the secret ${name} of ${place} ${fault}`;
  return {
    code: 'secret-unusable',
    severity: 'error',
    message,
    hint: 'store it anew, or encode it, as base64 for example',
  };
}

/**
 * For a provider that was asked for a name that it does not know.
 * @param known the names that it does know; names are no secrets
 * @param add how to store one there
 */
export function missingSecret(name: string, place: string, known: readonly string[], add: string): Problem {
  const near = suggestion(name, known);
  const hint = near === null ? add : `did you mean ${near}? Or ${add}`;
  return { code: 'secret-missing', severity: 'error', message: `${place} has no secret ${name}`, hint };
}
