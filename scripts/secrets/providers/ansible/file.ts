/** A file of Ansible Vault: opened, asked for a value, and with one value changed. */
import { decodeText } from '../../../config/decode.ts';
import { reveal, secret, type Secret } from '../../../config/secret.ts';
import { checked, refused, type Checked, type Problem } from '../../../problem.ts';
import type { SourceFile } from '../../../types.ts';
import { utf8 } from '../../utf8.ts';
import { findLeaf, namedLeaves, type Named } from '../../sops/names.ts';
import { readYaml, type Reading } from '../../yaml/read.ts';
import { leafNames, leafText } from '../leaves.ts';
import { indentOf, quotedScalar, spanOf, vaultScalar, withKey, withValue } from './edit.ts';
import { isVaultText, openVaultText, vaultId, vaultText, type Closed } from './vault-text.ts';

/** Asked when something is to be opened, and not before. */
export type Password = () => Promise<Checked<Secret>>;

export interface VaultFile {
  readonly path: string;
  /** The vault text that is the whole file; null for a file with encrypted values. */
  readonly envelope: string | null;
  /** YAML: what is in the envelope, or the file itself. */
  readonly text: string;
  readonly reading: Reading;
}

/** @returns problems: what cannot be read, `ansible-vault-password`, `ansible-vault-damaged` */
export async function openVaultFile(file: SourceFile, password: Password): Promise<Checked<VaultFile>> {
  const { path } = file;
  const decoded = decodeText(file);
  if (!decoded.ok) return decoded;
  const envelope = isVaultText(decoded.value) ? decoded.value : null;
  const text = envelope === null ? decoded : await opened(envelope, path, password);
  if (!text.ok) return text;
  const reading = readYaml({ path, bytes: Buffer.from(text.value) });
  return reading.ok
    ? checked({ path, envelope, text: text.value, reading: reading.value })
    : refused(...reading.problems.slice(0, 1));
}

async function opened(text: string, what: string, password: Password): Promise<Checked<string>> {
  const found = await password();
  if (!found.ok) return found;
  const bytes = openVaultText(text, reveal(found.value));
  if (typeof bytes === 'string') return refused(CLOSED[bytes](what, vaultId(text)));
  const clear = utf8(bytes);
  return clear === null ? refused(damaged(what, 'holds something that is not UTF-8')) : checked(clear);
}

const CLOSED: Readonly<Record<Closed, (what: string, id: string | null) => Problem>> = {
  malformed: (what) => damaged(what, 'is no whole text of Ansible Vault'),
  unsupported: (what) => damaged(what, 'is encrypted in a way that only old versions of Ansible know'),
  'wrong-password': (what, id) => ({
    code: 'ansible-vault-password',
    severity: 'error',
    message: `${what} stays closed: the password does not fit${id === null ? '' : `, wanted is that of ${id}`}`,
    hint: 'look at secrets.ansible-vault in cluster.yaml, or at ANSIBLE_VAULT_PASSWORD_FILE',
  }),
};

function damaged(what: string, fault: string): Problem {
  const hint = 'see what Ansible says: ansible-vault view';
  return { code: 'ansible-vault-damaged', severity: 'error', message: `${what} ${fault}`, hint };
}

const leavesOf = ({ reading }: VaultFile): readonly Named[] => namedLeaves(reading.tree);

/** The names of what is encrypted; a value that stands in clear is no secret. */
export function secretNames(file: VaultFile): readonly string[] {
  const names = leafNames(file.reading);
  if (file.envelope !== null) return names;
  const encrypted = new Set(leavesOf(file).flatMap(({ name, leaf }) => (isVaultText(leaf.text) ? [name] : [])));
  return names.filter((name) => encrypted.has(name));
}

