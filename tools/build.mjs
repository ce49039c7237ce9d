#!/usr/bin/env node
/**
 * Bundles scripts/cli.ts into dist/nigari.js, so that plain Node runs it: one entry that loads little, and a chunk
 * for what each command needs beyond that.
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
import { dirname, join, relative, sep } from 'node:path';
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

/** CommonJS packages call `require`, which an ES module does not have. */
const REQUIRE = `import { createRequire as nigariRequire } from 'node:module';\nconst require = nigariRequire(import.meta.url);`;

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

async function bundle(esbuild, version) {
  return esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: { nigari: 'scripts/cli.ts' },
    outdir: DIST,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // The @cdktn packages read files beside themselves; nunjucks asks for chokidar only when it watches files.
    external: ['@cdktn/*', 'chokidar', 'fsevents'],
    banner: { js: REQUIRE },
    define: { NIGARI_VERSION: JSON.stringify(version) },
    // Not minified: a stack in a bug report names our functions and lines.
    minify: false,
    // Whole licences go into a file of their own instead.
    legalComments: 'none',
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
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

/** Chunks first, the entry that names them next, the stamp last; then what no build needs any more goes. */
async function writeOutputs(outputs, notices, hash) {
  const chunks = outputs.filter((file) => file.path !== ENTRY);
  const entry = outputs.find((file) => file.path === ENTRY);
  const files = [...chunks.map((file) => [file.path, file.contents]), [join(DIST, LICENSES), notices]];
  for (const [path, contents] of files) await place(path, contents, 0o644);
  await place(ENTRY, `#!/usr/bin/env node\n${entry.text.replace(/^#!.*\n/, '')}`, 0o755);
  await place(STAMP, hash, 0o644);
  const wanted = new Set([ENTRY, STAMP, ...files.map(([path]) => path)]);
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
  const { outputFiles, metafile } = await bundle(esbuild, version);
  await writeOutputs(outputFiles, await licenses(metafile), hash);
  process.stderr.write(`built dist/nigari.js ${version} in ${Date.now() - started} ms\n`);
}

try {
  await main();
} catch (error) {
  // esbuild has printed its own errors, with their places, by now.
  if (error.errors === undefined) process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
