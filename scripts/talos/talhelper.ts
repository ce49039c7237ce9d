/** talhelper, as it makes machine configurations. Source: the help of talhelper 3.1.16, and what it was seen to do. */
import type { Argument } from './calls.ts';

/** The folder of the project that it works in. */
export const TALHELPER_FOLDER = 'talos';

/**
 * Makes those of all nodes: it knows no way to make one, or to print any. Without `--offline-mode` it asks the image factory.
 * @param secrets file with the bundle @param output folder that they are written to
 */
export const genAllConfigs = (secrets: Argument, output: Argument): readonly Argument[] => [
  'genconfig',
  '--offline-mode',
  '--no-gitignore',
  '--config-file',
  'talconfig.yaml',
  '--env-file',
  'talenv.yaml',
  '--secret-file',
  secrets,
  '--out-dir',
  output,
];

/** The file of a node in that folder. */
export const configFile = (cluster: { readonly name: string }, node: { readonly name: string }): string =>
  `${cluster.name}-${node.name}.yaml`;
