/**
 * A plan holds what the state holds. Where the project has no passphrase for both, the plan gets one of its own, made for it
 * and sealed like the project's secrets: tofu itself never writes it in clear. Source:
 * https://opentofu.org/docs/language/state/encryption/
 */
const NAME = 'nigari_plan';

/** pbkdf2 stretches what people choose; this one is random, so the fewest rounds that OpenTofu takes are enough. */
const ROUNDS = 200_000;

/**
 * `TF_ENCRYPTION` for `plan`, `show` and `apply` of one plan.
 * @param passphrase of characters that need no escape in HCL, 16 at least
 * @param own what the user's environment says there already, in HCL, for a migration of the state
 */
export function planEncryption(passphrase: string, own = ''): Readonly<Record<string, string>> {
  const text = [
    `key_provider "pbkdf2" "${NAME}" {`,
    `  passphrase = "${passphrase}"`,
    `  iterations = ${ROUNDS}`,
    '}',
    `method "aes_gcm" "${NAME}" {`,
    `  keys = key_provider.pbkdf2.${NAME}`,
    '}',
    'plan {',
    `  method   = method.aes_gcm.${NAME}`,
    '  enforced = true',
    '}',
  ].join('\n');
  return { TF_ENCRYPTION: own === '' ? text : `${own}\n${text}` };
}
