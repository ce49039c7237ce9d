/** How the rendered files ask for the state: in clear, or encrypted with the passphrase of the project. */
import { secret } from '../../config/secret.ts';
import { Exit, Refusal, type Problem } from '../../problem.ts';
import { CLEAR, isOfTemplates, type Form } from '../../tofu/state-encryption.ts';
import type { Context } from '../context.ts';
import type { Prepared } from './instance.ts';

/** @throws Refusal 2 where a block of somebody's own encrypts it */
export function wantedForm({ env }: Context, { instance, secrets }: Prepared): Form {
  if (instance.encryption === null) return CLEAR;
  if (!isOfTemplates(instance.encryption)) throw new Refusal([ownEncryption], Exit.refusedInput);
  const own = secrets.get('state_encryption_passphrase') ?? secret(env['TF_VAR_state_encryption_passphrase'] ?? '');
  return { name: 'main', passphrase: own };
}

const ownEncryption: Problem = {
  code: 'encryption-is-own',
  severity: 'error',
  message: 'the encryption block is not that of the templates: nigari does not know what it opens and writes',
  hint: 'use a fallback in that block: https://opentofu.org/docs/language/state/encryption/#key-and-method-rollover',
};
