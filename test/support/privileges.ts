/** A life of machines with the token that `proxmox setup` makes, or with one that lacks a privilege. */
import { onTestFinished } from 'vitest';
import { NEEDED, type Place } from '../../scripts/proxmox/privileges.ts';
import { setupSteps, SETUP_NAMES } from '../../scripts/proxmox/setup.ts';
import { infraProject, PLANTED } from './infra-project.ts';
import { pveum } from './proxmox/pveum.ts';
import { startProxmox, type Simulator } from './proxmox/simulator.ts';

const PLACES = { isoStorage: 'local', diskStorage: 'local-lvm', bridge: 'vmbr0' };

/** The commands of `proxmox setup` for the example. */
export const SETUP_LINES = setupSteps(PLACES, SETUP_NAMES).flatMap(({ commands }) => commands);

export interface MadeToken {
  readonly proxmox: Simulator;
  /** As Proxmox VE shows it once. */
  readonly secret: string;
}

/** @param change of each line before it is run @throws where Proxmox VE refuses one */
export async function tokenBySetup(version: string, change = (line: string): string => line): Promise<MadeToken> {
  const proxmox = await startProxmox({ version, token: { id: 'somebody@pve!else', secret: PLANTED.token } });
  onTestFinished(proxmox.close);
  let secret = '';
  for (const line of SETUP_LINES.map(change)) {
    const { status, data, reason } = await pveum(proxmox, line);
    if (status !== 200) throw new Error(`${line}: ${status} ${reason}`);
    secret = (data as { readonly value?: string } | null)?.value ?? secret;
  }
  return { proxmox, secret };
}

/** In cluster.yaml, instead of what leads to another simulator. */
export const withToken =
  ({ proxmox, secret }: MadeToken) =>
  (text: string): string =>
    text
      .replace(/proxmox_api_url: .*/, `proxmox_api_url: ${proxmox.endpoint}`)
      .replace(/token_id: .*/, `token_id: ${SETUP_NAMES.user}!${SETUP_NAMES.token}`)
      .replace(PLANTED.token, secret);

/** @returns what did not go as it should, empty where all did */
export async function lifeWithout(privilege: string | null, place: Place | null): Promise<readonly string[]> {
  const token = await tokenBySetup('9.0.3', (line) => without(line, privilege, place));
  const { nigari, edit } = await infraProject();
  edit('cluster.yaml', withToken(token));
  await nigari(['configure'], null);
  const failed: string[] = [];
  const step = async (...args: readonly string[]): Promise<void> => {
    const { status } = await nigari(args, null);
    if (status !== 0) failed.push(args.join(' '));
  };
  await step('infra', 'apply-auto', '--yes');
  edit('nodes.yaml', (text) => text.replace('vm_id: 111', 'vm_id: 111, vm_disk_size: 512'));
  await nigari(['configure'], null);
  await step('infra', 'apply-auto', '--yes');
  await step('infra', 'destroy', '--yes');
  const left = [...token.proxmox.guests().map(({ name }) => name), ...token.proxmox.volumes()];
  return [...failed, ...left];
}

/** A role without privileges is none: then the line that makes it gives it one that nobody needs here. */
function without(line: string, privilege: string | null, place: Place | null): string {
  if (privilege === null || place === null) return line;
  const all = Object.keys(NEEDED[place]);
  const rest = all.filter((one) => one !== privilege);
  return line.replace(`--privs ${all.join(',')}`, `--privs ${rest.join(',') || 'Pool.Audit'}`);
}