/** @returns problems: `secret-missing`, `secret-in-clear`, those of `openVaultFile` for a single value */
export async function secretText(file: VaultFile, name: string, password: Password): Promise<Checked<Secret>> {
  const { path, envelope, reading } = file;
  const add = `add it: ansible-vault ${envelope === null ? `encrypt_string --stdin-name ${name}` : `edit ${path}`}`;
  const found = leafText(reading, name, path, add);
  if (!found.ok || envelope !== null) return found;
  if (!isVaultText(reveal(found.value))) return refused(inClear(name, path));
  const clear = await opened(reveal(found.value), `${name} in ${path}`, password);
  return clear.ok ? checked(secret(clear.value)) : clear;
}

function inClear(name: string, path: string): Problem {
  const message = `${name} stands in clear in ${path}`;
  const hint = `encrypt it: ansible-vault encrypt_string --stdin-name ${name}`;
  return { code: 'secret-in-clear', severity: 'error', message, hint };
}

/**
 * The bytes of the file with one value set. Of a file with encrypted values all others keep their bytes; an encrypted
 * file is encrypted anew, and in it all others keep theirs.
 * @param salt 32 random bytes
 * @returns problems: `secret-not-settable` where it would take more than the value to change
 */
export async function withSecret(
  file: VaultFile,
  name: string,
  value: Secret,
  password: Password,
  salt: Uint8Array,
): Promise<Checked<Uint8Array>> {
  const model = modelOf(file, name);
  const isOurs =
    model === null ? await password() : await opened(model.text, `${model.name} in ${file.path}`, password);
  const found = isOurs.ok ? await password() : isOurs;
  if (!found.ok) return found;
  const seal = (text: string): string =>
    vaultText(Buffer.from(text), reveal(found.value), salt, model === null ? null : vaultId(model.text));
  const isWhole = file.envelope !== null;
  const text = edited(file, name, isWhole ? reveal(value) : seal(reveal(value)));
  return text === null ? refused(notSettable(name, file)) : checked(Buffer.from(isWhole ? seal(text) : text));
}

/**
 * What a new vault text is made like: with the password that opens this one, under the same name of it. The file itself,
 * the old value, or the first one that there is; null when there is none.
 */
function modelOf(file: VaultFile, name: string): { readonly name: string; readonly text: string } | null {
  if (file.envelope !== null) return { name: 'the whole', text: file.envelope };
  const encrypted = leavesOf(file).filter(({ leaf }) => isVaultText(leaf.text));
  const model = encrypted.find((named) => named.name === name) ?? encrypted[0];
  return model === undefined ? null : { name: model.name, text: model.leaf.text };
}

/** @returns null when the text that comes out says something else than was wanted */
function edited(file: VaultFile, name: string, leaf: string): string | null {
  const { text, envelope, path } = file;
  const old = findLeaf(file.reading.tree, name);
  const span = old === null ? null : spanOf(text, old.path);
  const scalar = (indent?: string): string => (envelope === null ? vaultScalar(leaf, indent) : quotedScalar(leaf));
  const next =
    span === null ? withKey(text, name, scalar()) : withValue(text, span, scalar(indentOf(text.slice(...span))));
  const reading = readYaml({ path, bytes: Buffer.from(next) });
  if (!reading.ok) return null;
  const set = { name: old?.name ?? name, leaf: { kind: 'str', text: leaf } } as const;
  const wanted = [...leavesOf(file).filter((named) => named.name !== set.name), set];
  return says(namedLeaves(reading.value.tree)) === says(wanted) ? next : null;
}

function says(leaves: readonly Pick<Named, 'name' | 'leaf'>[]): string {
  const pairs = leaves.map(({ name, leaf: { kind, text } }) => {
    // A block of lines may end with a line break or not: a vault text is the same.
    return JSON.stringify([name, kind, isVaultText(text) ? text.trimEnd() : text]);
  });
  return pairs.toSorted().join('\n');
}

function notSettable(name: string, { path, envelope }: VaultFile): Problem {
  const byHand = envelope === null ? `ansible-vault encrypt_string --stdin-name ${name}` : `ansible-vault edit ${path}`;
  return {
    code: 'secret-not-settable',
    severity: 'error',
    message: `${name} cannot be set in ${path} without a change of other lines`,
    hint: `do it by hand: ${byHand}`,
  };
}
