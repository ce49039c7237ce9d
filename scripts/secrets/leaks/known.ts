/** The secrets whose values are known here: those of an input in clear, and those of a sealed file that a key opens. */
import { secret } from '../../config/secret.ts';
import { checked, type Checked } from '../../problem.ts';
import type { SourceFile } from '../../types.ts';
import { selectsOf } from '../sops/encryption.ts';
import { readSealed } from '../sops/sealed.ts';
import { unlock, type Keys } from '../unlock.ts';
import { mapLeaves } from '../tree/walk.ts';
import type { KnownSecret } from './needles.ts';

/** What a sealed file encrypts; null when no key here opens it. */
export async function sealedSecrets(file: SourceFile, keys: Keys): Promise<Checked<readonly KnownSecret[] | null>> {
  const sealed = readSealed(file);
  if (!sealed.ok) return sealed;
  const unlocked = await unlock(sealed.value, keys);
  if (!unlocked.ok || unlocked.value === null) return unlocked as Checked<null>;
  unlocked.value.dataKey.fill(0);
  const selects = selectsOf(sealed.value.metadata.selector);
  const secrets: KnownSecret[] = [];
  mapLeaves(unlocked.value.tree, (leaf, place) => {
    if (leaf.kind !== 'comment' && selects(place, false))
      secrets.push({ name: place.keys.join('.'), value: secret(leaf.text) });
    return leaf;
  });
  return checked(secrets);
}
