/** `nigari configure` of the example from nothing and with nothing to do, help and version; each beside a Node that does nothing. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import type { Bench } from './bench.ts';

/** npm runs it in the clone. */
const NIGARI = resolve('dist/nigari.js');
const EXAMPLES = ['cluster.yaml', 'nodes.yaml'];

export async function configure(): Promise<Bench> {
  execFileSync(process.execPath, ['tools/build.mjs'], { stdio: 'inherit' });
  const folder = mkdtempSync(join(tmpdir(), 'nigari-bench-configure-'));
  // Its key is no part of a project; no tofu is found.
  const env = { PATH: '', HOME: join(folder, 'home') };
  const node = (...args: readonly string[]): void =>
    void execFileSync(process.execPath, args, { env, stdio: 'ignore' });
  const project = (name: string): string => {
    const root = join(folder, name);
    mkdirSync(root);
    for (const file of EXAMPLES) copyFileSync(`${file}.example`, join(root, file));
    node(NIGARI, '--chdir', root, 'init');
    return root;
  };
  const [fresh, same] = [project('fresh'), project('same')];
  node(NIGARI, '--chdir', same, 'configure');
  const beside = { theirs: () => node('-e', '0') };
  return {
    against: '`node -e 0`',
    load: 'The example as `init` gives it: nine files are made, one of them sealed; no tofu on PATH. Each side is one process, with its start.',
    cases: [
      {
        what: '`configure`, from nothing',
        prepare: () => {
          for (const made of ['infrastructure', 'talos', '.nigari'])
            rmSync(join(fresh, made), { recursive: true, force: true });
        },
        ours: () => node(NIGARI, '--chdir', fresh, 'configure'),
        ...beside,
      },
      { what: '`configure`, nothing to do', ours: () => node(NIGARI, '--chdir', same, 'configure'), ...beside },
      { what: '`--version`', ours: () => node(NIGARI, '--version'), ...beside },
      { what: '`--help`', ours: () => node(NIGARI, '--help'), ...beside },
    ],
    end: () => {
      const isWhole = [fresh, same].every((root) => existsSync(join(root, 'infrastructure/tofu/main.tf')));
      const isKnown = existsSync(join(same, '.nigari/cache/last-run'));
      rmSync(folder, { recursive: true });
      if (!isWhole || !isKnown) throw new Error('what was measured did not do its work');
    },
  };
}
