import { describe, expect, test } from 'vitest';
import { secret } from '../../../scripts/config/secret.ts';
import type { Identity } from '../../../scripts/secrets/age/age.ts';
import { disagreement } from '../../../scripts/secrets/age/disagreement.ts';

const identity = (source: string, recipient: string, own?: true): Identity => ({
  source,
  recipient,
  text: secret('AGE-SECRET-KEY-1'),
  ...(own && { unknownToSops: own }),
});

const OWN = identity('age.key', 'age1own', true);
const VARIABLE = identity('$SOPS_AGE_KEY', 'age1other');

describe('a key that only nigari finds', () => {
  test('is told beside those that a variable names, with the way for sops', () => {
    const file = identity('$SOPS_AGE_KEY_FILE (k)', 'age1third');
    expect(disagreement(['age1own', 'age1x'], [VARIABLE, file, OWN])).toEqual([
      {
        code: 'age-keys-disagree',
        severity: 'warning',
        message:
          'age.key (age1own) opens what is sealed here, $SOPS_AGE_KEY (age1other) and $SOPS_AGE_KEY_FILE (k) (age1third) do not: sops would not find the one that does',
        hint: 'for sops: SOPS_AGE_KEY_FILE=./age.key',
      },
    ]);
  });

  test.each([
    ['no variable names a key', [OWN, identity('/home/me/keys.txt', 'age1other')], ['age1own']],
    ['sops finds it too', [VARIABLE, identity('$SOPS_AGE_KEY', 'age1own')], ['age1own']],
    ['sops finds another that opens the file', [VARIABLE, OWN], ['age1own', 'age1other']],
    ['it does not open the file', [VARIABLE, OWN], ['age1other']],
    ['none opens the file', [VARIABLE, OWN], ['age1else']],
  ])('nothing is said where %s', (_, identities, recipients) => {
    expect(disagreement(recipients, identities)).toEqual([]);
  });
});
