/** Secrets in a file of Ansible Vault: one that is encrypted as a whole, or one with encrypted values (`!vault |`). */
import { reveal } from '../../config/secret.ts';
import { checked, type Checked } from '../../problem.ts';
import type { SourceFile } from '../../types.ts';
import type { SecretProvider } from '../provider.ts';
import { openVaultFile, secretNames, secretText, withSecret, type Password, type VaultFile } from './ansible/file.ts';
import { SALT_BYTES } from './ansible/vault-text.ts';

/** What the provider needs of the outside. `random` must be cryptographically secure. */
export interface VaultFilePorts {
  readonly read: () => Promise<Checked<SourceFile>>;
  readonly write: (file: SourceFile) => Promise<Checked<void>>;
  readonly password: Password;
  readonly random: (bytes: number) => Uint8Array;
}

/** A value that is not there, or is there in another form, may be set; one that cannot be opened is not touched. */
const REPLACEABLE = new Set(['secret-missing', 'secret-in-clear', 'secret-unusable']);

/** The file is read once, and again after it was changed. */
export function ansibleVaultProvider(path: string, ports: VaultFilePorts): SecretProvider {
  const { read, write, password, random } = ports;
  let known: Promise<Checked<VaultFile>> | null = null;
  const open = (): Promise<Checked<VaultFile>> =>
    (known ??= read().then((file) => (file.ok ? openVaultFile(file.value, password) : file)));
  return {
    describe: () => path,
    list: async () => {
      const file = await open();
      return file.ok ? checked(secretNames(file.value)) : file;
    },
    get: async (name) => {
      const file = await open();
      return file.ok ? secretText(file.value, name, password) : file;
    },
    set: async (name, value) => {
      known = null;
      const file = await open();
      if (!file.ok) return file;
      const old = await secretText(file.value, name, password);
      if (old.ok && reveal(old.value) === reveal(value)) return checked('unchanged');
      if (!old.ok && !old.problems.every(({ code }) => REPLACEABLE.has(code))) return old;
      const bytes = await withSecret(file.value, name, value, password, random(SALT_BYTES));
      known = null;
      const written = bytes.ok ? await write({ path, bytes: bytes.value }) : bytes;
      return written.ok ? checked('updated') : written;
    },
  };
}
