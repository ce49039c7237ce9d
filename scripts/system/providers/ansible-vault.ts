/** Where the password of Ansible Vault comes from, as Ansible itself looks for it. */
import { stat } from 'node:fs/promises';
import process from 'node:process';
import { secret, type Secret } from '../../config/secret.ts';
import { checked, refused, type Checked, type Problem } from '../../problem.ts';
import { outputOf, type Runner } from '../../secrets/providers/program.ts';
import type { Settings } from '../../secrets/providers/settings.ts';
import { readUserFile, userPath, type Whereabouts } from '../user-files.ts';

const VARIABLE = 'ANSIBLE_VAULT_PASSWORD_FILE';
/** Seconds that a program may take to print it. */
const PATIENCE = 30;

/**
 * What `password_command` prints; else what stands in `password_file`, or in the file that the environment names, or what
 * that file prints where it is executable.
 * @returns problems: `ansible-vault-password-missing`, those of `outputOf`, what the system refused
 */
export async function vaultPassword(
  where: Whereabouts,
  settings: Settings<'ansible-vault'>,
  run: Runner,
): Promise<Checked<Secret>> {
  const { password_command: command, password_file: file } = settings;
  const print = (argv: readonly string[], key: string): Promise<Checked<string>> =>
    outputOf({ argv, cwd: where.root, seconds: PATIENCE, key }, run);
  if (command !== undefined) {
    const key = 'secrets.ansible-vault.password_command';
    return asPassword(await print(command, key), key);
  }
  const path = file ?? where.env[VARIABLE];
  const key = file === undefined ? VARIABLE : 'secrets.ansible-vault.password_file';
  if (path === undefined || path === '') return refused(noPassword('there is no password for Ansible Vault'));
  const program = userPath(path, where);
  if (await isExecutable(program)) return asPassword(await print([program], key), key);
  return asPassword(await readPassword(path, key, where), key);
}

async function isExecutable(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => null);
  return process.platform !== 'win32' && found !== null && found.isFile() && (found.mode & 0o111) !== 0;
}

async function readPassword(path: string, key: string, where: Whereabouts): Promise<Checked<string>> {
  const text = await readUserFile(path, where);
  if (!text.ok) return text;
  return text.value === null
    ? refused(noPassword(`there is no ${path}, which ${key} names`))
    : checked(text.value.trim());
}

/** As Ansible does, without the line breaks at its ends. */
function asPassword(text: Checked<string>, key: string): Checked<Secret> {
  if (!text.ok) return text;
  const password = text.value.replace(/^[\r\n]+|[\r\n]+$/g, '');
  return password === '' ? refused(noPassword(`${key} gives an empty password`)) : checked(secret(password));
}

function noPassword(message: string): Problem {
  const hint = `set ${VARIABLE}, or secrets.ansible-vault.password_file or …password_command in cluster.yaml`;
  return { code: 'ansible-vault-password-missing', severity: 'error', message, hint };
}
