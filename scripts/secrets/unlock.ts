/** Getting at what a sealed file holds: its data key by an identity, then its values with the MAC checked. */
import { checked, refused, type Checked, type Problem } from '../problem.ts';
import type { Age, Identity } from './age/age.ts';
import { DATA_KEY_BYTES } from './sops/cipher.ts';
import { disagreement } from './age/disagreement.ts';
import { decryptTree, type Decrypted } from './sops/encryption.ts';
import { damage, type AgeBlock } from './sops/metadata.ts';
import type { SealedFile } from './sops/sealed.ts';

export interface Keys {
  readonly identities: readonly Identity[];
  readonly age: Age;
  /** Further keys, each behind a question to a person, who is asked once, and only when no other key opens a file. */
  readonly locked?: readonly (() => Promise<Checked<readonly Identity[]>>)[];
}

/** A sealed file that was opened. Whoever has it clears `dataKey` when done. */
export interface Unlocked extends Decrypted {
  readonly dataKey: Uint8Array;
}

/**
 * @returns null when no identity opens it; problems when one should, or what comes out was tampered with; a warning
 *   `age-keys-disagree`, and whatever hinders a key that is locked
 */
export async function unlock(file: SealedFile, keys: Keys): Promise<Checked<Unlocked | null>> {
  const found = await findDataKey(file, keys);
  if (!found.ok || found.value === null) return found as Checked<null>;
  const dataKey = found.value;
  const decrypted = decryptTree(file, dataKey);
  if (decrypted.ok) return checked({ ...decrypted.value, dataKey }, found.problems);
  dataKey.fill(0);
  return decrypted;
}

/** Tries the keys at hand, then those behind questions. */
async function findDataKey(
  file: SealedFile,
  { identities, age, locked = [] }: Keys,
): Promise<Checked<Uint8Array | null>> {
  const { blocks } = file.metadata;
  const problems: Problem[] = [];
  let held = identities;
  let found = await tryKeys(file, held, age);
  for (const ask of blocks.length > 0 ? locked : []) {
    if (!found.ok || found.value !== null) break;
    const more = await ask();
    if (!more.ok) return more;
    problems.push(...more.problems);
    held = [...held, ...more.value];
    found = await tryKeys(file, more.value, age);
  }
  if (!found.ok) return found;
  const recipients = blocks.map(({ recipient }) => recipient);
  return checked(found.value, [...problems, ...(found.value === null ? [] : disagreement(recipients, held))]);
}

async function tryKeys(
  file: SealedFile,
  identities: readonly Identity[],
  age: Age,
): Promise<Checked<Uint8Array | null>> {
  const at = file.at(file.metadata.raw);
  const isOwn = ({ recipient }: AgeBlock): boolean => identities.some((identity) => identity.recipient === recipient);
  const own = file.metadata.blocks.filter(isOwn);
  // The name of a recipient is not protected, so that the other blocks are tried too, if only after ours.
  const others = identities.length === 0 ? [] : file.metadata.blocks.filter((block) => !isOwn(block));
  for (const { enc } of [...own, ...others]) {
    const dataKey = await age.unwrap(enc, identities);
    if (dataKey?.length === DATA_KEY_BYTES) return checked(dataKey);
    if (dataKey !== null) return refused(damage(at, 'its data key has the wrong length'));
  }
  const [first] = own;
  return first === undefined ? checked(null) : refused(damage(at, `its block for ${first.recipient} cannot be opened`));
}
