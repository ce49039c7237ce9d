/** The real talosctl, and what it needs: a bundle of secrets and the configurations that come from it, in a folder that goes away. */
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { realTool } from '../tools.ts';

/** Without talosctl, or where only 127.0.0.1 is a loopback address, there is nothing to try. */
export const cannotTry = (): boolean => realTool('talosctl') === null || process.platform === 'darwin';

export interface Said {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Talosctl {
  readonly folder: string;
  /** Runs it with these arguments. */
  readonly run: (...args: readonly string[]) => Promise<Said>;
  /** The same with the cluster's own talosconfig: asks `node` by way of `endpoint`. */
  readonly ask: (endpoint: string, node: string, ...args: readonly string[]) => Promise<Said>;
  /** Writes a machine configuration; gives its path. */
  readonly config: (options: ConfigOptions) => Promise<string>;
  readonly close: () => Promise<void>;
}

export interface ConfigOptions {
  readonly role: 'controlplane' | 'worker';
  readonly hostname: string;
  /** Further patches, as YAML. */
  readonly patches?: readonly string[];
}

const TALOS = '1.13.0';
const KUBERNETES = '1.36.0';

const hostnamePatch = (hostname: string): string =>
  `apiVersion: v1alpha1\nkind: HostnameConfig\nauto: "off"\nhostname: ${hostname}\n`;

/** @param endpoint address of Kubernetes' API, without a port */
export async function withTalosctl(endpoint: string, kubernetesPort = 6443): Promise<Talosctl> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'nigari-talosctl-')));
  const secrets = join(folder, 'secrets.yaml');
  const talosconfig = join(folder, 'talosconfig');
  const run = async (...args: readonly string[]): Promise<Said> => {
    const {
      exitCode = -1,
      stdout,
      stderr,
    } = await execa(realTool('talosctl') ?? 'talosctl', args, {
      reject: false,
      env: { HOME: folder },
      timeout: 120_000,
    });
    return { exitCode, stdout, stderr };
  };
  const generate = async (type: string, output: string, ...more: readonly string[]): Promise<string> => {
    const said = await run(
      ...generation(endpoint, kubernetesPort, secrets),
      '-t',
      type,
      '-o',
      output,
      '--force',
      ...more,
    );
    if (said.exitCode !== 0) throw new Error(said.stderr);
    return output;
  };
  await run('gen', 'secrets', '-o', secrets);
  await generate('talosconfig', talosconfig);
  return {
    folder,
    run,
    ask: async (by, node, ...args) => run('--talosconfig', talosconfig, '-e', by, '-n', node, ...args),
    config: async ({ role, hostname, patches = [] }) => {
      const all = [hostnamePatch(hostname), ...patches].flatMap((patch) => ['--config-patch', patch]);
      return generate(role, join(folder, `${hostname}.yaml`), ...all);
    },
    close: async () => rm(folder, { recursive: true }),
  };
}

const generation = (endpoint: string, port: number, secrets: string): readonly string[] => [
  ...['gen', 'config', 'demo', `https://${endpoint}:${port}`, '--with-secrets', secrets],
  ...['--talos-version', `v${TALOS}`, '--kubernetes-version', KUBERNETES, '--with-docs=false', '--with-examples=false'],
];

/** Writes a changed copy of a configuration beside it. */
export async function edited(path: string, text: string): Promise<string> {
  const copy = path.replace(/\.yaml$/, `-${Math.random().toString(36).slice(2)}.yaml`);
  await writeFile(copy, text);
  return copy;
}
