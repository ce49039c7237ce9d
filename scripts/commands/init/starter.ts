/** The files that `init` brings: copies of what comes with nigari, adapted to where the schemas lie. */
import { isAbsolute, join, relative, sep } from 'node:path';
import { Exit, must } from '../../problem.ts';
import { assetsDirectory, readAsset } from '../../system/assets.ts';
import { readDisk } from '../../system/disk.ts';
import { writeNew, writePublic, type PublicFile } from '../../system/write.ts';
import type { Artifact } from '../../types.ts';
import type { Done } from './report.ts';
import { isThere } from './survey.ts';

interface StarterFile {
  /** In the project. */
  readonly path: string;
  /** In the package. */
  readonly from: string;
  /** Other names under which its program looks for it: where one is there, ours would take its place. */
  readonly others?: readonly string[];
}

/** The inputs: only where there is no project yet. */
export const EXAMPLES: readonly StarterFile[] = [
  { path: 'cluster.yaml', from: 'cluster.yaml.example' },
  { path: 'nodes.yaml', from: 'nodes.yaml.example' },
];

/** https://taskfile.dev/docs/reference/schema, "Supported file names" */
const TASKFILES = ['yml', 'yaml', 'dist.yml', 'dist.yaml'].flatMap((end) => [`Taskfile.${end}`, `taskfile.${end}`]);

/** https://lefthook.dev/configuration/ */
const HOOKS = ['yml', 'yaml', 'json', 'jsonc', 'toml'].flatMap((end) => [
  `lefthook.${end}`,
  `.lefthook.${end}`,
  `.config/lefthook.${end}`,
]);

/** What makes work pleasant; each only where nothing of that name is. */
export const COMFORTS: readonly StarterFile[] = [
  { path: 'Taskfile.yml', from: 'Taskfile.yml', others: TASKFILES },
  { path: 'mise.toml', from: 'mise.toml', others: ['.mise.toml', '.tool-versions'] },
  { path: 'lefthook.yml', from: 'lefthook.yml', others: HOOKS },
  { path: '.vscode/settings.json', from: '.vscode/settings.json' },
  { path: '.vscode/extensions.json', from: '.vscode/extensions.json' },
  { path: '.vscode/tasks.json', from: '.vscode/tasks.json' },
];

const CLONE_SCHEMAS = './schemas/';
const PROJECT_SCHEMAS = './.nigari/schemas/';

/** The schemas for editors, where the package is not beside the project; nigari's own to keep up. */
const SCHEMAS: readonly StarterFile[] = ['cluster.schema.json', 'nodes.schema.json'].map((name) => ({
  path: `.nigari/schemas/${name}`,
  from: `schemas/${name}`,
}));

/** Makes those that are missing. */
export async function createStarters(root: string, files: readonly StarterFile[], done: Done): Promise<void> {
  const ownSchemas = await hasOwnSchemas(root);
  const wanted: PublicFile[] = [];
  for (const { path, from, others = [] } of files) {
    if ((await firstThere(root, others)) !== null) continue;
    const text = await readAsset(from);
    wanted.push({ path, text: ownSchemas ? text : text.replaceAll(CLONE_SCHEMAS, PROJECT_SCHEMAS) });
  }
  done.created.push(...must(await writeNew(root, wanted), Exit.refusedInput));
}

async function firstThere(root: string, names: readonly string[]): Promise<string | null> {
  const there = await Promise.all(names.map((name) => isThere(root, name)));
  return names[there.indexOf(true)] ?? null;
}

/** In a clone of nigari the schemas are where the examples' first line says. */
async function hasOwnSchemas(root: string): Promise<boolean> {
  return must(await readDisk(root, [OWN_SCHEMA]), Exit.refusedInput).has(OWN_SCHEMA);
}

const OWN_SCHEMA = 'schemas/cluster.schema.json';

/** Puts the schemas where the modelines of the examples look for them. */
export async function bringSchemas(root: string, done: Done): Promise<void> {
  if (await hasOwnSchemas(root)) return;
  for (const { path, from } of SCHEMAS) {
    const text = await readAsset(from);
    const now = must(await readDisk(root, [path]), Exit.refusedInput).get(path);
    if (now !== undefined && new TextDecoder().decode(now.bytes) === text) continue;
    must(await writePublic(root, { path, text }), Exit.refusedInput);
    (now === undefined ? done.created : done.updated).push(path);
  }
}

/**
 * A Taskfile of the user's own stays; ours can be included. Under a name of its own, for tasks called `default` or
 * `init` are in many, and task refuses two of one name.
 */
export async function noteTaskfile(root: string, done: Done): Promise<void> {
  const path = await firstThere(root, TASKFILES);
  if (path === null) return;
  const file = must(await readDisk(root, [path]), Exit.refusedInput).get(path);
  if (file === undefined || new TextDecoder().decode(file.bytes).includes('nigari')) return;
  const ours = assetPath(root, 'Taskfile.yml');
  const include = `includes:\n    nigari: ${isAbsolute(ours) ? ours : `./${ours}`}`;
  done.notes.push(
    `${path} is yours and stays. To have nigari's tasks too, as \`task nigari:configure\` and so on, add to it:\n  ${include}`,
  );
}

/** Where a file that came with nigari lies, seen from the project: `node_modules/nigari/cluster.yaml.example`. */
export function assetPath(root: string, name: string): string {
  const path = join(assetsDirectory(), name);
  const way = relative(root, path);
  return (way.startsWith('..') || isAbsolute(way) ? path : way).split(sep).join('/');
}

/**
 * Where the template of a file lies, seen from the project, if it came with nigari.
 * @returns null for one that is the project's own, as all are in a clone of nigari
 */
export function builtInSource(
  root: string,
  artifacts: readonly Artifact[],
): (file: { readonly path: string }) => string | null {
  const builtIn = new Map(
    artifacts.filter((artifact) => artifact.builtIn).map(({ path, template }) => [path, template]),
  );
  return ({ path }) => {
    const template = builtIn.get(path);
    const source = template === undefined ? null : assetPath(root, template);
    return source === template ? null : source;
  };
}
