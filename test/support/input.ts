/** Input files as the loader would hand them over, from texts. */
import { readFileSync } from 'node:fs';
import { checked, type Checked } from '../../scripts/problem.ts';
import type { SourceFile, Sources } from '../../scripts/types.ts';

/** A file of the project with these contents. */
export function sourceFile(path: string, contents: string | Uint8Array): SourceFile {
  return { path, bytes: typeof contents === 'string' ? new TextEncoder().encode(contents) : contents };
}

/** Both input files, by their texts. */
export function inputs(cluster: string | Uint8Array, nodes: string | Uint8Array): Pick<Sources, 'cluster' | 'nodes'> {
  const file = (path: string, contents: string | Uint8Array): Checked<SourceFile> =>
    checked(sourceFile(path, contents));
  return { cluster: file('cluster.yaml', cluster), nodes: file('nodes.yaml', nodes) };
}

/** The text of a file, by its path below the repository. */
export function readText(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}
