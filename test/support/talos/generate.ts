/** Machine configurations as the real talosctl and talhelper make them of a rendered `talos/`; secrets pass through pipes. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { realTool, type ToolName } from '../tools.ts';

/** What `talos/cluster.yaml` says. */
export interface Plan {
  readonly cluster_name: string;
  readonly endpoint: string;
  readonly talos_version: string;
  readonly kubernetes_version: string;
  readonly driver: string;
  readonly patches: readonly string[];
  readonly nodes: readonly PlannedNode[];
}

export interface PlannedNode {
  readonly name: string;
  readonly role: 'controller' | 'worker';
  readonly address: string;
  readonly mac_addr: string;
  readonly disk: string | null;
  readonly install_image: string;
  readonly secureboot: boolean;
  readonly patches: readonly string[];
}

export const planOf = (text: string): Plan => parse(text) as Plan;

/** Every document of a machine configuration, the one without a kind first. */
export type Documents = readonly Readonly<Record<string, unknown>>[];

export function documentsOf(config: string): Documents {
  return parseAllDocuments(config).map((document) => document.toJS() as Documents[number]);
}

/** A bundle of secrets. */
export const generateSecrets = (talosVersion: string): Promise<string> =>
  talosctl(['gen', 'secrets', '--talos-version', `v${talosVersion}`, '-o', '-'], '');

/** @param root of the project @param secrets the bundle */
export function generateConfig(root: string, plan: Plan, node: PlannedNode, secrets: string): Promise<string> {
  const type = node.role === 'controller' ? 'controlplane' : 'worker';
  // A patch for both roles would be tried at the other one, too, which may not have what it takes away.
  const flag = node.role === 'controller' ? '--config-patch-control-plane' : '--config-patch-worker';
  const patches = [...plan.patches, ...node.patches].flatMap((file) => [flag, `@${join(root, file)}`]);
  const versions = ['--talos-version', `v${plan.talos_version}`, '--kubernetes-version', plan.kubernetes_version];
  const bare = ['--with-docs=false', '--with-examples=false', '--install-disk', ''];
  const from = ['gen', 'config', plan.cluster_name, plan.endpoint, '--with-secrets', '/dev/stdin'];
  return talosctl([...from, ...versions, ...bare, ...patches, '-t', type, '-o', '-'], secrets);
}

/** `metal` is the mode that looks at the installation, too; there is none for nocloud. @throws what talosctl says */
export const validateConfig = (config: string): Promise<string> =>
  talosctl(['validate', '-m', 'metal', '--strict', '-c', '/dev/stdin'], config);

/**
 * The machine configurations that talhelper makes, by node. It knows no way to print them: they are in files, in `folder`.
 * @param root of the project @throws what talhelper says
 */
export async function talhelperConfigs(
  root: string,
  { cluster_name, nodes }: Plan,
  secrets: string,
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  const args = ['genconfig', '--offline-mode', '--no-gitignore', '-s', '/dev/stdin', '-o', folder];
  await piped('talhelper', args, secrets, join(root, 'talos'));
  const read = (name: string): string => readFileSync(join(folder, `${cluster_name}-${name}.yaml`), 'utf8');
  return new Map(nodes.map(({ name }) => [name, read(name)]));
}

const talosctl = (args: readonly string[], input: string): Promise<string> => piped('talosctl', args, input);

/** Node's own pipes are sockets, which these programs cannot open: `cat` makes a real one. @throws what the program says */
function piped(tool: ToolName, args: readonly string[], input: string, cwd?: string): Promise<string> {
  const file = realTool(tool);
  if (file === null) throw new Error(`${tool} is not there`);
  return new Promise((resolve, reject) => {
    const child = execFile('/bin/sh', ['-c', 'cat | "$@"', 'sh', file, ...args], { cwd }, (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(new Error(stderr)),
    );
    child.stdin?.end(input);
  });
}
