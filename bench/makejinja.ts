/** A hundred templates and nine sealed files from nothing, beside makejinja with sops, as cluster-template puts them together. */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import type { Bench } from './bench.ts';

const NIGARI = resolve('dist/nigari.js');
const PLAIN = Array.from({ length: 100 }, (_, index) => `${index}.yaml`);
const SEALED = Array.from({ length: 9 }, (_, index) => `${index}.sops.yaml`);
const CORES = availableParallelism();

/** One template in both dialects. */
const plain = (open: readonly [string, string], print: readonly [string, string]): string =>
  [
    `cluster: ${print[0]} cluster_name ${print[1]}`,
    'nodes:',
    `${open[0]} for node in nodes ${open[1]}`,
    `  - name: ${print[0]} node.name ${print[1]}`,
    `    address: ${print[0]} node.address ${print[1]}`,
    `${open[0]} endfor ${open[1]}`,
    '',
  ].join('\n');
const sealed = (print: readonly [string, string]): string =>
  Array.from({ length: 5 }, (_, index) => `key_${index}: ${print[0]} proxmox_api_token_secret ${print[1]}\n`).join('');

/**
 * @param tools folder of the real programs
 * @returns null without makejinja on PATH, or where NIGARI_MAKEJINJA says: `pip install makejinja`
 */
export async function makejinja(tools: string): Promise<Bench | null> {
  const program = findMakejinja();
  if (program === null) return null;
  execFileSync(process.execPath, ['tools/build.mjs'], { stdio: 'inherit' });
  const folder = mkdtempSync(join(tmpdir(), 'nigari-bench-makejinja-'));
  const [ours, theirs] = [join(folder, 'ours'), join(folder, 'theirs')];
  const env = { PATH: '/usr/bin:/bin', HOME: folder, SOPS_DISABLE_VERSION_CHECK: '1' };
  const nigari = (...args: readonly string[]): void =>
    void execFileSync(process.execPath, [NIGARI, '--chdir', ours, ...args], { env, stdio: 'ignore' });
  mkdirSync(join(ours, 'templates/project/out'), { recursive: true });
  mkdirSync(join(theirs, 'templates/out'), { recursive: true });
  for (const file of ['cluster.yaml', 'nodes.yaml']) copyFileSync(`${file}.example`, join(ours, file));
  nigari('init');
  const dialect = (text: string): string =>
    text.replaceAll(/#\{ (?!node)/g, '#{ cluster.').replaceAll('cluster.nodes', 'nodes');
  const write = (names: readonly string[], ofOurs: string, ofTheirs: string): void => {
    for (const name of names) {
      writeFileSync(join(ours, 'templates/project/out', `${name}.njk`), dialect(ofOurs));
      writeFileSync(join(theirs, 'templates/out', `${name}.j2`), ofTheirs);
    }
  };
  write(PLAIN, plain(['#%', '%#'], ['#{', '}#']), plain(['{%', '%}'], ['{{', '}}']));
  write(SEALED, sealed(['#{', '}#']), sealed(['{{', '}}']));
  const data = ['cluster.yaml', 'nodes.yaml'].flatMap((file) => ['--data', join(ours, file)]);
  const args = ['--input', 'templates', '--output', '.', '--jinja-suffix', '.j2', '--force', ...data];
  copyFileSync(join(ours, '.sops.yaml'), join(theirs, '.sops.yaml'));
  return {
    against: `${execFileSync(program, ['--version'], { encoding: 'utf8' }).trim()} and sops`,
    load: `${PLAIN.length} templates of YAML and ${SEALED.length} files with five secrets each, all made from nothing. nigari also validates the example and makes its OpenTofu project. makejinja: one process; sops: one process a file, ${CORES} at once.`,
    cases: [
      {
        what: 'render and seal',
        prepare: () => {
          for (const made of ['out', 'infrastructure', 'talos', '.nigari'])
            rmSync(join(ours, made), { recursive: true, force: true });
          rmSync(join(theirs, 'out'), { recursive: true, force: true });
        },
        ours: () => nigari('configure'),
        theirs: () => {
          execFileSync(program, args, { env, cwd: theirs, stdio: 'ignore' });
          const call = ['-P', `${CORES}`, '-n', '1', join(tools, 'sops'), 'encrypt', '--in-place'];
          const input = SEALED.map((name) => `out/${name}`).join('\n');
          execFileSync('xargs', call, { env, cwd: theirs, input, stdio: ['pipe', 'ignore', 'inherit'] });
        },
      },
    ],
    end: () => {
      const counts = [ours, theirs].map((root) => readdirSync(join(root, 'out')).length);
      const isSealed = [ours, theirs].every((root) =>
        readFileSync(join(root, 'out/0.sops.yaml'), 'utf8').includes('ENC['),
      );
      rmSync(folder, { recursive: true });
      if (counts.some((count) => count !== PLAIN.length + SEALED.length) || !isSealed)
        throw new Error('what was measured did not do its work');
    },
  };
}

function findMakejinja(): string | null {
  const named = process.env['NIGARI_MAKEJINJA'];
  const folders = (process.env['PATH'] ?? '').split(':').map((folder) => join(folder, 'makejinja'));
  return [...(named ? [named] : []), ...folders].find((path) => existsSync(path)) ?? null;
}
