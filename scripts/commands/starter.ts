/** The files that `init` brings: copies of what comes with nigari, adapted to where the schemas lie. */
import { readAsset } from '../system/assets.ts';

export interface StarterFile {
  /** In the project. */
  readonly path: string;
  /** In the package. */
  readonly from: string;
}

/** The inputs: only where there is no project yet. */
export const EXAMPLES: readonly StarterFile[] = [
  { path: 'cluster.yaml', from: 'cluster.yaml.example' },
  { path: 'nodes.yaml', from: 'nodes.yaml.example' },
];

/** What makes work pleasant; each only where nothing of that name is. */
export const COMFORTS: readonly StarterFile[] = [
  { path: 'Taskfile.yml', from: 'Taskfile.yml' },
  { path: 'mise.toml', from: 'mise.toml' },
  { path: '.vscode/settings.json', from: '.vscode/settings.json' },
  { path: '.vscode/extensions.json', from: '.vscode/extensions.json' },
];

const CLONE_SCHEMAS = './schemas/';
const PROJECT_SCHEMAS = './.nigari/schemas/';

/** The schemas for editors, where the package is not beside the project; nigari's own to keep up. */
export const SCHEMAS: readonly StarterFile[] = ['cluster.schema.json', 'nodes.schema.json'].map((name) => ({
  path: `.nigari/schemas/${name}`,
  from: `schemas/${name}`,
}));

/** @param ownSchemas whether the project has `schemas/` itself, as a clone does */
export async function starterText({ from }: StarterFile, ownSchemas: boolean): Promise<string> {
  const text = await readAsset(from);
  return ownSchemas ? text : text.replaceAll(CLONE_SCHEMAS, PROJECT_SCHEMAS);
}
