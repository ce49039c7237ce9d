/** Which sealed files a command speaks of, and which keys open them. */
import { relative, resolve, sep } from 'node:path';
import { Exit, must, Refusal, type Problem } from '../../problem.ts';
import { isSealed } from '../../changes/compare.ts';
import { isMadeByTemplate } from '../../render/made-by-template.ts';
import { isSealedPath } from '../../render/render.ts';
import type { Identity } from '../../secrets/age/age.ts';
import { assetsDirectory } from '../../system/assets.ts';
import { listFiles, readDisk } from '../../system/disk.ts';
import { loadTemplates } from '../../system/templates.ts';
import type { SourceFile } from '../../types.ts';
import type { Context } from '../context.ts';
import { lookForKeys } from '../keys.ts';
import { readFileOf } from '../sealed-files.ts';

/** What lies there is made to be copied, or to be tested with. */
const NO_SECRETS = /^(templates|test|tests)\//;

/** Paths of all sealed files of a project by their name, sorted. */
export async function sealedPaths(context: Context): Promise<readonly string[]> {
  return (await filePaths(context)).filter(isSealedPath);
}

async function filePaths({ root }: Context): Promise<readonly string[]> {
  const files = must(await listFiles(root, '.'), Exit.refusedInput);
  return files.filter((path) => !NO_SECRETS.test(path));
}

/** All YAML files that are sealed, by their name or by what is in them: a rule of `.sops.yaml` may cover any file. */
async function sealedFiles(context: Context): Promise<readonly SourceFile[]> {
  const paths = (await filePaths(context)).filter((path) => /\.ya?ml$/.test(path));
  const files = await Promise.all(paths.map((path) => sealedFile(context, path)));
  return files.filter((file) => file !== null);
}

/** Null for what is not sealed. What is none of ours by its name need not be readable. */
async function sealedFile({ root }: Context, path: string): Promise<SourceFile | null> {
  const disk = await readDisk(root, [path]);
  const file = isSealedPath(path)
    ? must(disk, Exit.refusedInput).get(path)
    : disk.ok
      ? disk.value.get(path)
      : undefined;
  return file !== undefined && (isSealedPath(path) || isSealed(file.bytes)) ? { path, bytes: file.bytes } : null;
}

/** Files that only sops itself can seal, by their names: JSON, dotenv, INI, binary. */
export async function otherSealedPaths(context: Context): Promise<readonly string[]> {
  return (await filePaths(context)).filter((path) => /[^/]\.sops\.[^/.]+$/.test(path) && !isSealedPath(path));
}

/** The path that a person named, as the project calls it. */
export function projectPath({ root }: Context, named: string): string {
  return relative(root, resolve(root, named)).split(sep).join('/');
}

/** The files that were named, or all sealed ones. @throws Refusal 2 for one that is not there */
export async function chosenFiles(context: Context, named: readonly string[]): Promise<readonly SourceFile[]> {
  if (named.length === 0) return sealedFiles(context);
  const paths = named.map((name) => projectPath(context, name));
  const files = await Promise.all(
    [...new Set(paths)].map(async (path) => [path, await readFileOf(context, path)] as const),
  );
  const missing = files.flatMap(([path, file]) => (file === null ? [fileMissing(path)] : []));
  if (missing.length > 0) throw new Refusal(missing, Exit.refusedInput);
  return files.flatMap(([, file]) => (file === null ? [] : [file]));
}

export function fileMissing(path: string): Problem {
  const hint = '`nigari secrets list` names the sealed files that there are';
  return { code: 'file-missing', severity: 'error', message: `there is no file ${path}`, hint, file: path };
}

/** The keys at hand for a command that does without: a place that should hold one and does not is told, no more. */
export async function keysIfAny(context: Context): Promise<readonly Identity[]> {
  const { reporter } = context;
  const found = await lookForKeys(context);
  if (found.problems.length > 0)
    reporter.problems(found.problems.map((problem) => ({ ...problem, severity: 'warning' })));
  return found.ok ? found.value.identities : [];
}

/** Tells of each path whether `configure` makes the file. Templates that cannot be read are for `check` to refuse. */
export async function generatedPaths({ root }: Context): Promise<(path: string) => boolean> {
  const builtIn = assetsDirectory();
  const all = await loadTemplates({ builtIn, project: root });
  const templates = all.ok ? all : await loadTemplates({ builtIn, project: builtIn });
  return (path) => isMadeByTemplate(path, must(templates, Exit.refusedTemplate));
}
