/** Input files as the loader would hand them over, from texts. */
import { readFileSync } from 'node:fs';
import { checked, type Checked } from '../../scripts/problem.ts';
import type { InputSources } from '../../scripts/config/validate.ts';
import type { SourceFile } from '../../scripts/types.ts';

/** A file of the project with these contents. */
export function sourceFile(path: string, contents: string | Uint8Array): SourceFile {
  return { path, bytes: typeof contents === 'string' ? new TextEncoder().encode(contents) : contents };
}

/** The input files, by their texts. */
export function inputs(cluster: string | Uint8Array, nodes: string | Uint8Array, sealed?: string): InputSources {
  const file = (path: string, contents: string | Uint8Array): Checked<SourceFile> =>
    checked(sourceFile(path, contents));
  const both = { cluster: file('cluster.yaml', cluster), nodes: file('nodes.yaml', nodes) };
  return sealed === undefined ? both : { ...both, sealed: file('cluster.sops.yaml', sealed) };
}

/** The text of a file, by its path below the repository. */
export function readText(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}
