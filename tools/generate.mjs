#!/usr/bin/env node
/**
 * Makes from `schemas/` what the source needs of them.
 *
 *   node tools/generate.mjs                types (committed) and validators (not committed)
 *   node tools/generate.mjs --validators   only the validators, e.g. before type-checking
 *   node tools/generate.mjs --check        writes nothing; fails when the committed types are stale
 *
 * The validators are code, not a schema that is compiled at start: that saves most of the start-up time.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import { compile } from 'json-schema-to-typescript';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const TYPES = join(root, 'scripts/config/written.gen.ts');
const VALIDATORS = join(root, 'scripts/config/validators.gen.js');

/** What editors read in our schemas and a validator does not. */
const EDITOR_KEYWORDS = ['markdownDescription', 'patternErrorMessage', 'defaultSnippets'];

const readSchema = async (name) => JSON.parse(await readFile(join(root, 'schemas', `${name}.schema.json`), 'utf8'));

/**
 * A copy for the type generator, without the keys that are accepted but not ours, and with a plain type in place of a
 * reference to a pattern, of which a type's name would say nothing. What both schemas define is one type.
 */
function forTypes(schema, { definitions }) {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return schema;
  const { allOf, patternProperties: _accepted, ...kept } = schema;
  const target = definitions[(allOf?.[0] ?? schema).$ref?.slice('#/definitions/'.length)];
  if (target && target.type !== 'object') {
    delete kept.$ref;
    kept.type = target.type;
    if (target.items) kept.items = target.items;
  } else if (target && allOf) kept.tsType = TYPE_NAMES[target.title];
  return Object.fromEntries(Object.entries(kept).map(([key, value]) => [key, forTypes(value, { definitions })]));
}

/** What only editors check: of these our rules say more, with the place of both values and a hint. */
const EDITOR_CONDITIONS = ['dependencies', 'if', 'then'];

/**
 * A copy for the validators, without conditions over several keys and without what a mapping of keys is asked besides
 * its own keys; an `allOf` of one reference is how a key refers to a definition, and stays.
 */
function forValidators(schema) {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return schema;
  const kept = Object.entries(schema).filter(([key, value]) => {
    if (key === 'allOf') return value.every((one) => one.$ref !== undefined);
    return !EDITOR_CONDITIONS.includes(key);
  });
  return Object.fromEntries(kept.map(([key, value]) => [key, forValidators(value)]));
}

/** The titles of the schemas that get a type of their own name. */
const TYPE_NAMES = {
  'cluster.yaml': 'ClusterYaml',
  'nodes.yaml': 'NodesYaml',
  node: 'NodeYaml',
  schematic: 'SchematicYaml',
};

const TYPE_OPTIONS = {
  additionalProperties: false,
  bannerComment: '',
  customName: (schema) => TYPE_NAMES[schema.title],
  ignoreMinAndMaxItems: true,
  style: { singleQuote: true, printWidth: 120 },
};

async function typesOf(name) {
  const schema = await readSchema(name);
  return compile(forTypes(schema, schema), schema.title, TYPE_OPTIONS);
}

async function schematicType() {
  const { definitions } = await readSchema('cluster');
  return compile(forTypes(definitions.schematic, { definitions }), 'schematic', TYPE_OPTIONS);
}

/** The source of `written.gen.ts`: what a user may write, before anything is filled in. */
async function writtenTypes() {
  const parts = [await typesOf('cluster'), await typesOf('nodes'), await schematicType()];
  return ['/** Generated from schemas/ by tools/generate.mjs; do not edit. */', ...parts].join('\n');
}

/** The source of `validators.gen.js`: one function per schema, in one module without imports. */
async function validators() {
  const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true, code: { source: true, esm: true } });
  ajv.addVocabulary(EDITOR_KEYWORDS);
  for (const name of ['cluster', 'nodes']) ajv.addSchema(forValidators(await readSchema(name)), name);
  const contents = standaloneCode(ajv, { validateCluster: 'cluster', validateNodes: 'nodes' });
  // ajv's runtime is CommonJS, which the generated module asks for by `require`: bundling puts it inside.
  const bundled = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    format: 'esm',
    write: false,
    target: 'node20',
  });
  return `// Generated from schemas/ by tools/generate.mjs; do not edit.\n${bundled.outputFiles[0].text}`;
}

const readOrNull = (file) => readFile(file, 'utf8').catch(() => null);

/** Writes only what changed, in one step: test runs and builds may overlap. */
async function writeIfChanged(file, text) {
  if ((await readOrNull(file)) === text) return;
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, text);
  await rename(temporary, file);
}

async function main(argument) {
  if (argument === '--check') {
    if ((await readOrNull(TYPES)) === (await writtenTypes())) return 0;
    console.error(`${relative(root, TYPES)} is stale: run npm run generate`);
    return 1;
  }
  await writeIfChanged(VALIDATORS, await validators());
  if (argument !== '--validators') await writeIfChanged(TYPES, await writtenTypes());
  return 0;
}

process.exitCode = await main(process.argv[2]);
