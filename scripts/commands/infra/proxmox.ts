/** Asking the API of Proxmox VE, with the token that the instance has. */
import { secret, type Secret } from '../../config/secret.ts';
import type { Checked } from '../../problem.ts';
import { dataOf, get } from '../../proxmox/request.ts';
import { inBatches } from '../../system/batches.ts';
import { send } from '../../system/http.ts';
import type { Context } from '../context.ts';
import type { Prepared } from './instance.ts';

/** @param path below `/api2/json/` @returns `data` of the answer */
export type Ask = (path: string) => Promise<Checked<unknown>>;

/** As patient as a person. */
const MILLISECONDS = 15_000;

/** @returns null where there is no Proxmox VE to ask */
export function proxmoxOf(
  { env, signal }: Pick<Context, 'env' | 'signal'>,
  { instance, secrets }: Prepared,
): Ask | null {
  const { proxmox } = instance;
  const id = valueOf(secrets, env, 'proxmox_api_token_id');
  const value = valueOf(secrets, env, 'proxmox_api_token_secret');
  if (proxmox === null || id === null || value === null) return null;
  const limits = { milliseconds: MILLISECONDS, insecure: proxmox.insecure, signal };
  return async (path) => dataOf(await send(get(proxmox.url, { id, secret: value }, path), limits));
}

function valueOf(secrets: Prepared['secrets'], env: Context['env'], key: string): Secret | null {
  const own = env[`TF_VAR_${key}`];
  return secrets.get(key) ?? (own === undefined ? null : secret(own));
}

/** Several questions at once, but not so many that the API turns them away. */
export function askAll(ask: Ask, paths: readonly string[]): Promise<readonly Checked<unknown>[]> {
  return inBatches(paths, ask);
}
