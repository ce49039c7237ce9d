/** What a request to Vault needs of this machine: the token of who asks, and the authority that vouches for the server. */
import { X509Certificate } from 'node:crypto';
import { secret, type Secret } from '../../config/secret.ts';
import { checked, refused, type Checked, type Problem } from '../../problem.ts';
import type { Settings } from '../../secrets/providers/settings.ts';
import type { VaultAccess } from '../../secrets/providers/vault.ts';
import { send } from '../http.ts';
import { readUserFile, type Whereabouts } from '../user-files.ts';

/** Where the programs of Vault and OpenBao look for a token; the first that is there counts. */
const TOKEN_VARIABLES = ['VAULT_TOKEN', 'BAO_TOKEN'] as const;
const TOKEN_FILE = '~/.vault-token';

/** @returns problems: `vault-token-missing`, `vault-authority` for a `ca_file` that is none, or what the system refused */
export async function vaultAccess(
  where: Whereabouts,
  { ca_file: caFile, timeout }: Settings<'vault'>,
  signal: AbortSignal,
): Promise<Checked<VaultAccess>> {
  const token = await findToken(where);
  if (!token.ok) return token;
  const ca = caFile === undefined ? checked({}) : await readAuthority(caFile, where);
  if (!ca.ok) return ca;
  const limits = { milliseconds: timeout * 1000, env: where.env, signal, ...ca.value };
  return checked({ token: token.value, send: async (request) => send(request, limits) });
}

async function findToken(where: Whereabouts): Promise<Checked<Secret>> {
  const variable = TOKEN_VARIABLES.find((name) => where.env[name]);
  const file = variable === undefined ? await readUserFile(TOKEN_FILE, where) : checked(where.env[variable] ?? null);
  if (!file.ok) return file;
  const token = file.value?.trim() ?? '';
  if (token === '')
    return refused(noToken(`there is no token for Vault in ${TOKEN_VARIABLES.join(', ')} or ${TOKEN_FILE}`));
  // Nothing else can stand in the header of a request.
  const isToken = /^[\x21-\x7e]+$/.test(token);
  return isToken
    ? checked(secret(token))
    : refused(noToken(`${variable ?? TOKEN_FILE} holds something that is no token`));
}

function noToken(message: string): Problem {
  const hint = 'export VAULT_TOKEN, or log in: vault login';
  return { code: 'vault-token-missing', severity: 'error', message, hint };
}

async function readAuthority(path: string, where: Whereabouts): Promise<Checked<{ readonly ca: string }>> {
  const text = await readUserFile(path, where);
  if (!text.ok) return text;
  if (text.value === null) return refused(badAuthority(path, 'is not there'));
  return isCertificate(text.value) ? checked({ ca: text.value }) : refused(badAuthority(path, 'holds no certificate'));
}

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).publicKey.type === 'public';
  } catch {
    return false;
  }
}

function badAuthority(path: string, fault: string): Problem {
  const message = `${path} (secrets.vault.ca_file) ${fault}`;
  return { code: 'vault-authority', severity: 'error', message, hint: 'name a file with the certificate in PEM form' };
}
