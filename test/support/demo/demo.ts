/** `npm run demo`: the whole product in a few minutes, on a Proxmox VE that is simulated, with the real OpenTofu. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { startProxmox, type Simulator } from '../proxmox/simulator.ts';
import { tour, type Act, type Stop } from './tour.ts';

/** Where things are of this checkout, and the programs that it needs. */
export interface Surroundings {
  /** The built nigari. */
  readonly program: string;
  /** For each command: PATH with tofu, and how it finds the provider. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly say: (text: string) => void;
  /** Emphasis where it is wanted. */
  readonly bold: (text: string) => string;
}

/** @returns 0 at the end of the tour, 1 where something did not go as it says */
export async function demo(surroundings: Surroundings): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'nigari-demo-'));
  const proxmox = await startProxmox({});
  try {
    const stops = tour(connection(proxmox));
    for (const [index, stop] of stops.entries()) await visit(stop, index + 1, folder, surroundings);
    return isEmpty(proxmox, surroundings) ? 0 : 1;
  } finally {
    await proxmox.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Lines of the example, and what takes their place. */
function connection({ endpoint, token }: Simulator): Readonly<Record<string, string>> {
  return {
    'proxmox_api_url: https://pve.example.com:8006': `proxmox_api_url: ${endpoint}\nproxmox_insecure: true`,
    'proxmox_api_token_id: terraform@pve!nigari': `proxmox_api_token_id: ${token.id}`,
    'proxmox_api_token_secret: 00000000-0000-0000-0000-000000000000': `proxmox_api_token_secret: ${token.secret}`,
  };
}

async function visit({ title, acts }: Stop, number: number, folder: string, around: Surroundings): Promise<void> {
  around.say(`\n${around.bold(`${number}. ${title}`)}\n`);
  for (const act of acts) await perform(act, folder, around);
}

async function perform(act: Act, folder: string, { program, env, say, bold }: Surroundings): Promise<void> {
  if ('edit' in act) return edit(join(folder, act.edit), act, say);
  say(`\n${bold(`$ ${act.run.join(' ')}`)}`);
  const child = spawn(process.execPath, [program, ...act.run.slice(1)], {
    cwd: folder,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [status] = (await once(child, 'close')) as [number | null];
  if (status !== 0) say(`(exit code ${status})`);
}

/** @throws when the example has changed, and the tour must too */
function edit(
  path: string,
  { edit: file, change: [from, to] }: Extract<Act, { edit: string }>,
  say: (text: string) => void,
): void {
  const text = readFileSync(path, 'utf8');
  if (!text.includes(from)) throw new Error(`the tour wants to edit ${file}, which does not say: ${from}`);
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
  const lines = (part: string, mark: string): readonly string[] =>
    part
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => `  ${mark} ${line}`);
  say([`(${file})`, ...lines(from, '-'), ...lines(to, '+')].join('\n'));
}

function isEmpty(proxmox: Simulator, { say }: Surroundings): boolean {
  const left = [...proxmox.guests().map(({ name }) => name), ...proxmox.volumes()];
  say(left.length === 0 ? '\nProxmox VE is as empty as it was.' : `\nLeft behind in Proxmox VE: ${left.join(', ')}`);
  return left.length === 0;
}
