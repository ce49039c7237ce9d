/** The input files, as bytes. What they say is the business of `config/`. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { MAX_INPUT_BYTES } from '../config/decode.ts';
import { checked, refused, type Checked, type Problem } from '../problem.ts';
import { SEALED_FILE } from '../config/sealed-input.ts';
import type { InputSources } from '../config/validate.ts';
import type { SourceFile } from '../types.ts';
import { errno, ioProblem } from './io-problem.ts';

/**
 * Reads `cluster.yaml`, `nodes.yaml`, and `cluster.sops.yaml` where there is one; each may be refused on its own, so that
 * the problems of all are shown.
 * @param root absolute path of the project
 * @returns per file its bytes, or `input-missing`, `input-not-a-file`, `input-too-large`, or what the system refused
 */
export async function loadInputs(root: string): Promise<InputSources> {
  const [cluster, nodes, sealed] = await Promise.all([
    readInput(root, 'cluster.yaml'),
    readInput(root, 'nodes.yaml'),
    readIfThere(root, SEALED_FILE),
  ]);
  if (sealed.ok && sealed.value === null) return { cluster, nodes };
  return { cluster, nodes, sealed: sealed as Checked<SourceFile> };
}

/** Whether cluster.yaml or nodes.yaml is not there, as in a clone: then what was rendered cannot be made anew. */
export function lacksInput({ cluster, nodes }: InputSources): boolean {
  return [cluster, nodes].some(isMissing);
}

/** Whether it is not there; what cannot be read is. */
export const isMissing = ({ ok, problems }: Checked<SourceFile>): boolean =>
  !ok && problems.some(({ code }) => code === 'input-missing');

/** Reads `.sops.yaml`, null when the project has none; otherwise refused as the inputs are. */
export async function loadSopsConfig(root: string): Promise<Checked<SourceFile | null>> {
  return readIfThere(root, '.sops.yaml');
}

async function readInput(root: string, path: string): Promise<Checked<SourceFile>> {
  const file = await readIfThere(root, path);
  if (!file.ok) return file;
  return file.value === null ? refused(missing(root, path)) : checked(file.value);
}

/** Asks for the kind and size first: reading a pipe would hang, and a huge file would fill the memory. */
async function readIfThere(root: string, path: string): Promise<Checked<SourceFile | null>> {
  try {
    const found = statSync(join(root, path));
    if (!found.isFile()) return refused(notAFile(path, found.isDirectory()));
    if (found.size > MAX_INPUT_BYTES) return refused(tooLarge(path, found.size));
    return checked({ path, bytes: readFileSync(join(root, path)) });
  } catch (error) {
    return errno(error) === 'ENOENT' ? checked(null) : refused(ioProblem(error, 'read', path));
  }
}

function missing(root: string, path: string): Problem {
  const like = nearlyNamed(root, path);
  return {
    code: 'input-missing',
    severity: 'error',
    file: path,
    message: `there is no ${path}`,
    hint:
      like === null
        ? `run \`nigari init\`: it makes one to fill in, or says what belongs there`
        : `rename ${like} to ${path}`,
  };
}

/** `Cluster.yaml`, `cluster.yml`: a name that a person takes for the right one. */
function nearlyNamed(root: string, path: string): string | null {
  const plain = (name: string): string => name.toLowerCase().replace(/\.yml$/, '.yaml');
  return namesIn(root).find((name) => plain(name) === path) ?? null;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

const notAFile = (path: string, folder: boolean): Problem => ({
  code: 'input-not-a-file',
  severity: 'error',
  file: path,
  message: `${path} is a ${folder ? 'folder' : 'special file'}, not a file`,
  hint: `move it away: mv ${path} ${path}.old, then run \`nigari init\``,
});

const tooLarge = (path: string, bytes: number): Problem => ({
  code: 'input-too-large',
  severity: 'error',
  file: path,
  line: 1,
  column: 1,
  message: `${path} has ${(bytes / 1024 / 1024).toFixed(1)} MiB; up to ${MAX_INPUT_BYTES / 1024 / 1024} MiB are read`,
  hint: 'is it the right file? Compare it with the one that `nigari init` makes',
});
