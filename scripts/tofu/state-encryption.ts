/**
 * A state that is encrypted otherwise than the files ask for: what OpenTofu is told so that it reads the one and writes the
 * other. Source: https://opentofu.org/docs/language/state/encryption/, measured on 1.12.6:
 *
 * - `enforced = true` forbids the method "unencrypted" as a fallback too; so the block for states does without it;
 * - the name of a key provider is stored in what it encrypted, and two of one name cannot be told apart: a new passphrase
 *   under the name of the old one takes two steps, by way of a name of its own;
 * - `tofu state push` writes a state anew that was read by the fallback, though nothing else of it has changed.
 */
import { isMapping } from '../config/mapping.ts';
import { reveal, type Secret } from '../config/secret.ts';

/** How a state lies in its backend. */
export type Form =
  | { readonly name: 'clear' }
  /** As the templates have it; `next` only half-way from one passphrase to another. */
  | { readonly name: 'main' | 'next'; readonly passphrase: Secret };

export const CLEAR: Form = { name: 'clear' };

/**
 * What to rewrite, one after the other. A run that is killed leaves the state in one of these forms, whole.
 * @returns pairs of what is read and what is written
 */
export function stepsBetween(now: Form, wanted: Form): readonly (readonly [read: Form, write: Form])[] {
  if (now.name !== 'main' || wanted.name !== 'main') return [[now, wanted]];
  const next: Form = { name: 'next', passphrase: wanted.passphrase };
  return [
    [now, next],
    [next, wanted],
  ];
}

/** Forms that no passphrase but that of the project opens, beside the one that is asked for. */
export function formsWithout(wanted: Form): readonly Form[] {
  return wanted.name === 'clear' ? [] : [CLEAR, { name: 'next', passphrase: wanted.passphrase }];
}

/** Forms that an old passphrase opens: where a rotation was killed, and yet another passphrase is asked for, half-way too. */
export function formsBy(passphrase: Secret): readonly Form[] {
  return [
    { name: 'main', passphrase },
    { name: 'next', passphrase },
  ];
}

/** The environment of a tofu that reads one form and writes the other; of one form alone, that reads and writes it. */
export function stateEncryption(read: Form, write: Form = read): { readonly TF_ENCRYPTION: string } {
  const both = [...new Set([read, write])];
  const keyed = both.filter((form) => form.name !== 'clear');
  const keys = Object.fromEntries(keyed.map((form) => [PROVIDERS[form.name], keyOf(form)]));
  const ciphers = Object.fromEntries(keyed.map(({ name }) => [name, { keys: providerOf(name) }]));
  const all = {
    // OpenTofu wants no block that is empty.
    ...(keyed.length > 0 && { key_provider: { pbkdf2: keys } }),
    method: {
      ...(keyed.length > 0 && { aes_gcm: ciphers }),
      ...(both.includes(CLEAR) && { unencrypted: { clear: {} } }),
    },
    state: { method: methodOf(write), ...(read !== write && { fallback: { method: methodOf(read) } }) },
  };
  return { TF_ENCRYPTION: JSON.stringify(all) };
}

/** Those of `templates/stack/versions.tf.njk`. */
const PROVIDERS = { main: 'passphrase', next: 'next_passphrase' } as const;

const providerOf = (name: 'main' | 'next'): string => `key_provider.pbkdf2.${PROVIDERS[name]}`;
const methodOf = ({ name }: Form): string => `method.${name === 'clear' ? 'unencrypted' : 'aes_gcm'}.${name}`;

/** A string of JSON is a template of HCL. */
const keyOf = ({ passphrase }: Extract<Form, { readonly passphrase: Secret }>) => ({
  passphrase: reveal(passphrase).replace(/[$%](?=\{)/g, (mark) => mark + mark),
});

/** Whether an `encryption` block, as parsed, encrypts the state as nigari's templates do: only then is `main` what it reads. */
export function isOfTemplates(block: unknown): boolean {
  const at = (...names: readonly string[]): unknown =>
    names.reduce<unknown>((value, name) => {
      const inside = Array.isArray(value) ? value[0] : value;
      return isMapping(inside) ? inside[name] : undefined;
    }, block);
  return (
    at('state', 'method') === '${method.aes_gcm.main}' &&
    at('method', 'aes_gcm', 'main', 'keys') === `\${${providerOf('main')}}` &&
    at('key_provider', 'pbkdf2', PROVIDERS.main, 'passphrase') === '${var.state_encryption_passphrase}'
  );
}

/** Whether a text is a state that OpenTofu has encrypted. */
export function isEncrypted(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return isMapping(value) && typeof value['encrypted_data'] === 'string';
  } catch {
    return false;
  }
}
