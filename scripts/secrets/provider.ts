/** Where secrets come from. `secrets.provider` in cluster.yaml chooses one; `system/providers/` has those that run or fetch. */
import type { Secret } from '../config/secret.ts';
import type { Checked } from '../problem.ts';

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
  /** Only where the place can be written to. Writes nothing when the value is already that. */
  readonly set?: (name: string, value: Secret) => Promise<Checked<void>>;
}
