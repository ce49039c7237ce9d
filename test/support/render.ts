/** The scenarios of `test/fixtures/valid`, rendered as `configure` renders them, in memory. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { withMoves } from '../../scripts/changes/history.ts';
import { MANIFEST_FILE, readManifest, type Manifest } from '../../scripts/changes/manifest.ts';
import { derive } from '../../scripts/config/derive.ts';
import type { ClusterYaml, NodesYaml } from '../../scripts/config/written.gen.ts';
import { must, Exit } from '../../scripts/problem.ts';
import { render } from '../../scripts/render/render.ts';
import { loadTemplates } from '../../scripts/system/templates.ts';
import type { Artifact, Config, Model, Template } from '../../scripts/types.ts';
import { ROOT } from './copy.ts';

const FIXTURES = join(ROOT, 'test/fixtures/valid');

/** Their folders: each holds a cluster.yaml and a nodes.yaml, and where it was configured before, a manifest. */
export const scenarios: readonly string[] = readdirSync(FIXTURES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .toSorted();

/** Those of them that make virtual machines; the others are bare metal. */
export const virtualScenarios: readonly string[] = scenarios.filter((name) =>
  readFileSync(join(FIXTURES, name, 'cluster.yaml'), 'utf8').includes('\nproxmox_node: '),
);

export interface Rendered {
  readonly model: Model;
  readonly artifacts: readonly Artifact[];
}

/** What a scenario's inputs say, after its manifest where it has one; the tests of `validate` see to it that they are valid. */
async function scenarioModel(name: string): Promise<Model> {
  return withMoves(derive(writtenIn(await scenarioTexts(name))), await scenarioPast(name), false).model;
}

/** Of cluster.yaml and nodes.yaml. */
export interface Texts {
  readonly cluster: string;
  readonly nodes: string;
}

export async function scenarioTexts(name: string): Promise<Texts> {
  const read = (file: string): Promise<string> => readFile(join(FIXTURES, name, file), 'utf8');
  return { cluster: await read('cluster.yaml'), nodes: await read('nodes.yaml') };
}

export function writtenIn({ cluster, nodes }: Texts): Pick<Config, 'cluster' | 'nodes'> {
  const parsed = { cluster: parse(cluster) as unknown, nodes: parse(nodes) as unknown };
  return { cluster: parsed.cluster as ClusterYaml, nodes: (parsed.nodes as NodesYaml).nodes };
}

/** What was rendered of it before. */
async function scenarioPast(name: string): Promise<Manifest['instances']> {
  const path = join(FIXTURES, name, MANIFEST_FILE);
  const file = existsSync(path) ? { path: MANIFEST_FILE, bytes: await readFile(path) } : null;
  const found = readManifest(file);
  if (!found.ok || found.problems.length > 0) throw new Error(`the manifest of ${name} cannot be read`);
  return found.value?.instances ?? new Map();
}

/** @param own templates of a project, which take the place of built-in ones */
export async function renderModel(model: Model, own: readonly Template[] = []): Promise<Rendered> {
  const builtIn = must(await loadTemplates({ builtIn: ROOT, project: ROOT }), Exit.bug);
  const templates = new Map([...builtIn, ...own].map((template) => [template.path, template]));
  return { model, artifacts: must(render(model, [...templates.values()]), Exit.refusedTemplate) };
}

export async function renderScenario(name: string): Promise<Rendered> {
  return renderModel(await scenarioModel(name));
}

/** Writes what lies below `directory` into `folder`, at the same places. */
export async function writeArtifacts(folder: string, directory: string, artifacts: readonly Artifact[]): Promise<void> {
  const inside = artifacts.filter(({ path }) => path.startsWith(`${directory}/`));
  await Promise.all(
    inside.map((artifact) => writeArtifact(join(folder, artifact.path.slice(directory.length + 1)), artifact)),
  );
}

async function writeArtifact(path: string, artifact: Artifact): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, artifact.bytes);
}
