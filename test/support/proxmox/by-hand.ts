/** `npm run simulate`: the simulator for people, until Ctrl-C. */
import { parseArgs } from 'node:util';
import type { GuestSeed, ProxmoxOptions } from './seeds.ts';
import { clusterYaml, startProxmox, type LoggedRequest, type Simulator } from './simulator.ts';

const HELP = `A Proxmox VE API to try nigari and OpenTofu on, without hardware: what is made lives in memory, until Ctrl-C.

Usage: npm run simulate -- [options]

  --port N          where it listens on 127.0.0.1 (8006); 0: one that is free
  --nodes A,B       its hosts (pve)
  --release V       version of Proxmox VE, 8.x or 9.x (9.0.3)
  --slow MS         how long each task takes, in milliseconds (0)
  --guest ID=NAME   a VM that somebody else has; may be repeated, and ID=NAME@HOST says where
  --full STORAGE    a storage without space, local or local-lvm; may be repeated
  --verbose         shows every call, not only those that change something
  --help            this text

Examples:
  npm run simulate
  npm run simulate -- --nodes pve,pve2 --slow 2000
  npm run simulate -- --guest 101=mail-server --full local-lvm

Then, in another terminal, in a folder with the printed lines in its cluster.yaml:
  nigari configure && nigari infra plan && nigari infra apply
`;

const OPTIONS = {
  port: { type: 'string', default: '8006' },
  nodes: { type: 'string', default: 'pve' },
  release: { type: 'string', default: '9.0.3' },
  slow: { type: 'string', default: '0' },
  guest: { type: 'string', multiple: true, default: [] as string[] },
  full: { type: 'string', multiple: true, default: [] as string[] },
  verbose: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** What it needs of a process. */
interface Io {
  readonly stdout: { readonly write: (text: string) => unknown };
  readonly stderr: { readonly write: (text: string) => unknown };
  readonly once: NodeJS.Process['once'];
}

/** @returns 0 after Ctrl-C or help, 2 for options that make no sense, 4 where it cannot listen */
export async function simulate(args: readonly string[], io: Io): Promise<number> {
  let values;
  try {
    ({ values } = parseArgs({ args: [...args], options: OPTIONS }));
    if (values.help) {
      io.stdout.write(HELP);
      return 0;
    }
    return await serve(toOptions(values), values.verbose, io);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const isTaken = code === 'EADDRINUSE';
    io.stderr.write(`simulate: ${message}\n${isTaken ? '--port 0 takes one that is free\n' : ''}`);
    return isTaken || code === 'EACCES' ? 4 : 2;
  }
}

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

function toOptions({ port, nodes, release, slow, guest, full }: Values): ProxmoxOptions {
  return {
    port: count('--port', port),
    nodes: nodes.split(','),
    version: known(release),
    taskMilliseconds: count('--slow', slow),
    guests: guest.map(toGuest),
    full,
  };
}

function known(release: string): string {
  if (/^[89]\.\d/.test(release)) return release;
  throw new Error(`--release takes a version 8.x or 9.x, not ${release}`);
}

function count(option: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`${option} takes a number, not ${text}`);
}

function toGuest(text: string): GuestSeed {
  const [, vmid, name, node] = /^(\d+)=([\w.-]+)(?:@([\w-]+))?$/.exec(text) ?? [];
  if (!vmid || !name) throw new Error(`--guest takes ID=NAME or ID=NAME@HOST, not ${text}`);
  return { vmid: Number(vmid), name, running: true, config: { cores: '2' }, ...(node ? { node } : {}) };
}

async function serve(options: ProxmoxOptions, verbose: boolean, io: Io): Promise<number> {
  const proxmox = await startProxmox(options, (request) => {
    if (verbose || request.method !== 'GET') io.stderr.write(`${shown(request)}\n`);
  });
  const ended = new Promise<void>((resolve) => {
    io.once('SIGINT', () => resolve());
    io.once('SIGTERM', () => resolve());
  });
  io.stdout.write(introduction(proxmox));
  await ended;
  await proxmox.close();
  return 0;
}

const shown = ({ method, path, status, reason }: LoggedRequest): string => `${method} ${path}: ${status} ${reason}`;

function introduction(proxmox: Simulator): string {
  const { endpoint, ca, world } = proxmox;
  return `A simulated Proxmox VE ${world.version} with ${[...world.nodes.keys()].join(', ')} answers at ${endpoint}. Ctrl-C ends it.

For cluster.yaml:

${clusterYaml(proxmox)}
Instead of proxmox_insecure: the authority behind its certificate, for a file that SSL_CERT_FILE names:

${ca}`;
}
