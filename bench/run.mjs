#!/usr/bin/env node
/**
 * Measures nigari beside the real programs, in the same run on the same machine.
 *
 *   npm run bench                every bench, and writes bench/RESULTS.md
 *   npm run bench -- secrets     this one; the others keep their results
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { toolPaths } from '../tools/real-tools.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
/** As in tools/build.mjs: what is measured is what is shipped. */
const BANNER = `import { createRequire as nigariRequire } from 'node:module';\nconst require = nigariRequire(import.meta.url);`;

const out = await mkdtemp(join(tmpdir(), 'nigari-bench-'));
try {
  const sources = (await readdir(HERE)).filter((name) => name.endsWith('.ts'));
  await build({
    entryPoints: sources.map((name) => join(HERE, name)),
    outdir: out,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    banner: { js: BANNER },
    logLevel: 'warning',
  });
  const args = [join(out, 'main.mjs'), toolPaths().bin, join(HERE, 'RESULTS.md'), ...process.argv.slice(2)];
  process.exitCode = spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1;
} finally {
  await rm(out, { recursive: true });
}
