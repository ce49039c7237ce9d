/** `npm run demo`: the whole product in a few minutes, on a Proxmox VE that is simulated, with the real OpenTofu and talosctl. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { startProxmox, type Simulator as Proxmox } from '../proxmox/simulator.ts';
import { answersAt, ownNetwork } from '../talos/loopback.ts';
import { startMachines, type Machines } from '../talos/on-proxmox.ts';
import { tour, type Act, type Stop } from './tour.ts';

/** Where things are of this checkout, and the programs that it needs. */
export interface Surroundings {
  /** The built nigari. */
  readonly program: string;
  /** Whether there is a talosctl on that PATH. */
  readonly hasTalosctl: boolean;
  /** For each command: PATH with tofu, and how it finds the provider. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly say: (text: string) => void;
  /** Emphasis where it is wanted. */
  readonly bold: (text: string) => string;
}

/** @returns 0 at the end of the tour, 1 where something did not go as it says */
export async function demo(surroundings: Surroundings): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'nigari-demo-'));
  const network = ownNetwork();
  const without = await whyWithoutTalos(network, surroundings);
  const machines = await (without === null ? startMachines() : startShells());
  try {
    const place = { connection: connection(machines.proxmox), network: without === null ? network : '10.0.0' };
    for (const [index, stop] of tour(place).entries())
      await visit(stop, index + 1, folder, { ...surroundings, without });
    return isEmpty(machines, surroundings) ? 0 : 1;
  } finally {
    await machines.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Computers = Pick<Machines, 'proxmox' | 'close'> & Partial<Pick<Machines, 'talos'>>;

/** Virtual machines with nothing in them: their addresses may be any. */
async function startShells(): Promise<Computers> {
  const proxmox = await startProxmox({});
  return { proxmox, close: proxmox.close };
}

/** Why this part of the tour is left out, with the way to have it; null where it is not. */
export async function whyWithoutTalos(
  network: string,
  { hasTalosctl }: Pick<Surroundings, 'hasTalosctl'>,
): Promise<string | null> {
  if (!hasTalosctl) return 'there is no talosctl: `node tools/real-tools.mjs talosctl` builds one';
  if (await answersAt(network)) return null;
  return 'each machine needs a loopback address, and there is only 127.0.0.1; on Linux all of 127.0.0.0/8 answers';
}

/** Lines of the example, and what takes their place. */
function connection({ endpoint, token }: Proxmox): Readonly<Record<string, string>> {
  return {
    'proxmox_api_url: https://pve.example.com:8006': `proxmox_api_url: ${endpoint}\nproxmox_insecure: true`,
    'proxmox_api_token_id: terraform@pve!nigari': `proxmox_api_token_id: ${token.id}`,
    'proxmox_api_token_secret: 00000000-0000-0000-0000-000000000000': `proxmox_api_token_secret: ${token.secret}`,
  };
}

async function visit(
  { title, acts, talos }: Stop,
  number: number,
  folder: string,
  around: Surroundings & { readonly without: string | null },
): Promise<void> {
  around.say(`\n${around.bold(`${number}. ${title}`)}\n`);
  if (talos && around.without !== null) return around.say(`(left out: ${around.without})`);
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
    text.replaceAll(from, () => to),
  );
  const lines = (part: string, mark: string): readonly string[] =>
    part
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => `  ${mark} ${line}`);
  say([`(${file})`, ...lines(from, '-'), ...lines(to, '+')].join('\n'));
}

function isEmpty({ proxmox, talos }: Computers, { say }: Surroundings): boolean {
  const left = [...proxmox.guests().map(({ name }) => name), ...proxmox.volumes(), ...(talos?.nodes.keys() ?? [])];
  say(left.length === 0 ? '\nProxmox VE is as empty as it was.' : `\nLeft behind in Proxmox VE: ${left.join(', ')}`);
  return left.length === 0;
}
