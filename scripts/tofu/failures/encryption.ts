/** State encryption, as OpenTofu 1.12.6 words it. A wrong passphrase comes inside an error about the lock. */
import type { FailureRow } from './row.ts';

export const ENCRYPTION: readonly FailureRow[] = [
  [
    /decryption failed for all provided methods|message authentication failed/,
    'state-passphrase-wrong',
    'the state does not open with this passphrase',
    'if the passphrase was changed on purpose: `nigari infra migrate-encryption`; otherwise set state_encryption_passphrase to the one before, then run `nigari configure`',
  ],
  [
    /(?:state file|plan file) is encrypted and (?:can not be read without|requires a valid) an? ?encryption configuration/,
    'state-passphrase-missing',
    'the state or plan is encrypted, but the project has no passphrase',
    'set state_encryption_passphrase in cluster.yaml, then run `nigari configure`; or, to have the state in clear from now on: `nigari infra migrate-encryption`',
  ],
  [
    /encountered unencrypted payload without unencrypted method configured/,
    'state-not-encrypted-yet',
    'the state is in clear, but the project asks for an encrypted one',
    'encrypt it once: `nigari infra migrate-encryption`',
  ],
  [
    /passphrase is too short/,
    'state-passphrase-short',
    'the passphrase has fewer than 16 characters',
    'choose a longer state_encryption_passphrase',
  ],
];

/** Codes of states that are encrypted otherwise than the files ask for. */
export const CLOSED: ReadonlySet<string> = new Set([
  'state-passphrase-wrong',
  'state-passphrase-missing',
  'state-not-encrypted-yet',
]);
