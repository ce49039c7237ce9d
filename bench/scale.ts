/** `nigari configure` as a project grows: ten to ten thousand nodes from nothing; a thousand sealed files that are as they should be. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import type { Bench } from './bench.ts';

const NIGARI = resolve('dist/nigari.js');
const SIZES = [10, 100, 1000, 10_000];
const SEALED = 1000;

const CLUSTER = `node_cidr: 172.16.0.0/16
cluster_api_addr: 172.16.255.1
cluster_pod_cidr: 10.0.0.0/10
cluster_svc_cidr: 10.96.0.0/16
proxmox_api_url: https://pve.example.com:8006
proxmox_node: pve
proxmox_api_token_id: bench@pve!nigari
proxmox_api_token_secret: 00000000-1111-2222-3333-444444444444
`;

/** One for each node. */
const SECRETS = Array.from({ length: 5 }, (_, index) => `key_${index}: #{ cluster.proxmox_api_token_secret }#\n`).join(
  '',
);

/** Three controllers, everything else workers, each at an address of its own. */
function nodes(count: number): string {
  const line = (index: number): string =>
    `  - {name: n${index}, address: 172.16.${1 + Math.floor(index / 200)}.${1 + (index % 200)}, controller: ${index < 3}}\n`;
  return `nodes:\n${Array.from({ length: count }, (_, index) => line(index)).join('')}`;
}

export async function scale(): Promise<Bench> {
  execFileSync(process.execPath, ['tools/build.mjs'], { stdio: 'inherit' });
  const folder = mkdtempSync(join(tmpdir(), 'nigari-bench-scale-'));
  const env = { PATH: '', HOME: folder };
  const nigari = (root: string, ...args: readonly string[]): void =>
    void execFileSync(process.execPath, [NIGARI, '--chdir', root, ...args], { env, stdio: 'ignore' });
  const project = (count: number, name = String(count)): string => {
    const root = join(folder, name);
    mkdirSync(root);
    writeFileSync(join(root, 'cluster.yaml'), CLUSTER);
    writeFileSync(join(root, 'nodes.yaml'), nodes(count));
    nigari(root, 'init');
    return root;
  };
  const fresh = (root: string) => (): void => {
    for (const made of ['infrastructure', 'talos', '.nigari'])
      rmSync(join(root, made), { recursive: true, force: true });
  };
  const first = project(SIZES[0] ?? 0);
  const sealed = project(SEALED, 'sealed');
  mkdirSync(join(sealed, 'templates/project/sealed'), { recursive: true });
  writeFileSync(join(sealed, 'templates/project/sealed/[node].sops.yaml.njk'), SECRETS);
  nigari(sealed, 'configure');
  const sealedCase = {
    what: `${SEALED} sealed files with ${SEALED} nodes, again`,
    prepare: fresh(first),
    // The long way: each is opened and compared.
    ours: () => nigari(sealed, 'configure', '--force'),
    theirs: () => nigari(first, 'configure'),
  };
  return {
    against: `nigari with ${SIZES[0]} nodes`,
    load: 'A project from nothing, and one with sealed files that are all as they should be, each opened and compared; the ratio tells how much more it costs than the smallest.',
    cases: [
      ...SIZES.slice(1).map((count) => {
        const root = project(count);
        return {
          what: `${count} nodes`,
          prepare: () => [first, root].forEach((folder) => fresh(folder)()),
          ours: () => nigari(root, 'configure'),
          theirs: () => nigari(first, 'configure'),
        };
      }),
      sealedCase,
    ],
    end: () => {
      const count = readdirSync(join(sealed, 'sealed')).length;
      rmSync(folder, { recursive: true });
      if (count !== SEALED) throw new Error('what was measured did not do its work');
    },
  };
}
