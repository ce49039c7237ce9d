#!/usr/bin/env node
/**
 * Measures nigari beside the real programs, in the same run on the same machine.
 *
 *   npm run bench                every bench, and writes bench/RESULTS.md
 *   npm run bench -- secrets     this one; the others keep their results
 */
import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { toolPaths } from '../tools/real-tools.mjs';
import { bundled } from '../tools/typescript.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));

const sources = (await readdir(HERE)).filter((name) => name.endsWith('.ts'));
await bundled(
  sources.map((name) => join(HERE, name)),
  (path) => {
    const args = [path('main.ts'), toolPaths().bin, join(HERE, 'RESULTS.md'), ...process.argv.slice(2)];
    process.exitCode = spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1;
  },
);
