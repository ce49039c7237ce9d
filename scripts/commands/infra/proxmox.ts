/** Asking the API of Proxmox VE, with the token that the instance has. */
import { secret, type Secret } from '../../config/secret.ts';
import { Exit, must, type Checked } from '../../problem.ts';
import { dataOf, get } from '../../proxmox/request.ts';
import { guestsOf, macsOf, nameIn, type Guest } from '../../proxmox/answers.ts';
import { inBatches } from '../../system/batches.ts';
import { send } from '../../system/http.ts';
import type { Existing } from '../../tofu/plan/made.ts';
import type { Context } from '../context.ts';
import type { Prepared } from './instance.ts';

/** @param path below `/api2/json/` @returns `data` of the answer */
export type Ask = (path: string) => Promise<Checked<unknown>>;

/** As patient as a person, in milliseconds. */
const PATIENCE = 15_000;

/** @returns null where there is no Proxmox VE to ask */
export function proxmoxOf(
  { env, signal }: Pick<Context, 'env' | 'signal'>,
  { instance, secrets }: Pick<Prepared, 'instance' | 'secrets'>,
  patience = (): number => PATIENCE,
): Ask | null {
  const { proxmox } = instance;
  const id = valueOf(secrets, env, 'proxmox_api_token_id');
  const value = valueOf(secrets, env, 'proxmox_api_token_secret');
  if (proxmox === null || id === null || value === null) return null;
  const limits = { insecure: proxmox.insecure, env, signal };
  const token = { id, secret: value };
  return async (path) => {
    const answer = await send(get(proxmox.url, token, path), { milliseconds: patience(), ...limits });
    return dataOf(answer, proxmox.url);
  };
}

function valueOf(secrets: Prepared['secrets'], env: Context['env'], key: string): Secret | null {
  const own = env[`TF_VAR_${key}`];
  return secrets.get(key) ?? (own === undefined ? null : secret(own));
}

/** Several questions at once, but not so many that the API turns them away. */
export function askAll(ask: Ask, paths: readonly string[]): Promise<readonly Checked<unknown>[]> {
  return inBatches(paths, ask);
}

/** All that the token may see. @throws Refusal 4 where Proxmox VE does not answer */
export const guestsNow = async (ask: Ask): Promise<readonly Guest[]> =>
  guestsOf(must(await ask('cluster/resources?type=vm'), Exit.otherProgram));

/**
 * By their own settings: a list of guests may have the name of the one that had the id before, for as long as five minutes.
 * Whose settings the token may not read has none of them: it can still be known otherwise.
 */
export async function withMacs(ask: Ask, guests: readonly Guest[]): Promise<readonly Existing[]> {
  const paths = guests.map(({ node, id }) => `nodes/${encodeURIComponent(node)}/qemu/${id}/config`);
  const configs = await askAll(ask, paths);
  return guests.map((guest, index) => {
    const config = configs[index];
    return config?.ok
      ? { ...guest, name: nameIn(config.value), macs: macsOf(config.value) }
      : { ...guest, name: null, macs: [] };
  });
}
