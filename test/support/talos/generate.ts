/** Machine configurations as the real talosctl and talhelper make them of a rendered `talos/`; secrets pass through pipes. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { reveal, secret } from '../../../scripts/config/secret.ts';
import { genConfig, genSecrets, validate, type TalosCall } from '../../../scripts/talos/calls.ts';
import {
  CLUSTER_FILE,
  readCluster,
  type TalosCluster,
  type TalosNode,
} from '../../../scripts/talos/rendered-cluster.ts';
import { realTool, type ToolName } from '../tools.ts';

/** @param text of `talos/cluster.yaml` */
export function clusterOf(text: string): TalosCluster {
  const read = readCluster({ path: CLUSTER_FILE, bytes: new TextEncoder().encode(text) });
  if (!read.ok) throw new Error(read.problems[0]?.message);
  return read.value;
}

/** Every document of a machine configuration, the one without a kind first. */
export type Documents = readonly Readonly<Record<string, unknown>>[];

export function documentsOf(config: string): Documents {
  return parseAllDocuments(config).map((document) => document.toJS() as Documents[number]);
}

/** A bundle of secrets. */
export const generateSecrets = (talosVersion: string): Promise<string> => talosctl('.', genSecrets({ talosVersion }));

/** @param root of the project @param secrets the bundle */
export const generateConfig = (
  root: string,
  cluster: TalosCluster,
  node: TalosNode,
  secrets: string,
): Promise<string> => talosctl(root, genConfig(cluster, node, secret(secrets)));

/** @throws what talosctl says */
export const validateConfig = (config: string): Promise<string> => talosctl('.', validate(secret(config)));

/**
 * The machine configurations that talhelper makes, by node. It knows no way to print them: they are in files, in `folder`.
 * @param root of the project @throws what talhelper says
 */
export async function talhelperConfigs(
  root: string,
  { name: cluster, nodes }: TalosCluster,
  secrets: string,
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  const args = ['genconfig', '--offline-mode', '--no-gitignore', '-s', '/dev/stdin', '-o', folder];
  await piped('talhelper', args, secrets, join(root, 'talos'));
  const read = (name: string): string => readFileSync(join(folder, `${cluster}-${name}.yaml`), 'utf8');
  return new Map(nodes.map(({ name }) => [name, read(name)]));
}

function talosctl(cwd: string, call: TalosCall): Promise<string> {
  const args = call.map((argument) => (typeof argument === 'string' ? argument : '/dev/stdin'));
  const inputs = call.flatMap((argument) => (typeof argument === 'string' ? [] : [reveal(argument.text)]));
  return piped('talosctl', args, inputs.join(''), cwd);
}

/** Node's own pipes are sockets, which these programs cannot open: `cat` makes a real one. @throws what the program says */
function piped(tool: ToolName, args: readonly string[], input: string, cwd: string): Promise<string> {
  const file = realTool(tool);
  if (file === null) throw new Error(`${tool} is not there`);
  return new Promise((resolve, reject) => {
    const child = execFile('/bin/sh', ['-c', 'cat | "$@"', 'sh', file, ...args], { cwd }, (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(new Error(stderr)),
    );
    child.stdin?.end(input);
  });
}
