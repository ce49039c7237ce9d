#!/usr/bin/env node
/**
 * `npm run demo`: a tour of nigari, from an empty folder to a running cluster and back, without hardware.
 *
 * It needs OpenTofu and the provider: those that `node tools/real-tools.mjs` builds, or else a tofu on PATH that can reach its
 * registry; and talosctl, without which that part of the tour is left out.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import pico from 'picocolors';
import { toolPaths } from './real-tools.mjs';
import { bundled } from './typescript.mjs';

const SOURCE = fileURLToPath(new URL('../test/support/demo/demo.ts', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../dist/nigari.js', import.meta.url));

/** The tools that were built, in front of those of the system; null where there is no tofu at all. */
function toolEnv() {
  const { bin, cliConfig } = toolPaths();
  const own = existsSync(join(bin, process.platform === 'win32' ? 'tofu.exe' : 'tofu'));
  if (own)
    return { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`, TF_CLI_CONFIG_FILE: cliConfig };
  return spawnSync('tofu', ['version']).status === 0 ? process.env : null;
}

const env = toolEnv();
if (env === null) {
  process.stderr.write(
    'demo: there is no OpenTofu: build one with `node tools/real-tools.mjs tofu provider` (Go and some minutes), or put one on PATH\n',
  );
  process.exitCode = 4;
} else {
  const { bold } = pico.createColors(process.stdout.isTTY && !process.env.NO_COLOR);
  const { demo } = await bundled([SOURCE], (path) => import(pathToFileURL(path(SOURCE)).href));
  const hasTalosctl = spawnSync('talosctl', ['version', '--client'], { env }).status === 0;
  process.exitCode = await demo({
    program: PROGRAM,
    env,
    hasTalosctl,
    bold,
    say: (text) => process.stdout.write(`${text}\n`),
  });
}
