/** Fifty machine configurations, made and validated in memory, beside `talosctl` on files, as many processes at once as there are cores. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { secret } from '../scripts/config/secret.ts';
import { genConfig } from '../scripts/talos/calls.ts';
import { CLUSTER_FILE, readCluster } from '../scripts/talos/rendered-cluster.ts';
import type { Bench } from './bench.ts';

const NODES = 50;
const CORES = availableParallelism();
const NIGARI = resolve('dist/nigari.js');
const BUNDLE = 'talos/secrets.sops.yaml';

const CLUSTER = `node_cidr: 10.20.0.0/24
cluster_api_addr: 10.20.0.10
talos_version: 1.13.0
proxmox_api_url: https://pve.example.com:8006
proxmox_node: pve
proxmox_api_token_id: bench@pve!nigari
proxmox_api_token_secret: 00000000-1111-2222-3333-444444444444
`;

const nodes = Array.from(
  { length: NODES },
  (_, index) => `  - {name: n${index}, address: 10.20.0.${20 + index}, controller: ${index < 3}}\n`,
);

/** @param tools folder of the real programs @throws when talosctl is not there */
export async function talos(tools: string): Promise<Bench> {
  execFileSync(process.execPath, ['tools/build.mjs'], { stdio: 'inherit' });
  const folder = mkdtempSync(join(tmpdir(), 'nigari-bench-talos-'));
  const env = { PATH: `${tools}:${process.env['PATH'] ?? ''}`, HOME: folder };
  const nigari = (...args: readonly string[]): void =>
    void execFileSync(process.execPath, [NIGARI, '--chdir', folder, ...args], { env, stdio: 'ignore' });
  writeFileSync(join(folder, 'cluster.yaml'), CLUSTER);
  writeFileSync(join(folder, 'nodes.yaml'), `nodes:\n${nodes.join('')}`);
  nigari('init');
  nigari('configure', '--no-init');
  const lines = callLines(folder);
  execFileSync('talosctl', ['gen', 'secrets', '-o', 'bundle.yaml'], { env, cwd: folder });
  copyFileSync(join(folder, 'bundle.yaml'), join(folder, BUNDLE));
  nigari('secrets', 'encrypt', BUNDLE);
  mkdirSync(join(folder, 'out'));
  return {
    against:
      execFileSync('talosctl', ['version', '--client', '--short'], { env, encoding: 'utf8' }).split('\n')[1] ?? '',
    load: `${NODES} nodes, each configuration made and validated: \`nigari talos validate\`, with its start and its own checks, and the sealed bundle of secrets opened; and \`talosctl gen config\` and \`validate\` for each with the same bundle and its results in clear files, ${CORES} at once.`,
    cases: [
      {
        what: `${NODES} machine configurations`,
        ours: () => nigari('talos', 'validate', '--stale-ok'),
        theirs: () =>
          void execFileSync('xargs', ['-P', `${CORES}`, '-d', '\n', '-n', '1', 'sh', '-c'], {
            env,
            cwd: folder,
            input: lines.join('\n'),
            stdio: ['pipe', 'ignore', 'ignore'],
          }),
      },
    ],
    end: () => {
      const made = readdirSync(join(folder, 'out')).length;
      rmSync(folder, { recursive: true });
      if (made !== NODES) throw new Error('what was measured did not do its work');
    },
  };
}

/** What nigari calls, for a shell. */
function callLines(folder: string): readonly string[] {
  const read = readCluster({ path: CLUSTER_FILE, bytes: readFileSync(join(folder, CLUSTER_FILE)) });
  if (!read.ok) throw new Error('what was rendered cannot be read');
  return read.value.nodes.map((node) => {
    const words = genConfig(read.value, node, secret('')).map((word) =>
      typeof word === 'string' ? word : 'bundle.yaml',
    );
    const made = `out/${node.name}.yaml`;
    const call = words.map((word) => `'${word}'`).join(' ');
    return `talosctl ${call} > ${made} && talosctl validate -m metal --strict -c ${made}`;
  });
}
