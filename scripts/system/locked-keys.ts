/** Key files that are age files themselves, as `age --passphrase` makes them (https://age-encryption.org/v1). */
import { checked, refused, type Checked } from '../problem.ts';
import { badAgeKey, parseKeys, type ParsedKeys } from './age.ts';

/** A key file behind a passphrase. */
export interface LockedKeys {
  /** Where it was found, for messages. */
  readonly source: string;
  /** The file, to tell it from others. */
  readonly bytes: Uint8Array;
  /** Its keys; null when it is another passphrase. It takes about a second: so much work scrypt makes of every guess. */
  readonly open: (passphrase: string) => Promise<ParsedKeys | null>;
}

const ARMOR = '-----BEGIN AGE ENCRYPTED FILE-----';
const VERSION = 'age-encryption.org/v1\n';

/**
 * Looks whether a key file is encrypted.
 * @returns null when it is not; `bad-age-key` when no passphrase can open it
 */
export async function lockedKeys(bytes: Uint8Array, source: string): Promise<Checked<LockedKeys | null>> {
  const text = Buffer.from(bytes).toString('latin1');
  const isArmored = text.trimStart().startsWith(ARMOR);
  if (!isArmored && !text.startsWith(VERSION.trimEnd())) return checked(null);
  const file = isArmored ? await withoutArmor(text) : bytes;
  if (file === null) return refused(damaged(source));
  const header = Buffer.from(file).toString('latin1');
  if (!header.startsWith(`${VERSION}-> `)) return refused(damaged(source));
  if (!header.startsWith(`${VERSION}-> scrypt `)) return refused(forKeys(source));
  return checked({ source, bytes, open: (passphrase) => unlockWith(passphrase, file, source) });
}

async function withoutArmor(text: string): Promise<Uint8Array | null> {
  const { armor } = await import('age-encryption');
  try {
    return armor.decode(text);
  } catch {
    return null;
  }
}

/** What the library says when the passphrase does not open the header. */
const WRONG = "no identity matched any of the file's recipients";

async function unlockWith(passphrase: string, file: Uint8Array, source: string): Promise<ParsedKeys | null> {
  const { Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  try {
    return await parseKeys(await decrypter.decrypt(file, 'text'), source);
  } catch (error) {
    const isWrong = error instanceof Error && error.message === WRONG;
    return isWrong ? null : { identities: [], problems: [damaged(source)] };
  }
}

const damaged = (source: string) => ({
  ...badAgeKey(source, 'is a damaged age file: a part is missing or changed'),
  hint: 'take it back from where it is kept',
});

const forKeys = (source: string) => ({
  ...badAgeKey(source, 'is encrypted for another key, not with a passphrase'),
  hint: `let a program open it: SOPS_AGE_KEY_CMD='age --decrypt --identity KEY FILE'`,
});
