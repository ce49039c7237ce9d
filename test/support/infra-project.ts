/** A project of nigari's own before a simulated Proxmox VE, and the built nigari run in it as a user would. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { expect, onTestFinished } from 'vitest';
import { notePrinted } from './printed.ts';
import { NIGARI_BIN, project } from './project.ts';
import type { ProxmoxOptions } from './proxmox/seeds.ts';
import { startProxmox, type Simulator } from './proxmox/simulator.ts';
import { tofuEnv } from './tools.ts';

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, for what must not be in either. */
  readonly all: string;
}

type Env = Readonly<Record<string, string>>;

/**
 * Runs nigari without holding up this process, in which the servers are that it talks to. With the real tofu on PATH, and no
 * other program.
 */
export function runNigari(folder: string, args: readonly string[], env: Env = {}): Promise<Ended> {
  return start(folder, args, env).ended;
}

export interface Started {
  readonly ended: Promise<Ended>;
  readonly pid: number;
  readonly kill: (signal: NodeJS.Signals) => void;
}

function start(folder: string, args: readonly string[], env: Env = {}): Started {
  const clean = { HOME: folder, TMPDIR: folder, NO_COLOR: '1', ...tofuEnv(), ...env };
  const child = spawn(process.execPath, [NIGARI_BIN, ...args], {
    cwd: folder,
    env: clean,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => (texts[name] += text));
  const ended = once(child, 'close').then(([status]) => {
    notePrinted(folder, env, texts.stdout, texts.stderr);
    return { status: status as number | null, ...texts, all: texts.stdout + texts.stderr };
  });
  return { ended, pid: child.pid ?? 0, kill: (signal) => void child.kill(signal) };
}

/** A folder that nigari works in. */
export interface NigariProject {
  readonly folder: string;
  /** Runs to an exit code, which is checked. @returns what it printed */
  readonly nigari: (args: readonly string[], status?: number | null, env?: Env) => Promise<Ended>;
  /** For what happens while it runs. */
  readonly start: (args: readonly string[], env?: Env) => Started;
  /** With `--json` or `--format json`: what it printed on stdout, parsed. */
  readonly json: <T>(args: readonly string[]) => Promise<T>;
  /** Changes a file of the project. */
  readonly edit: (file: string, change: (text: string) => string) => void;
}

export interface InfraProject extends NigariProject {
  readonly proxmox: Simulator;
}

/** Secrets of the projects of tests; each is searched for in all that is printed. */
export const PLANTED = { token: '51b0e7a5-0000-4000-8000-00000000cafe', id: 'planted@pve!nigari' };

const NODES = `nodes:
  - { name: cp-1, address: 10.0.0.11, vm_id: 101, controller: true }
  - { name: wk-1, address: 10.0.0.21, vm_id: 111, controller: false }
`;

/** @param files besides, or instead of, a small project's */
export async function infraProject(
  more = '',
  options: ProxmoxOptions = {},
  files: Readonly<Record<string, string>> = {},
): Promise<InfraProject> {
  const proxmox = await startProxmox({ token: { id: PLANTED.id, secret: PLANTED.token }, ...options });
  onTestFinished(proxmox.close);
  const cluster = `node_cidr: 10.0.0.0/24\ncluster_api_addr: 10.0.0.10\n${connection(proxmox)}${more}`;
  return inFolder(project({ 'cluster.yaml': cluster, 'nodes.yaml': NODES, ...files }), proxmox);
}

/** Keys of cluster.yaml that lead to a simulator. */
export function connection({ endpoint, token }: Simulator): string {
  return [
    `proxmox_api_url: ${endpoint}`,
    'proxmox_node: pve',
    'proxmox_insecure: true',
    `proxmox_api_token_id: ${token.id}`,
    `proxmox_api_token_secret: ${token.secret}\n`,
  ].join('\n');
}

/** Initialises and configures what is in a folder. */
export async function inFolder(folder: string, proxmox: Simulator): Promise<InfraProject> {
  return { ...(await configured(folder)), proxmox };
}

/** The same without a Proxmox VE. */
export async function configured(folder: string): Promise<NigariProject> {
  const nigari: NigariProject['nigari'] = async (args, status = 0, env = {}) => {
    const ended = await runNigari(folder, args, env);
    if (status !== null) expect(ended.status, `${args.join(' ')}\n${ended.all}`).toBe(status);
    return ended;
  };
  await nigari(['init']);
  await nigari(['configure']);
  return {
    folder,
    nigari,
    start: (args, env) => {
      const started = start(folder, args, env);
      onTestFinished(() => started.kill('SIGTERM'));
      return started;
    },
    json: async <T>(args: readonly string[]) => JSON.parse((await nigari(args)).stdout) as T,
    edit: (file, change) => {
      const path = join(folder, file);
      writeFileSync(path, change(readFileSync(path, 'utf8')));
    },
  };
}
