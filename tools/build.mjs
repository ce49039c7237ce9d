#!/usr/bin/env node
/**
 * Bundles scripts/ into dist/, so that plain Node runs it: nigari.js, which Node starts, and in chunks/ what it loads:
 * cli.ts, and for each command what that needs beyond.
 *
 *   node tools/build.mjs     builds when an input changed since the last build; prints one line when it does
 *
 * `npm start`, `npm test`, `npm ci` and `npm pack` all call it. No install script is needed: esbuild finds its own
 * program in its optional platform package.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const DIST = join(ROOT, 'dist');
const ENTRY = join(DIST, 'nigari.js');
const STAMP = join(DIST, '.stamp');
const LICENSES = 'THIRD-PARTY-LICENSES.txt';

/** What the bundle is made from. */
const INPUTS = {
  folders: ['scripts', 'schemas'],
  files: ['package.json', 'package-lock.json', 'tools/build.mjs', 'tools/generate.mjs'],
};

/** Made from the schemas by tools/generate.mjs and not committed: an output, though it lies among the inputs. */
const VALIDATORS = join(ROOT, 'scripts', 'config', 'validators.gen.js');

async function filesBelow(path) {
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function inputFiles() {
  const folders = await Promise.all(INPUTS.folders.map((name) => filesBelow(join(ROOT, name))));
  const files = [...folders.flat(), ...INPUTS.files.map((name) => join(ROOT, name))];
  return files.filter((file) => file !== VALIDATORS).toSorted();
}

/** One hash over names and bytes of every input: times and checkouts do not matter. */
async function hashInputs() {
  const hash = createHash('sha256');
  for (const file of await inputFiles()) {
    const bytes = await readFile(file);
    hash.update(`${relative(ROOT, file).split(sep).join('/')}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}

function isFresh(hash) {
  return [ENTRY, VALIDATORS, STAMP].every((file) => existsSync(file)) && readFileSync(STAMP, 'utf8') === hash;
}

/** Only the validators: the committed types are checked by a test, which a build that rewrites them would blind. */
function generateValidators() {
  const script = join(ROOT, 'tools', 'generate.mjs');
  const { status } = spawnSync(process.execPath, [script, '--validators'], { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) throw new Error('tools/generate.mjs failed');
}

async function loadEsbuild() {
  try {
    return await import('esbuild');
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Error('esbuild is not installed: run `npm ci` first, without `--omit=dev`', { cause: error });
  }
}

/** For both bundles. */
const OPTIONS = {
  absWorkingDir: ROOT,
  outdir: DIST,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  // Not minified: a stack in a bug report names our functions and lines.
  minify: false,
  // Whole licences go into a file of their own instead.
  legalComments: 'none',
  write: false,
  logLevel: 'warning',
};

/** commander can start a program for each subcommand: nigari has none, and need not load what starts programs for it. */
const COMMANDER = {
  name: 'commander-alone',
  setup: ({ onResolve, onLoad }) => {
    const namespace = 'nothing';
    onResolve({ filter: /^node:child_process$/ }, ({ path, importer }) =>
      /[\\/]node_modules[\\/]commander[\\/]/.test(importer) ? { path, namespace } : null,
    );
    onLoad({ filter: /./, namespace }, () => ({ contents: '' }));
  },
};

/** cli.ts and all that it loads, now or later: esbuild makes chunks of ES modules only. */
function bundleChunks(esbuild, define) {
  return esbuild.build({
    ...OPTIONS,
    entryPoints: { cli: 'scripts/cli.ts' },
    entryNames: 'chunks/[name]-[hash]',
    chunkNames: 'chunks/[name]-[hash]',
    splitting: true,
    format: 'esm',
    // The @cdktn packages read files beside themselves; nunjucks asks for chokidar only when it watches files.
    external: ['@cdktn/*', 'chokidar', 'fsevents'],
    define,
    plugins: [COMMANDER],
    metafile: true,
  });
}

/** A chunk as CommonJS, in a function that scripts/nigari.ts calls. */
async function chunkText(esbuild, { path, text }) {
  const { code } = await esbuild.transform(text, {
    format: 'cjs',
    platform: OPTIONS.platform,
    target: OPTIONS.target,
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'nigariUrl' },
    banner: `${JSON.stringify(basename(path))}: (exports, require, module, nigariUrl) => {"use strict";`,
    footer: '},\n',
    logLevel: OPTIONS.logLevel,
  });
  return code;
}

/** Names of the chunks that are loaded with one. */
function loadedWith(name, outputs, seen = new Set([name])) {
  const { imports } = outputs[`dist/chunks/${name}`];
  const now = imports.filter(({ kind, external }) => kind === 'import-statement' && !external);
  for (const imported of now.map(({ path }) => basename(path)).filter((imported) => !seen.has(imported)))
    loadedWith(imported, outputs, seen.add(imported));
  return seen;
}

/** Files of chunks by their names: what every run loads is in one, with the program's name, and each other chunk in its own. */
async function chunkFiles(esbuild, program, { outputFiles, metafile }) {
  const atStart = loadedWith(program, metafile.outputs);
  const files = new Map();
  for (const file of outputFiles) {
    const name = atStart.has(basename(file.path)) ? program : basename(file.path);
    files.set(name, (files.get(name) ?? '') + (await chunkText(esbuild, file)));
  }
  return [...files].map(([name, text]) => [join(DIST, 'chunks', name), `({\n${text}})\n`]);
}

/** What Node starts. */
async function startText(esbuild, define) {
  const options = { ...OPTIONS, entryPoints: ['scripts/nigari.ts'], format: 'cjs', define };
  const { outputFiles } = await esbuild.build({ ...options, banner: { js: '#!/usr/bin/env node' } });
  return outputFiles[0].text;
}

/** @returns every file of dist/, in the order in which they are to be written: each before what names it */
async function bundle(esbuild, version) {
  const define = { NIGARI_VERSION: JSON.stringify(version) };
  const chunks = await bundleChunks(esbuild, define);
  const outputs = Object.entries(chunks.metafile.outputs);
  const program = basename(outputs.find(([, { entryPoint }]) => entryPoint === 'scripts/cli.ts')[0]);
  return [
    ...(await chunkFiles(esbuild, program, chunks)),
    [join(DIST, LICENSES), await licenses(chunks.metafile)],
    // The package's other files are ES modules.
    [join(DIST, 'package.json'), '{ "type": "commonjs" }\n'],
    [ENTRY, await startText(esbuild, { ...define, NIGARI_PROGRAM: JSON.stringify(program) })],
  ];
}

/** Folders of the packages that came into the bundle: `…/node_modules/@scope/name`. */
function bundledPackages(metafile) {
  const used = Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs));
  const folders = used.map((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]);
  return [...new Set(folders.filter((folder) => folder !== undefined))].map((folder) => join(ROOT, folder));
}

async function licenseOf(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? '' : `\n${(await readFile(join(folder, file), 'utf8')).trim()}\n`;
  return `${name} ${version}: ${license}\n${text}`;
}

/** Every licence of what is bundled, as those licences ask for. */
async function licenses(metafile) {
  const texts = await Promise.all(bundledPackages(metafile).map(licenseOf));
  return `dist/ holds code of these packages.\n\n${texts.toSorted().join(`\n${'-'.repeat(80)}\n\n`)}`;
}

/** What another build is writing at this moment. */
const UNFINISHED = /\.\d+$/;

/** By rename, so that a nigari that runs meanwhile never reads half a file. */
async function place(path, contents, mode) {
  const partial = `${path}.${process.pid}`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(partial, contents);
  await chmod(partial, mode);
  await rename(partial, path);
}

/** The stamp last; then what no build needs any more goes. */
async function writeOutputs(files, hash) {
  for (const [path, contents] of [...files, [STAMP, hash]]) await place(path, contents, path === ENTRY ? 0o755 : 0o644);
  const wanted = new Set([STAMP, ...files.map(([path]) => path)]);
  const unwanted = (file) => !wanted.has(file) && !UNFINISHED.test(file);
  for (const file of (await filesBelow(DIST)).filter(unwanted)) await rm(file, { force: true });
}

async function main() {
  const hash = await hashInputs();
  if (isFresh(hash)) return;
  const started = Date.now();
  const esbuild = await loadEsbuild();
  generateValidators();
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  await writeOutputs(await bundle(esbuild, version), hash);
  process.stderr.write(`built dist/nigari.js ${version} in ${Date.now() - started} ms\n`);
}

try {
  await main();
} catch (error) {
  // esbuild has printed its own errors, with their places, by now.
  if (error.errors === undefined) process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
